import assert from 'node:assert/strict';
import {readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {inspect} from 'node:util';
import {
  fromContainerMetadata,
  fromEnv,
  fromHttp,
  fromIni,
  fromInstanceMetadata,
  fromNodeProviderChain,
  fromProcess,
  fromSSO,
  fromTemporaryCredentials,
  fromTokenFile,
} from '@aws-sdk/credential-providers';
import type {AwsSource} from '../../src/emulator/index.js';
import {assertExchanged, assertIdentity, awsEnvironment} from './support/aws-environment.js';
import {emulators} from './support/running.js';

const SESSION = 'arn:aws:sts::111122223333:assumed-role/demo-role';

/** Each source, the SDK's own provider of it, whose session it gives, and which calls that takes. */
const SOURCES: readonly {
  readonly source: AwsSource;
  readonly provider: () => ReturnType<typeof fromEnv>;
  readonly session: RegExp;
  readonly calls: readonly string[];
}[] = [
  {source: 'environment', provider: () => fromEnv(), session: /^session$/, calls: []},
  {
    source: 'container',
    provider: () => fromContainerMetadata(),
    session: /^[0-9a-f]{32}$/,
    calls: ['aws-container-credentials GetCredentials'],
  },
  {
    source: 'pod-identity',
    provider: () => fromHttp(),
    session: /^eks-emulator-demo$/,
    calls: ['aws-pod-identity GetCredentials'],
  },
  {
    source: 'instance-metadata',
    provider: () => fromInstanceMetadata(),
    session: /^i-[0-9a-f]{17}$/,
    calls: [
      'aws-instance-metadata PutToken',
      'aws-instance-metadata ListSecurityCredentials',
      'aws-instance-metadata GetSecurityCredentials',
    ],
  },
  {
    source: 'web-identity',
    provider: () => fromTokenFile(),
    session: /^aws-sdk-js-session-\d+$/,
    calls: ['aws-sts AssumeRoleWithWebIdentity'],
  },
  {source: 'profile', provider: () => fromIni(), session: /^session$/, calls: []},
  {
    source: 'assume-role',
    provider: () => fromIni(),
    session: /^aws-sdk-js-\d+$/,
    calls: ['aws-sts AssumeRole'],
  },
  {
    source: 'process',
    provider: () => fromProcess(),
    session: /^[0-9a-f]{32}$/,
    calls: ['aws-container-credentials GetCredentials'],
  },
  {
    source: 'sso',
    provider: () => fromSSO(),
    session: /^demo@example\.com$/,
    calls: ['aws-sso GetRoleCredentials'],
  },
];

const SOURCE_NAMES = SOURCES.map(({source}) => source);

describe('credentials of each source', () => {
  const start = emulators();
  const environment = awsEnvironment();

  for (const {source, provider, session, calls} of SOURCES) {
    for (const [name, make] of [
      ['provider of it', provider],
      ['chain', () => fromNodeProviderChain()],
    ] as const) {
      it(`${source}: come by the AWS SDK's ${name}, and go all the way to Google`, async () => {
        const emulator = await start();
        const {env} = await emulator.writeAwsSetup(source, environment.folder);
        environment.set(env);
        const credentials = await make()();
        assert.deepEqual(
          emulator.requests.map(request => `${request.service} ${request.operation}`),
          calls,
        );
        await assertIdentity(emulator, credentials, new RegExp(`^${SESSION}/`));
        const arn = emulator.requests.at(-1)?.arn ?? '';
        assert.match(arn.slice(SESSION.length + 1), session);
        await assertExchanged(emulator, credentials);
        const shown = inspect(emulator.requests, {depth: null, maxStringLength: null});
        for (const secret of [credentials.secretAccessKey, credentials.sessionToken ?? '']) {
          assert.ok(!shown.includes(secret));
        }
      });
    }

    it(`${source}: keep to their folder and their profile`, async () => {
      const emulator = await start();
      const {env, files} = emulator.awsSetup(source, {
        folder: environment.folder,
        region: false,
        profile: 'other',
      });
      assert.equal(env['AWS_REGION'], undefined);
      assert.equal(
        env['AWS_PROFILE'],
        ['profile', 'assume-role', 'process', 'sso'].includes(source) ? 'other' : undefined,
      );
      for (const file of files) assert.ok(file.path.startsWith(environment.folder));
      await assert.rejects(stat(join(environment.folder, 'config')), {code: 'ENOENT'});
      if (files.length === 0) return;
      for (const folder of [undefined, 'relative']) {
        assert.throws(
          () => emulator.awsSetup(source, folder === undefined ? {} : {folder}),
          TypeError,
        );
      }
    });
  }

  it('hold nothing but what their source needs', async () => {
    const emulator = await start({region: 'eu-west-1'});
    const {folder} = environment;
    const metadata = 'AWS_EC2_METADATA_DISABLED';
    const profile = ['AWS_CONFIG_FILE', metadata, 'AWS_REGION', 'AWS_SHARED_CREDENTIALS_FILE'];
    const expected: Readonly<Record<AwsSource, readonly string[]>> = {
      environment: [
        'AWS_ACCESS_KEY_ID',
        metadata,
        'AWS_REGION',
        'AWS_SECRET_ACCESS_KEY',
        'AWS_SESSION_TOKEN',
      ],
      container: [
        'AWS_CONTAINER_AUTHORIZATION_TOKEN',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
        metadata,
        'AWS_REGION',
      ],
      'pod-identity': [
        'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
        metadata,
        'AWS_REGION',
      ],
      'instance-metadata': [metadata, 'AWS_EC2_METADATA_SERVICE_ENDPOINT', 'AWS_REGION'],
      'web-identity': [
        metadata,
        'AWS_ENDPOINT_URL_STS',
        'AWS_REGION',
        'AWS_ROLE_ARN',
        'AWS_WEB_IDENTITY_TOKEN_FILE',
      ],
      profile,
      'assume-role': [...profile, 'AWS_ENDPOINT_URL_STS'],
      process: profile,
      sso: [...profile, 'AWS_ENDPOINT_URL_SSO', 'AWS_ENDPOINT_URL_SSO_OIDC', 'HOME'],
    };
    for (const {source} of SOURCES) {
      const {env} = emulator.awsSetup(source, {folder});
      assert.deepEqual(Object.keys(env).sort(), [...expected[source]].sort(), source);
      assert.equal(env['AWS_REGION'], 'eu-west-1');
      assert.equal(env[metadata], source === 'instance-metadata' ? 'false' : 'true');
    }
  });

  it('are written for nobody else to read', async () => {
    const emulator = await start();
    const {files} = await emulator.writeAwsSetup('sso', environment.folder, {region: 'eu-west-1'});
    assert.equal(files.length, 3);
    for (const {path, content} of files) {
      assert.equal(await readFile(path, 'utf8'), content);
      assert.equal((await stat(path)).mode & 0o077, 0);
    }
  });

  it('are those of the role that is asked for', async () => {
    const trust = [{principals: ['111122223333']}];
    const roles = [{name: 'first'}, {name: 'demo-role', trust, identityCenter: true}];
    const emulator = await start({
      policy: {aws: {accounts: [{accountId: '111122223333', roles}]}},
    });
    for (const source of ['environment', 'profile', 'assume-role', 'sso'] as const) {
      const folder = join(environment.folder, source);
      const {env} = await emulator.writeAwsSetup(source, folder, {role: 'demo-role'});
      environment.set(env);
      const provider = source === 'environment' ? fromEnv() : fromIni();
      await assertIdentity(emulator, await provider(), new RegExp(`^${SESSION}/`));
    }
    const {folder} = environment;
    for (const source of SOURCE_NAMES) {
      assert.throws(() => emulator.awsSetup(source, {folder, role: 'none'}), {
        name: 'TypeError',
        message:
          'The policy has no role none in the AWS account 111122223333. Its roles are: first, demo-role.',
      });
      await assert.rejects(emulator.writeAwsSetup(source, folder, {role: 'none'}), TypeError);
    }
    const without = await start({policy: {aws: {accounts: [{accountId: '111122223333'}]}}});
    for (const source of [
      'environment',
      'profile',
      'web-identity',
      'assume-role',
      'sso',
    ] as const) {
      assert.throws(() => without.awsSetup(source, {folder}), {
        name: 'TypeError',
        message: /Its roles are: none\.$/,
      });
    }
  });

  it('that are none are refused by name', async () => {
    const emulator = await start();
    for (const [source, near] of [
      ['web_identity', ' Did you mean "web-identity"?'],
      ['toString', ''],
    ] as const) {
      assert.throws(() => emulator.awsSetup(source as AwsSource), {
        name: 'TypeError',
        message: `AWS credentials have no source "${source}" here.${near} There are: ${SOURCE_NAMES.join(', ')}.`,
      });
    }
  });

  it('of a pod: the token file is read again, and the old token refused', async () => {
    const emulator = await start();
    const {env} = await emulator.writeAwsSetup('pod-identity', environment.folder);
    environment.set(env);
    const provider = fromHttp({maxRetries: 0});
    await provider();
    const token = emulator.rotateContainerToken();
    await assert.rejects(provider(), /400/);
    await writeFile(env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '', token);
    await provider();
    assert.deepEqual(
      emulator.requests.map(({status, error}) => [status, error]),
      [
        [200, undefined],
        [400, 'InvalidTokenException'],
        [200, undefined],
      ],
    );
  });

  it('of a role assumed on top of each other source', async () => {
    const emulator = await start();
    environment.set({AWS_ENDPOINT_URL_STS: emulator.url, AWS_REGION: 'eu-west-1'});
    environment.set(emulator.awsSetup('environment').env);
    const credentials = await fromTemporaryCredentials({
      params: {
        RoleArn: 'arn:aws:iam::111122223333:role/demo-role',
        RoleSessionName: 'top',
        DurationSeconds: 900,
      },
    })();
    await assertIdentity(emulator, credentials, new RegExp(`^${SESSION}/top$`));
    assert.equal(emulator.requests[0]?.lifetimeSeconds, 900);
    assert.equal(emulator.requests[0].arn, `${SESSION}/session`);
    assert.equal(emulator.requests[0].assumedRole, `${SESSION}/top`);
  });

  it('fail when the test says so', async () => {
    const emulator = await start();
    for (const [source, service] of [
      ['container', 'aws-container-credentials'],
      ['pod-identity', 'aws-pod-identity'],
      ['instance-metadata', 'aws-instance-metadata'],
      ['web-identity', 'aws-sts'],
      ['sso', 'aws-sso'],
    ] as const) {
      const folder = join(environment.folder, source);
      const {env} = await emulator.writeAwsSetup(source, folder);
      environment.set(env);
      emulator.failNext({service, status: 404, body: {message: 'gone'}, times: 5});
      const provider = SOURCES.find(item => item.source === source)?.provider();
      assert.ok(provider);
      const before = emulator.requests.length;
      await assert.rejects(source === 'pod-identity' ? fromHttp({maxRetries: 0})() : provider());
      assert.deepEqual(
        [...new Set(emulator.requests.slice(before).map(record => record.status))],
        [404],
        source,
      );
      for (const name of Object.keys(env)) delete process.env[name];
    }
  });
});
