import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {
  awsIdentityReader,
  awsRoleName,
  describeAwsIdentity,
  sameKeys,
  type AwsIdentity,
} from '../../src/client/aws-identity.js';
import {givenSource} from '../../src/aws/credential-source.js';
import type {AwsCredentials} from '../../src/aws/credentials.js';
import {resolveOptions, type AwsAuthClientOptions} from '../../src/client/options.js';
import {ManualClock} from '../support/manual-clock.js';
import {assertRejected} from '../support/refusal.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {assertHidden, printed} from '../support/secrets.js';

const {accessKeyId, secretAccessKey, sessionToken} = SAMPLE_SECRETS;
const KEYS = {accessKeyId, secretAccessKey, sessionToken};
const ROLE = 'arn:aws:iam::111122223333:role/demo-role';
const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

const readerOf = (options: Partial<AwsAuthClientOptions>) =>
  awsIdentityReader(resolveOptions({audience: AUDIENCE, awsRegion: 'eu-west-1', ...options}));

describe('the description of an AWS identity', () => {
  const describeIt = (credentials: AwsCredentials, roleArn?: string) => {
    const identity: AwsIdentity = {
      source: {...givenSource(() => Promise.resolve(credentials)), roleArn},
      credentials,
      region: {region: 'eu-west-1', source: 'profile'},
    };
    return describeAwsIdentity(identity);
  };

  it('tells the source, the end of the key’s id, the account, the role and the region', () => {
    const expiration = new Date('2030-01-01T00:00:00Z');
    assert.deepEqual(describeIt({...KEYS, expiration, accountId: '444455556666'}, ROLE), {
      source: 'option',
      description: 'the option "awsCredentials"',
      accessKeyIdSuffix: accessKeyId.slice(-4),
      accountId: '444455556666',
      roleArn: ROLE,
      expiration,
      region: 'eu-west-1',
      regionSource: 'profile',
    });
  });

  it('takes the account from the role where the source does not tell, in each partition', () => {
    assert.equal(describeIt(KEYS, ROLE).accountId, '111122223333');
    const government = ROLE.replace('arn:aws:', 'arn:aws-us-gov:');
    assert.equal(describeIt(KEYS, government).accountId, '111122223333');
    assert.equal(describeIt(KEYS, 'not an ARN').accountId, undefined);
    assert.equal(describeIt(KEYS).accountId, undefined);
  });

  it('holds no secret', () => {
    const description = describeIt(KEYS, ROLE);
    assertHidden(printed(description), {secretAccessKey, sessionToken, accessKeyId});
    assertHidden(inspect(Object.values(description)), {rest: accessKeyId.slice(0, -4)});
  });
});

describe('the name of an AWS role in bindings', () => {
  const nameOf = (region: string, roleArn?: string, accountId?: string) =>
    awsRoleName({
      source: {...givenSource(() => Promise.resolve(KEYS)), roleArn},
      credentials: {...KEYS, accountId},
      region: {region, source: 'profile'},
    });

  it('is that of its sessions, without the path, in its own partition', () => {
    const government = 'arn:aws-us-gov:iam::111122223333:role/team/demo-role';
    for (const [region, roleArn, name] of [
      ['eu-west-1', ROLE, 'arn:aws:sts::111122223333:assumed-role/demo-role'],
      [
        'eu-west-1',
        ROLE.replace('role/', 'role/a/b/'),
        'arn:aws:sts::111122223333:assumed-role/demo-role',
      ],
      ['us-gov-west-1', government, 'arn:aws-us-gov:sts::111122223333:assumed-role/demo-role'],
    ] as const) {
      assert.equal(nameOf(region, roleArn), name);
    }
  });

  it('has blanks for what the source does not tell', () => {
    assert.equal(nameOf('eu-west-1'), 'arn:aws:sts::AWS_ACCOUNT_ID:assumed-role/ROLE_NAME');
    assert.equal(
      nameOf('us-gov-east-1'),
      'arn:aws-us-gov:sts::AWS_ACCOUNT_ID:assumed-role/ROLE_NAME',
    );
    assert.equal(
      nameOf('eu-west-1', undefined, '444455556666'),
      'arn:aws:sts::444455556666:assumed-role/ROLE_NAME',
    );
  });

  it('holds nothing that a shell would read', () => {
    for (const roleArn of [
      'arn:aws:iam::111122223333:role/$(reboot)',
      'arn:aws:iam::111122223333:role/`x`',
      'arn:aws:iam::111122223333:user/x',
      '"; reboot',
    ]) {
      assert.match(nameOf('eu-west-1', roleArn), /^arn:aws:sts::\w+:assumed-role\/ROLE_NAME$/);
    }
  });
});

describe('the reading of an AWS identity', () => {
  it('reads the credentials each time, and the region when they are others', async () => {
    let keys: AwsCredentials = KEYS;
    let looked = 0;
    const read = readerOf({
      awsCredentials: () => Promise.resolve(keys),
      awsRegion: () => Promise.resolve(looked++ === 0 ? 'eu-west-1' : 'eu-west-2'),
    });
    assert.deepEqual((await read()).region, {region: 'eu-west-1', source: 'awsRegion'});
    await read();
    assert.equal(looked, 1);
    keys = {...KEYS, accessKeyId: 'ASIAQ3EGEXAMPLEOTHER'};
    const {credentials, region} = await read();
    assert.deepEqual(credentials, keys);
    assert.equal(region.region, 'eu-west-2');
    assert.equal(looked, 2);
  });

  it('looks the region up again where that failed', async () => {
    let answer = Promise.reject<string>(new Error('not yet'));
    const read = readerOf({awsCredentials: KEYS, awsRegion: () => answer});
    await assertRejected(read(), {code: 'AWS_REGION_INVALID', says: ['not yet']});
    answer = Promise.resolve('eu-west-1');
    assert.equal((await read()).region.region, 'eu-west-1');
  });

  it('gives the region’s function no longer than the exchange has', async () => {
    const read = readerOf({
      awsCredentials: KEYS,
      awsRegion: () => new Promise(() => undefined),
      timeouts: {totalMillis: 20},
    });
    const hold = setInterval(() => undefined, 1000);
    await assertRejected(read(), {code: 'AWS_REGION_INVALID', says: [/within \d+ ms/]});
    clearInterval(hold);
  });

  it('asks for no region where there are no credentials', async () => {
    let looked = 0;
    const read = readerOf({
      awsCredentials: () => Promise.reject(new Error('none')),
      awsRegion: () => Promise.resolve(`eu-west-${++looked}`),
    });
    const error = await assertRejected(read(), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['none'],
    });
    assert.equal(error.step, 'aws-credentials');
    assert.equal(looked, 0);
  });

  it('reads credentials that have ended by the client’s clock once more, and no third time', async () => {
    const clock = new ManualClock();
    for (const [millis, expected] of [
      [-1, [false, true]],
      [0, [false, true]],
      [1, [false]],
    ] as const) {
      const asked: unknown[] = [];
      const expiration = new Date(clock.read() + millis);
      const read = readerOf({
        clock: clock.read,
        awsCredentials: (...[options]: {forceRefresh?: boolean}[]) => {
          asked.push(options?.forceRefresh);
          return Promise.resolve({...KEYS, expiration});
        },
      });
      assert.deepEqual((await read()).credentials, {...KEYS, expiration});
      assert.deepEqual(asked, expected);
    }
  });

  it('takes the credentials of the second reading', async () => {
    const clock = new ManualClock();
    let readings = 0;
    const read = readerOf({
      clock: clock.read,
      awsCredentials: () =>
        Promise.resolve(
          readings++ === 0 ? {...KEYS, expiration: new Date(0)} : {...KEYS, sessionToken: 'fresh'},
        ),
    });
    assert.equal((await read()).credentials.sessionToken, 'fresh');
  });
});

describe('two readings', () => {
  it('gave the same keys where all three are the same, whatever their end', () => {
    assert.ok(sameKeys(KEYS, {...KEYS, expiration: new Date(0), accountId: '111122223333'}));
    for (const name of ['accessKeyId', 'secretAccessKey', 'sessionToken']) {
      assert.ok(!sameKeys(KEYS, {...KEYS, [name]: 'another'}));
    }
    assert.ok(!sameKeys(KEYS, {accessKeyId, secretAccessKey}));
  });
});
