import assert from 'node:assert/strict';
import {assumedRoleSource, type AssumeRoleOptions} from '../../src/aws/assume-role.js';
import {givenSource} from '../../src/aws/credential-source.js';
import type {AwsCredentials, AwsCredentialsProvider} from '../../src/aws/credentials.js';
import {readCredentials} from '../../src/aws/read-credentials.js';
import type {AwsRoleTrust, Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {emulators} from '../emulator/support/running.js';
import {assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';

const ACCOUNT = '111122223333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/top-role`;

describe('a role that is assumed on top of another identity', () => {
  const environment = awsEnvironment();
  const start = emulators();
  let emulator: Emulator;

  const startTrusting = async (trust: AwsRoleTrust, maxSessionDurationSeconds = 3600) => {
    const roles = [
      {name: 'demo-role'},
      {name: 'top-role', trust: [trust], maxSessionDurationSeconds},
    ];
    emulator = await start({policy: {aws: {accounts: [{accountId: ACCOUNT, roles}]}}});
    environment.set({AWS_ENDPOINT_URL_STS: emulator.url});
  };
  const assume = (
    options: Partial<AssumeRoleOptions> = {},
    provider: AwsCredentialsProvider = () => Promise.resolve(emulator.issueAwsCredentials()),
  ): Promise<AwsCredentials> =>
    readCredentials(
      assumedRoleSource(givenSource(provider), {roleArn: ROLE, ...options}, () =>
        Promise.resolve('eu-west-1'),
      ),
      {timeoutMillis: 30_000},
    );
  const assumed = () => emulator.requests.find(({operation}) => operation === 'AssumeRole');

  it('has a session of its own, for an hour', async () => {
    await startTrusting({principals: [ACCOUNT]});
    const {expiration, sessionToken} = await assume();
    assert.ok(expiration instanceof Date);
    assert.ok(sessionToken);
    assert.equal(
      assumed()?.assumedRole,
      `arn:aws:sts::${ACCOUNT}:assumed-role/top-role/google-auth-aws`,
    );
    assert.equal(assumed()?.lifetimeSeconds, 3600);
  });

  it('has the session’s name, the external id and the life that it is given', async () => {
    await startTrusting({principals: [ACCOUNT], externalId: 'of-the-customer'});
    await assume({
      sessionName: 'my.session@x',
      externalId: 'of-the-customer',
      durationSeconds: 900,
    });
    assert.equal(
      assumed()?.assumedRole,
      `arn:aws:sts::${ACCOUNT}:assumed-role/top-role/my.session@x`,
    );
    assert.equal(assumed()?.lifetimeSeconds, 900);
  });

  it('is refused by its trust policy in an error that names both identities', async () => {
    await startTrusting({principals: [ACCOUNT], externalId: 'of-the-customer'});
    for (const options of [{}, {externalId: 'of-another'}]) {
      const error = await assertRejected(assume(options), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: [
          `the role ${ROLE}, assumed with the option "awsCredentials"`,
          'not authorized to perform: sts:AssumeRole',
          "Check the role's trust policy, and the base identity",
        ],
      });
      assert.equal(error.step, 'aws-credentials');
    }
  });

  it('is refused for longer than it may last', async () => {
    await startTrusting({principals: [ACCOUNT]});
    await assertRejected(assume({durationSeconds: 43_200}), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: [ROLE, '1 hour session limit'],
    });
  });

  it('is not asked for where the base identity fails: the error is that of the base', async () => {
    await startTrusting({principals: [ACCOUNT]});
    await assertRejected(
      assume({}, () => Promise.reject(new Error('the vault is sealed'))),
      {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: [/^No AWS credentials could be had from the option "awsCredentials": the vault/],
      },
    );
    await assertRejected(
      assume({}, () => Promise.resolve({accessKeyId: '"AKIA"', secretAccessKey: 'x'})),
      {code: 'AWS_CREDENTIALS_INVALID', says: ['the option "awsCredentials"', 'a quote']},
    );
    assert.deepEqual(emulator.requests, []);
  });

  it('is refused with keys that AWS does not know, of which none shows', async () => {
    await startTrusting({principals: [ACCOUNT]});
    const keys = emulator.issueAwsCredentials();
    emulator.revokeAwsCredentials();
    const error = await assertRejected(
      assume({}, () => Promise.resolve(keys)),
      {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: [/security token/i]},
    );
    const {accessKeyId, secretAccessKey, sessionToken} = keys;
    assertHidden(printed(error), {accessKeyId, secretAccessKey, sessionToken});
  });

  it('passes on to the base whether to read again', async () => {
    await startTrusting({principals: [ACCOUNT]});
    const asked: unknown[] = [];
    const provider = (options?: unknown) => {
      asked.push(options);
      return Promise.resolve(emulator.issueAwsCredentials());
    };
    const source = assumedRoleSource(givenSource(provider), {roleArn: ROLE}, () =>
      Promise.resolve('eu-west-1'),
    );
    await readCredentials(source, {timeoutMillis: 30_000});
    await readCredentials(source, {timeoutMillis: 30_000, forceRefresh: true});
    assert.deepEqual(asked, [{forceRefresh: false}, {forceRefresh: true}]);
  });
});
