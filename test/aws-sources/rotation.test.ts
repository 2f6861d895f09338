import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {AwsAuthClient, type CredentialFileOverrides} from '../../src/index.js';
import type {AwsSource, Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';
import {ManualClock} from '../support/manual-clock.js';
import {processProfile, startWithARoleForEach} from './each-source.js';

describe('AWS credentials that change', () => {
  const environment = awsEnvironment();
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startWithARoleForEach();
  });

  afterEach(() => emulator.close());

  const makeClient = (overrides: CredentialFileOverrides = {}) =>
    AwsAuthClient.fromJSON(emulator.configFor(), {awsRegion: 'us-east-1', ...overrides});
  const count = (operation: string) =>
    emulator.requests.filter(record => record.operation === operation).length;
  const arns = () =>
    emulator.requests
      .filter(({operation, status}) => operation === 'GetCallerIdentity' && status === 200)
      .map(({arn = ''}) => arn.split('/').slice(1).join('/'));
  const setUp = async (source: AwsSource, role?: string) => {
    const {env} = await emulator.writeAwsSetup(source, environment.folder, role ? {role} : {});
    environment.set(env);
    return env;
  };
  // A new token each time, whatever is kept.
  const exchangeAnew = async (client: AwsAuthClient) => {
    client.setCredentials({});
    await client.getAccessToken();
  };

  describe('and that AWS refuses', () => {
    /** A provider that keeps keys until it is told not to, as those of the AWS SDK do. */
    const keeping = (next: () => ReturnType<Emulator['issueAwsCredentials']>) => {
      let kept = next();
      const asked: unknown[] = [];
      const provider = (options?: unknown) => {
        asked.push(options);
        if (typeof options === 'object' && options !== null && 'forceRefresh' in options) {
          if (options.forceRefresh === true) kept = next();
        }
        return Promise.resolve(kept);
      };
      return {provider, asked, kept: () => kept};
    };

    it('are read once more with forceRefresh, and exchanged once more', async () => {
      let session = 0;
      const {provider, asked} = keeping(() =>
        emulator.issueAwsCredentials({role: 'option-role', sessionName: `number-${session++}`}),
      );
      const client = makeClient({awsCredentials: provider});
      await client.getAccessToken();
      emulator.revokeAwsCredentials();
      await exchangeAnew(client);
      assert.deepEqual(arns(), ['option-role/number-0', 'option-role/number-1']);
      assert.equal(count('token'), 3);
      assert.deepEqual(asked, [{forceRefresh: false}, {forceRefresh: false}, {forceRefresh: true}]);
    });

    it('are not exchanged again where the source gives the same once more', async () => {
      const keys = emulator.issueAwsCredentials({role: 'option-role'});
      const asked: unknown[] = [];
      const provider = (options?: unknown) => {
        asked.push(options);
        return Promise.resolve({...keys});
      };
      emulator.revokeAwsCredentials();
      const error = await assertRejected(makeClient({awsCredentials: provider}).getAccessToken(), {
        code: 'AWS_IDENTITY_REJECTED',
        says: ['InvalidClientTokenId'],
      });
      assert.equal(error.reason, 'InvalidClientTokenId');
      assert.equal(count('token'), 1);
      assert.deepEqual(asked, [{forceRefresh: false}, {forceRefresh: true}]);
    });

    it('are exchanged no third time where the new ones are refused too', async () => {
      const {provider, asked} = keeping(() => {
        const keys = emulator.issueAwsCredentials({role: 'option-role'});
        emulator.revokeAwsCredentials();
        return keys;
      });
      await assertRejected(makeClient({awsCredentials: provider}).getAccessToken(), {
        code: 'AWS_IDENTITY_REJECTED',
        says: ['InvalidClientTokenId'],
      });
      assert.equal(count('token'), 2);
      assert.equal(asked.length, 2);
    });

    it('since their session has ended are read once more, too', async () => {
      let lifetimeSeconds = -60;
      const {provider} = keeping(() => {
        const {expiration: _, ...keys} = emulator.issueAwsCredentials({
          role: 'option-role',
          lifetimeSeconds,
        });
        lifetimeSeconds = 3600;
        return keys as ReturnType<Emulator['issueAwsCredentials']>;
      });
      await makeClient({awsCredentials: provider}).getAccessToken();
      assert.deepEqual(
        emulator.requests.map(({operation, error}) => `${operation} ${error ?? 'ok'}`),
        [
          'GetCallerIdentity ExpiredToken',
          'token invalid_grant',
          'GetCallerIdentity ok',
          'token ok',
        ],
      );
    });

    it('for another reason are not read again: a wrong secret stays wrong', async () => {
      const keys = emulator.issueAwsCredentials({role: 'option-role'});
      const asked: unknown[] = [];
      const provider = (options?: unknown) => {
        asked.push(options);
        return Promise.resolve({...keys, secretAccessKey: 'A'.repeat(40)});
      };
      await assertRejected(makeClient({awsCredentials: provider}).getAccessToken(), {
        code: 'AWS_IDENTITY_REJECTED',
        says: ['SignatureDoesNotMatch'],
      });
      assert.equal(asked.length, 1);
      assert.equal(count('token'), 1);
    });

    it('are exchanged once, where the source fails when it is asked again', async () => {
      const keys = emulator.issueAwsCredentials({role: 'option-role'});
      emulator.revokeAwsCredentials();
      const provider = (options?: {forceRefresh?: boolean}) =>
        options?.forceRefresh === true
          ? Promise.reject(new Error('the vault is sealed'))
          : Promise.resolve(keys);
      await assertRejected(makeClient({awsCredentials: provider}).getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['the option "awsCredentials"', 'the vault is sealed'],
      });
      assert.equal(count('token'), 1);
    });

    it('are waited for in the time of the exchange, where the source never answers when it is asked again', async () => {
      const keys = emulator.issueAwsCredentials({role: 'option-role'});
      emulator.revokeAwsCredentials();
      const provider = (options?: {forceRefresh?: boolean}) =>
        options?.forceRefresh === true
          ? new Promise<never>(() => undefined)
          : Promise.resolve(keys);
      const client = makeClient({awsCredentials: provider, timeouts: {totalMillis: 2000}});
      await assertRejected(client.getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['the option "awsCredentials"', 'did not answer within'],
      });
      assert.equal(count('token'), 1);
    });
  });

  describe('and have ended by this machine’s clock', () => {
    it('are read once more with forceRefresh before anything is signed', async () => {
      const clock = new ManualClock();
      const asked: unknown[] = [];
      const provider = (options?: unknown) => {
        asked.push(options);
        const keys = emulator.issueAwsCredentials({role: 'option-role'});
        return Promise.resolve({...keys, expiration: new Date(clock.read() - 1)});
      };
      const identity = await makeClient({
        awsCredentials: provider,
        clock: clock.read,
      }).describeIdentity();
      assert.deepEqual(asked, [{forceRefresh: false}, {forceRefresh: true}]);
      // AWS's clock decides whether they are of use, not this machine's.
      assert.deepEqual(identity.expiration, new Date(clock.read() - 1));
    });

    it('are read once where they have not', async () => {
      const clock = new ManualClock();
      const asked: unknown[] = [];
      const provider = (options?: unknown) => {
        asked.push(options);
        const keys = emulator.issueAwsCredentials({role: 'option-role'});
        return Promise.resolve({...keys, expiration: new Date(clock.read() + 1)});
      };
      await makeClient({awsCredentials: provider, clock: clock.read}).describeIdentity();
      assert.deepEqual(asked, [{forceRefresh: false}]);
    });
  });

  describe('are read anew for each token, of', () => {
    it('the environment', async () => {
      await setUp('environment', 'environment-role');
      const client = makeClient();
      await client.getAccessToken();
      await setUp('environment', 'option-role');
      await exchangeAnew(client);
      assert.deepEqual(arns(), ['environment-role/session', 'option-role/session']);
    });

    it('a profile', async () => {
      await setUp('profile', 'profile-role');
      const client = makeClient();
      await client.getAccessToken();
      emulator.revokeAwsCredentials();
      await setUp('profile', 'named-role');
      await exchangeAnew(client);
      assert.deepEqual(arns(), ['profile-role/session', 'named-role/session']);
      assert.equal(count('token'), 2);
    });

    it('a credential_process', async () => {
      const client = makeClient();
      for (const role of ['process-role', 'option-role']) {
        const keys = emulator.issueAwsCredentials({role});
        const {env, files = []} = processProfile(environment.folder, keys);
        environment.set(env);
        for (const {path, content} of files) await writeFile(path, content);
        await exchangeAnew(client);
      }
      assert.deepEqual(arns(), ['process-role/session', 'option-role/session']);
    });

    it('a web identity, whose token file is read again', async () => {
      const env = await setUp('web-identity', 'web-role');
      environment.set({AWS_ROLE_SESSION_NAME: 'pod'});
      const client = makeClient();
      await client.getAccessToken();
      const file = env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
      await writeFile(file, emulator.issueWebIdentityToken({lifetimeSeconds: -60}));
      client.setCredentials({});
      await assertRejected(client.getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: [JSON.stringify(file), /expired/i],
      });
      await writeFile(file, emulator.issueWebIdentityToken());
      await client.getAccessToken();
      assert.deepEqual(arns(), ['web-role/pod', 'web-role/pod']);
    });

    it('EKS Pod Identity, whose token file is read again', async () => {
      const env = await setUp('pod-identity');
      const client = makeClient();
      await client.getAccessToken();
      const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '';
      await writeFile(file, emulator.rotateContainerToken());
      await exchangeAnew(client);
      assert.deepEqual(
        emulator.requests
          .filter(({service}) => service === 'aws-pod-identity')
          .map(({status}) => status),
        [200, 200],
      );
    });

    it('SSO, whose login was renewed', async () => {
      const env = await setUp('sso', 'sso-role');
      const client = makeClient();
      await client.getAccessToken();
      emulator.revokeSsoTokens();
      client.setCredentials({});
      await assertRejected(client.getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['aws sso login --profile default'],
      });
      const {files} = emulator.awsSetup('sso', {folder: environment.folder, role: 'sso-role'});
      const cache = files.find(({path}) => path.startsWith(join(env['HOME'] ?? '', '.aws')));
      assert.ok(cache);
      await writeFile(cache.path, cache.content);
      await client.getAccessToken();
      assert.equal(arns().length, 2);
    });

    for (const [source, service] of [
      ['container', 'aws-container-credentials'],
      ['instance-metadata', 'aws-instance-metadata'],
    ] as const) {
      it(`${source}, whose revoked keys nobody uses again`, async () => {
        await setUp(source);
        const client = makeClient();
        await client.getAccessToken();
        emulator.revokeAwsCredentials();
        await exchangeAnew(client);
        assert.equal(count('token'), 2);
        assert.equal(arns().length, 2);
        const given = emulator.requests.filter(
          record => record.service === service && record.arn !== undefined,
        );
        assert.equal(given.length, 2);
      });
    }
  });
});
