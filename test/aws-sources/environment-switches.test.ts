import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fromNodeProviderChain} from '@aws-sdk/credential-providers';
import {AwsAuthClient, type AwsAuthClientOptions} from '../../src/index.js';
import type {AwsSource, Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {emulators} from '../emulator/support/running.js';
import {assertRejected} from '../support/refusal.js';
import {ACCOUNT, roleArn, setUpTogether, SOURCES, startWithARoleForEach} from './each-source.js';

describe('the variables of the AWS SDK', () => {
  const environment = awsEnvironment();
  const startInstance = emulators();
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startWithARoleForEach();
  });

  afterEach(() => emulator.close());

  const clientOf = (overrides: Partial<AwsAuthClientOptions> = {}) =>
    AwsAuthClient.fromJSON(emulator.configFor(), {awsRegion: 'us-east-1', ...overrides});
  const setUp = async (source: AwsSource, options: {role?: string; profile?: string} = {}) => {
    const {env} = await emulator.writeAwsSetup(source, environment.folder, options);
    environment.set(env);
  };
  const whoami = async (overrides: Partial<AwsAuthClientOptions> = {}) => {
    const client = clientOf(overrides);
    const {source} = await client.describeIdentity();
    await client.getAccessToken();
    const {arn = ''} = emulator.requests.findLast(({from}) => from === 'google-sts') ?? {};
    return `${source} ${arn.replace(/^.*?\//, '')}`;
  };

  for (const value of ['true', 'TRUE', '1', 'yes']) {
    it(`AWS_EC2_METADATA_DISABLED=${value} leaves instance metadata alone`, async () => {
      await setUp('instance-metadata');
      environment.set({AWS_EC2_METADATA_DISABLED: value});
      await assertRejected(clientOf().getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['switched off by AWS_EC2_METADATA_DISABLED', 'awsCredentials'],
      });
      assert.deepEqual(emulator.requests, []);
    });
  }

  for (const value of ['false', 'FALSE', '']) {
    it(`AWS_EC2_METADATA_DISABLED=${value} does not`, async () => {
      await setUp('instance-metadata');
      environment.set({AWS_EC2_METADATA_DISABLED: value});
      assert.match(await whoami(), /^instance-metadata instance-role\//);
    });
  }

  for (const [set, missing] of [
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID'],
  ] as const) {
    const says = [`${set} is set and ${missing} is not`];

    it(`${set} alone is no source, and the error says which variable is missing`, async () => {
      environment.set({[set]: 'AKIAIOSFODNN7EXAMPLE', AWS_EC2_METADATA_DISABLED: 'true'});
      await assertRejected(clientOf().getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says,
      });
    });

    it(`${set} alone is no source, which an instance without a role says, too`, async () => {
      const instance = await startInstance({instanceMetadata: {role: false}});
      environment.set({
        ...instance.awsSetup('instance-metadata', {region: false}).env,
        [set]: 'AKIAIOSFODNN7EXAMPLE',
      });
      await assertRejected(clientOf().getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says,
      });
    });
  }

  it('AWS_PROFILE wins over keys of the environment', async () => {
    await setUp('environment', {role: 'environment-role'});
    await setUp('profile', {role: 'profile-role', profile: 'work'});
    assert.equal(await whoami(), 'profile profile-role/session');
  });

  it('AWS_PROFILE wins where it names no source, too, and the error says why the keys are passed over', async () => {
    const config = join(environment.folder, 'config');
    await writeFile(config, '[profile work]\nregion = eu-west-1\n');
    for (const profile of ['work', 'typo']) {
      await setUp('environment', {role: 'environment-role'});
      environment.set({AWS_CONFIG_FILE: config, AWS_PROFILE: profile});
      await assertRejected(clientOf().getAccessToken(), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['passed over, since AWS_PROFILE is set, too: unset it'],
      });
    }
  });

  it('without AWS_PROFILE, keys of the environment win over the default profile', async () => {
    await setUp('environment', {role: 'environment-role'});
    await setUp('profile', {role: 'profile-role'});
    assert.equal(await whoami(), 'environment environment-role/session');
  });

  it('AWS_PROFILE set to nothing is as if it were not set', async () => {
    await setUp('environment', {role: 'environment-role'});
    environment.set({AWS_PROFILE: ''});
    assert.equal(await whoami(), 'environment environment-role/session');
  });

  it('AWS_ROLE_SESSION_NAME set to nothing is as if it were not set', async () => {
    await setUp('web-identity', {role: 'web-role'});
    environment.set({AWS_ROLE_SESSION_NAME: ''});
    assert.match(await whoami(), /^web-identity web-role\/aws-sdk-js-session-/);
  });

  it('AWS_ROLE_SESSION_NAME names the session of a profile’s web identity, unless it is set to nothing', async () => {
    const source = SOURCES.find(({name}) => name === 'a profile with web_identity_token_file');
    assert.ok(source);
    const {env} = await setUpTogether([source], emulator, environment.folder);
    environment.set({...env, AWS_ROLE_SESSION_NAME: 'mine'});
    assert.equal(await whoami(), 'profile profile-web-role/mine');
    environment.set({AWS_ROLE_SESSION_NAME: ''});
    assert.match(await whoami(), /^profile profile-web-role\/aws-sdk-js-session-/);
  });

  it('AWS_ACCESS_KEY_ID without its secret is as if it were not set', async () => {
    await setUp('environment', {role: 'environment-role'});
    await setUp('profile', {role: 'profile-role'});
    environment.set({AWS_SECRET_ACCESS_KEY: ''});
    assert.equal(await whoami(), 'profile profile-role/session');
  });

  it('AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say where the files are', async () => {
    await setUp('assume-role', {role: 'assumed-role'});
    const config = join(environment.folder, 'elsewhere');
    await writeFile(config, `[default]\nregion = eu-west-1\n`);
    environment.set({AWS_CONFIG_FILE: config, AWS_EC2_METADATA_DISABLED: 'true'});
    await assertRejected(clientOf().getAccessToken(), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['No source of AWS credentials is set up here'],
    });
    environment.set({AWS_CONFIG_FILE: join(environment.folder, 'config')});
    assert.match(await whoami(), /^profile assumed-role\//);
  });

  for (const value of ['', '0', '1', 'false', 'true']) {
    it(`AWS_SDK_LOAD_CONFIG=${value} changes nothing: the config file is always read`, async () => {
      await setUp('assume-role', {role: 'assumed-role'});
      environment.set({AWS_SDK_LOAD_CONFIG: value});
      assert.match(await whoami(), /^profile assumed-role\//);
    });
  }

  it('AWS_ENDPOINT_URL_STS says whom roles are asked of, and nothing else', async () => {
    await setUp('web-identity', {role: 'web-role'});
    environment.set({AWS_REGION: 'eu-west-1'});
    await whoami({awsRegion: 'eu-west-2'});
    const {host} = new URL(emulator.url);
    assert.deepEqual(
      emulator.requests
        .filter(({service}) => service === 'aws-sts')
        .map(record => [record.operation, record.host]),
      [
        ['AssumeRoleWithWebIdentity', host],
        ['AssumeRoleWithWebIdentity', host],
        // Google asks the region’s own host, whatever this process was told.
        ['GetCallerIdentity', 'sts.eu-west-2.amazonaws.com'],
      ],
    );
  });

  it('a provider of the AWS SDK’s own chain is told to read again what AWS has refused', async () => {
    await setUp('container');
    const client = clientOf({awsCredentials: fromNodeProviderChain()});
    await client.getAccessToken();
    emulator.revokeAwsCredentials();
    client.setCredentials({});
    await client.getAccessToken();
    assert.deepEqual(
      emulator.requests.map(({operation, status}) => `${operation} ${status}`),
      [
        'GetCredentials 200',
        'GetCallerIdentity 200',
        'token 200',
        'GetCallerIdentity 403',
        'token 400',
        'GetCredentials 200',
        'GetCallerIdentity 200',
        'token 200',
      ],
    );
  });

  describe('do not keep assumeRole from assuming a role on top of', () => {
    for (const [index, source] of SOURCES.entries()) {
      // That address is no test machine's.
      if (source.name.includes('relative URI')) continue;
      it(source.name, async () => {
        const folder = join(environment.folder, String(index));
        const {env, given} = await setUpTogether([source], emulator, folder);
        environment.set({...env, AWS_ENDPOINT_URL_STS: emulator.url});
        const client = clientOf({
          assumeRole: {
            roleArn: roleArn('top-role'),
            sessionName: 'on-top',
            durationSeconds: 900,
          },
          ...(given === undefined ? {} : {awsCredentials: given.keys}),
        });
        const identity = await client.describeIdentity();
        assert.equal(identity.source, source.won);
        assert.equal(identity.roleArn, roleArn('top-role'));
        assert.equal(identity.accountId, ACCOUNT);
        assert.ok(identity.description.startsWith(`the role ${roleArn('top-role')}, assumed with`));
        const assumed = emulator.requests.findLast(({operation}) => operation === 'AssumeRole');
        assert.ok(assumed?.arn?.startsWith(source.arn), assumed?.arn);
        assert.equal(assumed?.lifetimeSeconds, 900);
        await client.getAccessToken();
        const asked = emulator.requests.findLast(({from}) => from === 'google-sts');
        assert.equal(asked?.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/top-role/on-top`);
      });
    }
  });
});
