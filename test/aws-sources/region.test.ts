import assert from 'node:assert/strict';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {AwsAuthClient, type CredentialFileOverrides} from '../../src/index.js';
import type {Emulator, EmulatorOptions} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';
import {startWithARoleForEach} from './each-source.js';

/** The places where a region is looked for, in order, and the region that a test has in each. */
const PLACES = [
  ['awsRegion', 'ap-south-1'],
  ['AWS_REGION', 'eu-west-1'],
  ['AWS_DEFAULT_REGION', 'eu-west-2'],
  ['profile', 'eu-west-3'],
  ['instance-metadata', 'sa-east-1'],
  ['default', 'us-east-1'],
] as const;

type Place = (typeof PLACES)[number][0];

describe('the region of an AWS identity', () => {
  const environment = awsEnvironment();
  let emulator: Emulator | undefined;

  afterEach(() => emulator?.close());

  const start = async (options: EmulatorOptions = {}) => {
    await emulator?.close();
    emulator = await startWithARoleForEach(options);
    return emulator;
  };
  const clientOf = (running: Emulator, overrides: CredentialFileOverrides = {}) =>
    AwsAuthClient.fromJSON(running.configFor(), {
      awsCredentials: running.issueAwsCredentials(),
      ...overrides,
    });
  const put = async (running: Emulator, place: Place, region: string) => {
    if (place === 'AWS_REGION' || place === 'AWS_DEFAULT_REGION') {
      environment.set({[place]: region});
    } else if (place === 'profile') {
      environment.set({AWS_CONFIG_FILE: join(environment.folder, 'config')});
      await writeFile(join(environment.folder, 'config'), `[default]\nregion = ${region}\n`);
    } else if (place === 'instance-metadata') {
      environment.set({AWS_EC2_METADATA_SERVICE_ENDPOINT: running.url});
    }
  };
  const isOfInstance = ({service}: {service: string}) => service === 'aws-instance-metadata';

  for (const [index, [place, region]] of PLACES.entries()) {
    for (const [title, places] of [
      ['alone', [PLACES[index] ?? PLACES[0]]],
      ['before all that come after it', PLACES.slice(index)],
    ] as const) {
      it(`is that of ${place}, ${title}`, async () => {
        const running = await start({instanceMetadata: {region: 'sa-east-1'}});
        environment.set({AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9'});
        for (const [other, itsRegion] of places) await put(running, other, itsRegion);
        const client = clientOf(running, place === 'awsRegion' ? {awsRegion: region} : {});
        const identity = await client.describeIdentity();
        assert.deepEqual([identity.region, identity.regionSource], [region, place]);
        await client.getAccessToken();
        const asked = running.requests.find(record => record.operation === 'GetCallerIdentity');
        assert.equal(asked?.host, `sts.${region}.amazonaws.com`);
        assert.equal(running.requests.some(isOfInstance), place === 'instance-metadata');
      });
    }
  }

  it('is that of the instance where its zone is a Local Zone, and not the zone less a letter', async () => {
    const running = await start({
      instanceMetadata: {region: 'us-west-2', availabilityZone: 'us-west-2-lax-1a'},
    });
    await put(running, 'instance-metadata', '');
    const {region, regionSource} = await clientOf(running).describeIdentity();
    assert.deepEqual([region, regionSource], ['us-west-2', 'instance-metadata']);
  });

  for (const [place] of PLACES.slice(1, 5)) {
    for (const [region, says] of [
      ['cn-north-1', 'lies in China'],
      ['moon-1', 'is not an AWS region'],
      ['us-west-2-lax-1a', 'to the region: us-west-2'],
      ['us-east-1a', 'to the region: us-east-1'],
      ['us-east-1/../..', 'is not an AWS region'],
    ] as const) {
      it(`is refused as ${region} of ${place}, which the error names`, async () => {
        const running = await start();
        await put(running, place, region);
        if (place === 'instance-metadata') {
          running.failNext({
            service: 'aws-instance-metadata',
            status: 200,
            body: region,
            times: 2,
          });
        }
        const error = await assertRejected(clientOf(running).getAccessToken(), {
          code: 'AWS_REGION_INVALID',
          says: [`"${region}" (of ${place})`, says],
        });
        assert.equal(error.step, 'aws-region');
        assert.ok(!running.requests.some(record => record.operation === 'token'));
      });
    }
  }

  it('is looked up again when the credentials change, and not before', async () => {
    const running = await start();
    environment.set({AWS_REGION: 'eu-west-1'});
    let keys = running.issueAwsCredentials();
    const client = clientOf(running, {awsCredentials: () => Promise.resolve(keys)});
    const region = async () => (await client.describeIdentity()).region;
    assert.equal(await region(), 'eu-west-1');
    environment.set({AWS_REGION: 'eu-west-2'});
    assert.equal(await region(), 'eu-west-1');
    keys = running.issueAwsCredentials();
    assert.equal(await region(), 'eu-west-2');
  });

  it('is asked of a function at each change of the credentials, and its error has its step', async () => {
    const running = await start();
    let answer = Promise.resolve('eu-west-1');
    const client = clientOf(running, {
      awsCredentials: () => Promise.resolve(running.issueAwsCredentials()),
      awsRegion: () => answer,
    });
    assert.equal((await client.describeIdentity()).region, 'eu-west-1');
    answer = Promise.reject(new Error('the file is gone'));
    const error = await assertRejected(client.describeIdentity(), {
      code: 'AWS_REGION_INVALID',
      says: ['the file is gone'],
    });
    assert.equal(error.step, 'aws-region');
    answer = Promise.resolve('eu-west-2');
    assert.equal((await client.describeIdentity()).region, 'eu-west-2');
  });

  for (const [title, variables] of [
    [
      'the environment names a container',
      {AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost/x'},
    ],
    ['the environment names an ECS task', {AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/x'}],
    ['the environment names a web identity', {AWS_WEB_IDENTITY_TOKEN_FILE: '/token'}],
    ['AWS_EC2_METADATA_DISABLED is true', {AWS_EC2_METADATA_DISABLED: 'true'}],
    ['AWS_EC2_METADATA_DISABLED is TRUE', {AWS_EC2_METADATA_DISABLED: 'TRUE'}],
  ] as const) {
    it(`is not asked of the instance where ${title}`, async () => {
      const running = await start({instanceMetadata: {region: 'sa-east-1'}});
      await put(running, 'instance-metadata', '');
      environment.set(variables);
      const {region, regionSource} = await clientOf(running).describeIdentity();
      assert.deepEqual([region, regionSource], ['us-east-1', 'default']);
      assert.deepEqual(running.requests, []);
    });
  }

  it('is asked of the instance where AWS_EC2_METADATA_DISABLED is false', async () => {
    const running = await start({instanceMetadata: {region: 'sa-east-1'}});
    await put(running, 'instance-metadata', '');
    environment.set({AWS_EC2_METADATA_DISABLED: 'false'});
    assert.equal((await clientOf(running).describeIdentity()).region, 'sa-east-1');
  });
});
