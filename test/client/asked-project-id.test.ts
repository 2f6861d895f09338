import assert from 'node:assert/strict';
import type {RequestListener} from 'node:http';
import {gaxios} from 'google-auth-library';
import {AwsAuthClient, type AwsAuthClientOptions} from '../../src/index.js';
import {startServer, type LocalServer} from '../support/local-server.js';
import {assertRejected} from '../support/refusal.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {assertHidden, printed} from '../support/secrets.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const {
  serviceAccountToken: accessToken,
  accessKeyId,
  secretAccessKey,
  sessionToken,
} = SAMPLE_SECRETS;

describe('the project’s id, asked of Cloud Resource Manager,', () => {
  const servers: LocalServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map(server => server.close())));

  /** A client that has a token, and whose requests lead to a server of the test's own. */
  const clientOf = async (
    answer: RequestListener,
    options: Partial<AwsAuthClientOptions> = {},
  ): Promise<AwsAuthClient> => {
    const server = await startServer(answer);
    servers.push(server);
    const transporter = new gaxios.Gaxios();
    transporter.interceptors.request.add({
      resolved: request => {
        assert.equal(request.url.origin, 'https://cloudresourcemanager.googleapis.com');
        request.url = new URL(request.url.pathname, server.url);
        return Promise.resolve(request);
      },
    });
    const client = new AwsAuthClient({
      audience: AUDIENCE,
      awsCredentials: {accessKeyId, secretAccessKey, sessionToken},
      transporter,
      ...options,
    });
    client.setCredentials({access_token: accessToken});
    return client;
  };

  it('is found by the pool’s project number, and kept', async () => {
    const asked: unknown[] = [];
    const client = await clientOf(({method, url, headers}, response) => {
      asked.push([method, url, headers.authorization]);
      response.end('{"projectId": "found", "projectNumber": "123456789012"}');
    });
    assert.equal(await client.getProjectId(), 'found');
    assert.equal(client.projectId, 'found');
    assert.equal(await client.getProjectId(), 'found');
    assert.deepEqual(asked, [['GET', '/v1/projects/123456789012', `Bearer ${accessToken}`]]);
  });

  it('is asked for once more after an answer of 503', async () => {
    let count = 0;
    const client = await clientOf((_, response) => {
      count += 1;
      if (count === 1) response.writeHead(503).end();
      else response.end('{"projectId": "found"}');
    });
    assert.equal(await client.getProjectId(), 'found');
    assert.equal(count, 2);
  });

  it('is refused in Google’s words and by google-auth-library’s class', async () => {
    const client = await clientOf((_, response) => {
      response.writeHead(403, {'content-type': 'application/json'});
      response.end('{"error": {"code": 403, "message": "The caller does not have permission"}}');
    });
    await assert.rejects(client.getProjectId(), error => {
      assert.ok(error instanceof gaxios.GaxiosError);
      assert.equal(error.status, 403);
      assert.match(error.message, /The caller does not have permission/);
      return true;
    });
    assert.equal(client.projectId ?? null, null);
  });

  const says = [
    'Cloud Resource Manager (cloudresourcemanager.googleapis.com) did not answer completely within ',
    'name the project with the option "projectId" or in GOOGLE_CLOUD_PROJECT',
  ];

  // Whether an attempt that timed out is made again is google-auth-library's, and differs by its version.
  for (const [title, attemptMillis, answer] of [
    ['no answer', 600_000, () => undefined],
    ['half an answer', 600_000, (_, response) => response.write('{"projectId":')],
    ['no answer to any attempt', 20, () => undefined],
  ] as [string, number, RequestListener][]) {
    it(`fails in time where there is ${title}, and lets the connection go`, async () => {
      let gone: () => void;
      const isGone = new Promise<void>(resolve => (gone = resolve));
      const client = await clientOf(
        (request, response) => {
          request.socket.once('close', () => gone());
          answer(request, response);
        },
        {timeouts: {attemptMillis, totalMillis: 300}},
      );
      const error = await assertRejected(client.getProjectId(), {code: 'TIMEOUT', says});
      assert.equal(error.step, 'project-id');
      assert.equal(error.transient, true);
      assertHidden(printed(error), {accessToken});
      await isGone;
    });
  }

  it('fails in time with a transporter that knows no signal', async () => {
    const transporter = Object.assign(new gaxios.Gaxios(), {
      request: () => new Promise<never>(() => undefined),
    });
    const client = await clientOf(() => undefined, {transporter, timeouts: {totalMillis: 300}});
    await assertRejected(client.getProjectId(), {code: 'TIMEOUT', says});
  });

  it('fails with the time of one attempt where the last has taken too long', async () => {
    const transporter = Object.assign(new gaxios.Gaxios(), {
      request: () => Promise.reject(Object.assign(new Error('timed out'), {code: 'TimeoutError'})),
    });
    const client = await clientOf(() => undefined, {transporter, timeouts: {attemptMillis: 1234}});
    await assertRejected(client.getProjectId(), {code: 'TIMEOUT', says: ['within 1234 ms']});
  });

  it('fails with the exchange’s own error where no token can be had', async () => {
    const client = await clientOf(() => undefined, {
      awsCredentials: () => Promise.reject(new Error('no keys here')),
    });
    client.setCredentials({});
    await assertRejected(client.getProjectId(), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['no keys here'],
    });
  });
});
