import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Storage} from '@google-cloud/storage';
import * as newest from 'google-auth-library';
import * as previous from 'google-auth-library-10';
import type {Emulator} from '../../src/emulator/index.js';
import {runNode} from '../support/run-node.js';
import {fields, send} from './support/http.js';
import {APART, emulators} from './support/running.js';

const DEMO = 'demo@my-project.iam.gserviceaccount.com';

async function assertGood(emulator: Emulator, token: unknown, kind: 'c' | 'd') {
  assert.ok(typeof token === 'string' && token.startsWith(`ya29.${kind}.`));
  const answer = await send(emulator.url, {
    path: '/storage/v1/b?project=my-project',
    headers: {authorization: `Bearer ${token}`},
  });
  assert.equal(answer.status, 200, answer.text);
}

function clientOptions(emulator: Emulator, serviceAccountEmail?: string) {
  const config = emulator.configFor(
    serviceAccountEmail === undefined ? {} : {serviceAccountEmail, tokenLifetimeSeconds: 900},
  );
  const {audience, subject_token_type, token_url, ...impersonation} = config;
  const {accessKeyId, secretAccessKey, sessionToken: token} = emulator.issueAwsCredentials();
  const {service_account_impersonation_url, service_account_impersonation} = impersonation;
  return {
    audience,
    subject_token_type,
    token_url,
    ...(service_account_impersonation_url === undefined ? {} : {service_account_impersonation_url}),
    ...(service_account_impersonation === undefined ? {} : {service_account_impersonation}),
    aws_security_credentials_supplier: {
      getAwsRegion: async () => 'eu-west-3',
      getAwsSecurityCredentials: async () => ({accessKeyId, secretAccessKey, token}),
    },
  };
}

describe("google-auth-library's own AwsClient, as it stands, is let in", () => {
  const start = emulators();

  for (const [name, {AwsClient}] of [
    ['11', newest],
    ['10', previous],
  ] as const) {
    it(`by version ${name}, as a service account`, async () => {
      const emulator = await start();
      const client = new AwsClient(clientOptions(emulator, DEMO));
      const {token} = await client.getAccessToken();
      await assertGood(emulator, token, 'c');
      assert.deepEqual(
        emulator.requests.slice(0, 3).map(({service, status}) => `${service} ${String(status)}`),
        ['aws-sts 200', 'google-sts 200', 'iam-credentials 200'],
      );
      assert.equal(emulator.requests[0]?.host, 'sts.eu-west-3.amazonaws.com');
      assert.equal(emulator.requests[2]?.lifetimeSeconds, 900);
    });

    it(`by version ${name}, as the federated principal`, async () => {
      const emulator = await start();
      const client = new AwsClient(clientOptions(emulator));
      const {token} = await client.getAccessToken();
      await assertGood(emulator, token, 'd');
    });

    it(`by version ${name}, unless the audience is another`, async () => {
      const emulator = await start();
      const audience = emulator.audience.replace('aws-test-account', 'aws-other-account');
      const client = new AwsClient({...clientOptions(emulator), audience});
      await assert.rejects(client.getAccessToken(), /invalid_target/);
    });
  }

  it('and its tokens are good for a Storage client', async () => {
    const emulator = await start();
    const authClient = new newest.AwsClient(clientOptions(emulator, DEMO));
    const storage = new Storage({
      apiEndpoint: emulator.url,
      useAuthWithCustomEndpoint: true,
      projectId: 'my-project',
      authClient,
    });
    await storage.createBucket('a-bucket-of-mine');
    const [buckets] = await storage.getBuckets();
    assert.deepEqual(
      buckets.map(bucket => bucket.name),
      ['a-bucket-of-mine'],
    );
  });

  it('also where STORAGE_EMULATOR_HOST leads the Storage client, for resumable uploads, too', async () => {
    const emulator = await start();
    const before = process.env['STORAGE_EMULATOR_HOST'];
    process.env['STORAGE_EMULATOR_HOST'] = emulator.env.STORAGE_EMULATOR_HOST;
    try {
      const storage = new Storage({
        useAuthWithCustomEndpoint: true,
        // Storage keeps the auth client for a resumable upload where the host is that of its universe.
        universeDomain: '127.0.0.1',
        projectId: 'my-project',
        authClient: new newest.AwsClient(clientOptions(emulator, DEMO)),
      });
      const [bucket] = await storage.createBucket('a-bucket-of-mine');
      const file = bucket.file('a/b c');
      await file.save('hello');
      const [content] = await file.download();
      assert.equal(content.toString(), 'hello');
      assert.ok(emulator.requests.some(({path}) => path.includes('uploadType=resumable')));
      await file.delete();
    } finally {
      if (before === undefined) delete process.env['STORAGE_EMULATOR_HOST'];
      else process.env['STORAGE_EMULATOR_HOST'] = before;
    }
  });

  for (const [name, serviceAccountEmail, kind] of [
    ['a service account', DEMO, 'c'],
    ['the federated principal', undefined, 'd'],
  ] as const) {
    it(`in a process that knows its environment alone, as ${name}`, async () => {
      const emulator = await start();
      const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-'));
      try {
        const file = join(folder, 'credentials.json');
        const config = emulator.configFor(
          serviceAccountEmail === undefined ? {} : {serviceAccountEmail},
        );
        await writeFile(file, JSON.stringify(config));
        const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials();
        const {status, stdout, stderr} = await runNode(
          ['test/emulator/fixtures/ask-for-a-token.ts'],
          {
            ...APART,
            ...emulator.env,
            AWS_ACCESS_KEY_ID: accessKeyId,
            AWS_SECRET_ACCESS_KEY: secretAccessKey,
            AWS_SESSION_TOKEN: sessionToken,
            GOOGLE_APPLICATION_CREDENTIALS: file,
          },
        );
        assert.equal(stderr, '');
        assert.equal(status, 0);
        const {client, token} = fields(stdout);
        assert.equal(client, 'AwsClient');
        await assertGood(emulator, token, kind);
      } finally {
        await rm(folder, {recursive: true});
      }
    });
  }
});
