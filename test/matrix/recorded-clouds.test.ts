import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {lookup} from 'node:dns/promises';
import {readFile} from 'node:fs/promises';
import {request} from 'node:http';
import {Client, credentials, status, type ServiceError} from '@grpc/grpc-js';
import {AwsAuthClient} from 'google-auth-aws';
import {watchOutsideConnections} from './clouds/outside-connections.js';
import {startRecordedClouds, type RecordedClouds} from './clouds/recorded-clouds.js';
import {fixture} from './clouds/trust.js';

// A matrix that is all green proves something only if these clouds see what is wrong.
describe('the recorded clouds', () => {
  let clouds: RecordedClouds;
  let token: string;

  beforeEach(async () => {
    clouds = await startRecordedClouds({
      rest: [{to: /^GET 127\.0\.0\.1:\d+\/a-thing/, body: {a: 'thing'}}],
      grpc: [{method: '/a.Service/Method', kind: 'unary', message: Buffer.from('an answer')}],
    });
    const authClient = AwsAuthClient.fromJSON(clouds.emulator.config, {
      awsCredentials: clouds.emulator.issueAwsCredentials(),
      awsRegion: 'us-east-1',
    });
    ({token} = await authClient.getAccessToken());
  });

  afterEach(() => clouds.close());

  const get = async (headers: Record<string, string>): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${clouds.restPorts.http}/a-thing`, {headers});
    return answer.status;
  };

  it('see and refuse a request without a token, with a made-up one, and with a revoked one', async () => {
    assert.equal(await get({authorization: `Bearer ${token}`}), 200);
    assert.equal(await get({}), 401);
    assert.equal(await get({authorization: 'Bearer made-up'}), 401);
    clouds.emulator.revokeTokens();
    assert.equal(await get({authorization: `Bearer ${token}`}), 401);
    assert.deepEqual(
      clouds.calls.map(({authorization, isAccepted}) => [authorization, isAccepted]),
      [
        [`Bearer ${token}`, true],
        [undefined, false],
        ['Bearer made-up', false],
        [`Bearer ${token}`, false],
      ],
    );
  });

  it('see and refuse a gRPC call without a token', async () => {
    const client = new Client(
      clouds.grpcTarget,
      credentials.createSsl(await readFile(fixture('authority.pem'))),
    );
    const asItIs = (bytes: Buffer) => bytes;
    const error = await new Promise<ServiceError | null>(resolve =>
      client.makeUnaryRequest('/a.Service/Method', asItIs, asItIs, Buffer.alloc(0), refused =>
        resolve(refused),
      ),
    );
    client.close();
    assert.equal(error?.code, status.UNAUTHENTICATED);
    assert.deepEqual(clouds.calls, [
      {what: 'grpc /a.Service/Method', authorization: undefined, isAccepted: false},
    ]);
  });

  it('see who asks gcloud, the metadata server or a host of others', async () => {
    assert.deepEqual(await clouds.strayed(), []);
    spawnSync('gcloud', ['config', 'list'], {env: {...process.env, ...clouds.env}});
    await fetch(`http://${clouds.env['GCE_METADATA_HOST'] ?? ''}/computeMetadata/v1/project`);
    await new Promise(resolve =>
      request(clouds.env['HTTPS_PROXY'] ?? '', {method: 'CONNECT', path: 'example.com:443'})
        .on('connect', resolve)
        .end(),
    );
    assert.deepEqual(await clouds.strayed(), [
      'metadata server: /computeMetadata/v1/project',
      'proxy: example.com:443',
      'gcloud: config list',
    ]);
  });

  it('see a look-up that leads off this machine', async () => {
    const outside = watchOutsideConnections();
    await lookup('localhost');
    await lookup('metadata.google.invalid').catch(() => undefined);
    assert.deepEqual(outside(), ['outside: metadata.google.invalid']);
  });
});
