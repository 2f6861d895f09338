import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {EMAIL, googlePolicy, setUp} from './doctor-fixture.js';
import {runCommand} from './run-command.js';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const URL_OF_SERVICE = 'https://hello-123456789012.us-central1.run.app';

describe('google-auth-aws', () => {
  const aws = awsEnvironment();
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
    await setUp(emulator, aws);
  });
  afterEach(() => emulator.close());

  describe('token', () => {
    it('prints one that the API takes, and nothing else', async () => {
      const {status, stdout, stderr} = await runCommand(['token']);
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
      assert.match(stdout, /^\S+\n$/);
      const answer = await fetch(`${emulator.url}/storage/v1/b?project=my-project`, {
        headers: {authorization: `Bearer ${stdout.trim()}`},
      });
      assert.notEqual(answer.status, 401);
    });

    it('prints its end with --json', async () => {
      const {status, stdout} = await runCommand(['token', '--json']);
      assert.equal(status, 0);
      const printed = JSON.parse(stdout) as {token: string; expiresAt: string};
      assert.deepEqual(Object.keys(printed), ['token', 'expiresAt']);
      assert.match(printed.expiresAt, RFC_3339);
      const life = Date.parse(printed.expiresAt) - Date.now();
      assert.ok(life > 3_500_000 && life <= 3_600_000, String(life));
    });

    for (const args of [
      [
        '--scopes',
        'https://www.googleapis.com/auth/pubsub,https://www.googleapis.com/auth/bigquery',
      ],
      [
        '--scopes',
        'https://www.googleapis.com/auth/pubsub',
        'https://www.googleapis.com/auth/bigquery',
      ],
      [
        '--scopes',
        'https://www.googleapis.com/auth/pubsub https://www.googleapis.com/auth/bigquery',
      ],
    ]) {
      it(`asks for the scopes of ${args.join(' ')}`, async () => {
        let asked = '';
        const google = createServer((request, response) => {
          const chunks: Buffer[] = [];
          request.on('data', (chunk: Buffer) => chunks.push(chunk));
          request.on('end', () => {
            asked = Buffer.concat(chunks).toString();
            const life = {access_token: 'ya29.x', token_type: 'Bearer', expires_in: 3600};
            const of = {
              accessToken: 'ya29.y',
              expireTime: new Date(Date.now() + 3.6e6).toISOString(),
            };
            response.end(JSON.stringify({...life, ...of}));
          });
        });
        await once(google.listen(0, '127.0.0.1'), 'listening');
        try {
          const {port} = google.address() as AddressInfo;
          const config = JSON.stringify(emulator.config).replaceAll(
            emulator.url,
            `http://127.0.0.1:${port}`,
          );
          await setUp(emulator, aws, JSON.parse(config) as object);
          const {status, stdout, stderr} = await runCommand(['token', ...args]);
          assert.equal(status, 0, stderr);
          assert.equal(stdout, 'ya29.y\n');
          assert.deepEqual((JSON.parse(asked) as {scope: string[]}).scope, [
            'https://www.googleapis.com/auth/pubsub',
            'https://www.googleapis.com/auth/bigquery',
          ]);
        } finally {
          google.closeAllConnections();
          google.close();
        }
      });
    }

    it('acts as another service account than the file’s, or says that it may not', async () => {
      const other = 'other@my-project.iam.gserviceaccount.com';
      const {status, stdout, stderr} = await runCommand(['token', '--service-account', other]);
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, new RegExp(`add-iam-policy-binding ${other}`));
    });

    it('fails in one line, without a stack and without a secret', async () => {
      emulator.revokeAwsCredentials();
      const keys = emulator.issueAwsCredentials();
      emulator.revokeAwsCredentials();
      aws.set({
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: keys.sessionToken,
      });
      for (const debug of [[], ['--debug']]) {
        const {status, stdout, stderr} = await runCommand(['token', ...debug]);
        assert.equal(status, 1);
        assert.equal(stdout, '');
        assert.match(
          stderr,
          /^google-auth-aws: Google STS refused the exchange, since AWS STS in us-east-1 refused .*InvalidClientTokenId/,
        );
        assert.equal(/\n {4}at /.test(stderr), debug.length > 0);
        for (const secret of [keys.secretAccessKey, keys.sessionToken]) {
          assert.ok(!stderr.includes(secret));
        }
      }
    });

    for (const [args, says] of [
      [['--config', 'a.json', '--audience', '//b'], /--config and --audience both name/],
      [['--config', 'a.json', '--pool', 'p'], /--config and --pool both name/],
      [
        ['--pool', 'aws-pool', '--provider', 'aws-provider'],
        /--pool and --provider need --project-number too/,
      ],
      [['--audience', 'aws-pool'], /does not begin with \/\/iam\.googleapis\.com\//],
      [
        ['--service-account', 'demo'],
        /--service-account is "demo", not a service account's e-mail/,
      ],
      [['--scopes', ','], /--scopes/],
    ] as const) {
      it(`is used wrongly with ${args.join(' ')}`, async () => {
        const {status, stdout, stderr} = await runCommand(['token', ...args]);
        assert.equal(status, 2, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, says);
      });
    }

    it('is used wrongly where nothing names the provider', async () => {
      aws.set({GOOGLE_APPLICATION_CREDENTIALS: ''});
      const {status, stderr} = await runCommand(['token']);
      assert.equal(status, 2);
      assert.match(stderr, /No provider is named\. Give --config FILE/);
    });
  });

  describe('id-token', () => {
    interface Claims {
      readonly aud: string;
      readonly email: string;
      readonly exp: number;
    }
    const claimsOf = (token: string) =>
      JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims;

    it('prints one for the audience, and nothing else', async () => {
      const {status, stdout, stderr} = await runCommand(['id-token', '--audience', URL_OF_SERVICE]);
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
      assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
      const {aud, email} = claimsOf(stdout);
      assert.equal(aud, URL_OF_SERVICE);
      assert.equal(email, EMAIL);
    });

    it('prints its end with --json', async () => {
      const {stdout} = await runCommand(['id-token', '--audience', URL_OF_SERVICE, '--json']);
      const {token, expiresAt} = JSON.parse(stdout) as {token: string; expiresAt: string};
      assert.match(expiresAt, RFC_3339);
      assert.equal(Date.parse(expiresAt), claimsOf(token).exp * 1000);
    });

    it('is used wrongly without an audience', async () => {
      for (const args of [[], ['--audience', '']]) {
        const {status, stdout, stderr} = await runCommand(['id-token', ...args]);
        assert.equal(status, 2, stderr);
        assert.equal(stdout, '');
        assert.match(stderr, /--audience/);
      }
    });

    it('says that it takes a service account', async () => {
      await setUp(emulator, aws, emulator.configFor());
      const {status, stderr} = await runCommand(['id-token', '--audience', URL_OF_SERVICE]);
      assert.equal(status, 1);
      assert.match(stderr, /names a service account/);
    });

    it('says which binding is missing', async () => {
      await using other = await startEmulator(
        googlePolicy(() => ({serviceAccounts: [{email: EMAIL}]})),
      );
      await setUp(other, aws);
      const {status, stderr} = await runCommand(['id-token', '--audience', URL_OF_SERVICE]);
      assert.equal(status, 1);
      assert.match(stderr, /iam\.serviceAccounts\.getOpenIdToken.*add-iam-policy-binding demo@/);
    });
  });
});
