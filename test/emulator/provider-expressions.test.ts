import assert from 'node:assert/strict';
import {AwsAuthClient, isAwsAuthError} from '../../src/index.js';
import {
  defaultPolicy,
  parsePolicy,
  type AwsProvider,
  type Emulator,
  type EmulatorOptions,
  type ServiceAccountBinding,
} from '../../src/emulator/index.js';
import {emulators} from './support/running.js';

const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
const ROLE = 'arn:aws:sts::111122223333:assumed-role/demo-role';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';

function withProvider(
  provider: Partial<AwsProvider>,
  members?: ServiceAccountBinding['members'],
): EmulatorOptions {
  const {google} = defaultPolicy();
  const whole = {providerId: 'aws-test-account', aws: {accountId: '111122223333'}, ...provider};
  const bindings = members && [{role: 'roles/iam.workloadIdentityUser' as const, members}];
  return {
    policy: {
      google: {
        ...google,
        workloadIdentityPools: [{poolId: 'aws-pool', providers: [whole]}],
        ...(bindings === undefined ? {} : {serviceAccounts: [{email: EMAIL, bindings}]}),
      },
    },
  };
}

function token(emulator: Emulator, sessionName = 'session') {
  return AwsAuthClient.fromJSON(emulator.config, {
    awsCredentials: emulator.issueAwsCredentials({sessionName}),
  }).getAccessToken();
}

async function refusedCode(emulator: Emulator, sessionName?: string): Promise<string> {
  try {
    await token(emulator, sessionName);
  } catch (error) {
    assert.ok(isAwsAuthError(error), String(error));
    return error.code;
  }
  throw new assert.AssertionError({message: 'A token was issued.'});
}

describe("a client, before a provider's expressions", () => {
  const start = emulators();

  it('gets a token where the condition is true, and an error where it is false', async () => {
    const emulator = await start(
      withProvider({
        attributeCondition: `attribute.aws_role == '${ROLE}' && google.subject.endsWith('/blue')`,
      }),
    );
    assert.match((await token(emulator, 'blue')).token, /^ya29\.c\./);
    assert.equal(await refusedCode(emulator, 'green'), 'ATTRIBUTE_CONDITION_FAILED');
    const {error, reason} = emulator.requests.at(-1) ?? {};
    assert.deepEqual([error, reason], ['unauthorized_client', 'The condition is false.']);
  });

  it('is told the same where the condition has no value; the record tells why', async () => {
    const emulator = await start(withProvider({attributeCondition: "assertion.email == 'x'"}));
    assert.equal(await refusedCode(emulator), 'ATTRIBUTE_CONDITION_FAILED');
    assert.match(emulator.requests.at(-1)?.reason ?? '', /No such key: email .*column 11/);
  });

  it('acts as a service account by a custom attribute and by a group', async () => {
    const attributeMapping = {
      'google.subject': 'assertion.userid',
      'google.groups': "[assertion.arn.extract('assumed-role/{role}/'), 'everybody']",
      'attribute.session': "assertion.arn.split('/')[2]",
    };
    const expected = {
      'attribute.session/blue': true,
      'attribute.session/green': false,
      'group/demo-role': true,
      'group/admins': false,
      [`attribute.aws_role/${ROLE}`]: false,
    };
    for (const [name, isAllowed] of Object.entries(expected)) {
      const emulator = await start(
        withProvider({attributeMapping}, [`principalSet://${POOL}/${name}`]),
      );
      if (isAllowed) await token(emulator, 'blue');
      else assert.equal(await refusedCode(emulator, 'blue'), 'IMPERSONATION_DENIED', name);
      const exchange = emulator.requests.find(record => record.service === 'google-sts');
      assert.match(exchange?.subject ?? '', /^AROA[A-Z2-7]{17}:blue$/);
    }
  });

  it('is told of a subject that is too long in bytes', async () => {
    const emulator = await start(
      withProvider({attributeMapping: {'google.subject': `'${'ä'.repeat(64)}'`}}),
    );
    assert.equal(await refusedCode(emulator), 'SUBJECT_TOO_LONG');
  });

  it('is told that a disabled provider is not there; the record tells that it is disabled', async () => {
    const emulator = await start(withProvider({disabled: true}));
    assert.equal(await refusedCode(emulator), 'PROVIDER_NOT_FOUND');
    assert.equal(emulator.requests.at(-1)?.reason, 'The provider aws-test-account is disabled.');
  });

  it("may have a session's keys that the policy holds", async () => {
    const key = {
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      sessionToken: 'a-token-that-is-known',
    };
    const policy = await parsePolicy(`
      aws:
        accounts:
          - accountId: "111122223333"
            roles:
              - name: demo-role
                accessKeys: [${JSON.stringify({...key, sessionName: 'from-a-file'})}]
    `);
    const emulator = await start({policy});
    const client = AwsAuthClient.fromJSON(emulator.config, {awsCredentials: key});
    assert.match((await client.getAccessToken()).token, /^ya29\.c\./);
    const arns = emulator.requests.map(record => record.arn).filter(arn => arn !== undefined);
    assert.deepEqual([...new Set(arns)], [`${ROLE}/from-a-file`]);

    const stale = {...key, sessionToken: 'another'};
    const other = AwsAuthClient.fromJSON(emulator.config, {awsCredentials: stale});
    await assert.rejects(other.getAccessToken(), {code: 'AWS_IDENTITY_REJECTED'});
    emulator.revokeAwsCredentials(key.accessKeyId);
    const revoked = AwsAuthClient.fromJSON(emulator.config, {awsCredentials: key});
    await assert.rejects(revoked.getAccessToken(), {code: 'AWS_IDENTITY_REJECTED'});
  });
});
