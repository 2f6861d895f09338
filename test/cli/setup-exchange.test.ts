import assert from 'node:assert/strict';
import {describe, it} from 'mocha';
import {AwsAuthClient, isAwsAuthError} from '../../src/index.js';
import {
  explainIdentity,
  parsePolicy,
  startEmulator,
  type Emulator,
  type EmulatorPolicy,
} from '../../src/emulator/index.js';
import {runCommand} from './run-command.js';

const COMPLETE = [
  ...['setup', '--format', 'policy', '--project', 'my-project'],
  ...['--project-number', '123456789012', '--aws-account', '111122223333'],
];
// IAM does not tell it from demo-role: no account has both.
const IN_CAPITALS = 'Demo-role';
const ROLES = ['demo-role', 'demo-role-2', 'emo-role', IN_CAPITALS, 'assumed-role', 'two'];
const OK = 'OK';

/** What becomes of each role, and of a user, that asks for a token with this set-up. */
async function outcomes(flags: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const {status, stdout, stderr} = await runCommand([...COMPLETE, ...flags]);
  assert.equal(status, 0, stderr);
  const policy = await parsePolicy(stdout);
  const user = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret'};
  const populated = (roles: readonly string[]): EmulatorPolicy => ({
    ...policy,
    aws: {
      accounts: policy.aws.accounts.map(account => ({
        ...account,
        roles: roles.map(name => ({name})),
        users: [{name: 'ci', path: '/assumed-role/demo-role/', accessKeys: [user]}],
      })),
    },
  });
  await using emulator = await startEmulator({
    policy: populated(ROLES.filter(name => name !== IN_CAPITALS)),
  });
  await using another = await startEmulator({policy: populated([IN_CAPITALS])});
  const ask = async (
    awsCredentials: {accessKeyId: string; secretAccessKey: string},
    emulator: Emulator,
  ) => {
    const client = AwsAuthClient.fromJSON(emulator.config, {
      awsCredentials,
      awsRegion: 'us-east-1',
    });
    try {
      await client.getAccessToken();
      return OK;
    } catch (error) {
      return isAwsAuthError(error) ? error.code : String(error);
    }
  };
  const found: Record<string, string> = {};
  for (const role of ROLES) {
    const its = role === IN_CAPITALS ? another : emulator;
    found[role] = await ask(its.issueAwsCredentials({role}), its);
  }
  found['user/ci'] = await ask(user, emulator);
  return found;
}

const REFUSED = Object.fromEntries(
  [...ROLES, 'user/ci'].map(name => [name, 'ATTRIBUTE_CONDITION_FAILED']),
);
const ACCOUNT = ['--service-account', 'demo-app'];

describe('what setup prints, made and used', () => {
  it('lets one role in, and none that looks like it', async () => {
    assert.deepEqual(await outcomes(['--role', 'demo-role', ...ACCOUNT]), {
      ...REFUSED,
      'demo-role': OK,
    });
  });

  it('lets several roles in', async () => {
    assert.deepEqual(await outcomes(['--role', 'two', '--role', 'assumed-role', ...ACCOUNT]), {
      ...REFUSED,
      two: OK,
      'assumed-role': OK,
    });
  });

  it('lets a user in by its subject, whatever its path looks like', async () => {
    const subject = 'arn:aws:iam::111122223333:user/assumed-role/demo-role/ci';
    assert.deepEqual(await outcomes(['--subject', subject, ...ACCOUNT]), {
      ...REFUSED,
      'user/ci': OK,
    });
    assert.deepEqual(await outcomes(['--subject', subject, '--role', 'two', ...ACCOUNT]), {
      ...REFUSED,
      'user/ci': OK,
      two: OK,
    });
  });

  it('lets everybody of the account in by the whole pool', async () => {
    const everybody = Object.fromEntries(Object.keys(REFUSED).map(name => [name, OK]));
    assert.deepEqual(await outcomes(['--whole-pool', ...ACCOUNT]), everybody);
  });

  it('lets the named roles alone in by the whole pool with a condition', async () => {
    assert.deepEqual(await outcomes(['--whole-pool', '--role', 'demo-role', ...ACCOUNT]), {
      ...REFUSED,
      'demo-role': OK,
    });
  });

  it('lets a role in as itself, without a service account', async () => {
    assert.deepEqual(await outcomes(['--role', 'demo-role', '--bucket', 'b-1']), {
      ...REFUSED,
      'demo-role': OK,
    });
  });

  it('lets roles in by the user id as the subject', async () => {
    assert.deepEqual(
      await outcomes(['--role', 'demo-role', '--subject-from', 'userid', ...ACCOUNT]),
      {...REFUSED, 'demo-role': OK},
    );
  });

  it('lets a user in under two paths, of whom AWS has one at a time', async () => {
    const subjects = ['a/ci', 'b/ci', 'c/CI'].map(user => `arn:aws:iam::111122223333:user/${user}`);
    const {stdout} = await runCommand([
      ...COMPLETE,
      ...['arn:aws:iam::999922223333:user/ci', ...subjects].flatMap(one => ['--subject', one]),
      ...ACCOUNT,
    ]);
    const policy = await parsePolicy(stdout);
    assert.deepEqual(policy.aws.accounts[0]?.users, [{name: 'ci', path: '/a/'}]);
    for (const [arn, isUsable] of [
      ...subjects.map(subject => [subject, true] as const),
      ['arn:aws:iam::111122223333:user/d/ci', false] as const,
    ]) {
      const [provider] = explainIdentity(policy, arn).providers;
      assert.equal(provider?.serviceAccounts[0]?.isUsable, isUsable, arn);
    }
  });

  it('is a condition that check-policy takes, with quotes and backslashes in a subject', async () => {
    const subject = String.raw`arn:aws:iam::111122223333:user/o'x\y`;
    const {stdout} = await runCommand([...COMPLETE, '--subject', subject, ...ACCOUNT]);
    const policy = await parsePolicy(stdout);
    const [pool] = policy.google.workloadIdentityPools;
    assert.equal(
      pool?.providers[0]?.attributeCondition,
      String.raw`google.subject == 'arn:aws:iam::111122223333:user/o\'x\\y'`,
    );
  });

  it('tells in its plan what it tells in its policy', async () => {
    const flags = ['--role', 'demo-role', ...ACCOUNT];
    const policy = await parsePolicy((await runCommand([...COMPLETE, ...flags])).stdout);
    const json = await runCommand([...COMPLETE, ...flags, '--format', 'json']);
    const plan = JSON.parse(json.stdout) as {
      provider: {attributeMapping: unknown; attributeCondition: unknown};
      bindings: {role: string; member: string}[];
    };
    const provider = policy.google.workloadIdentityPools[0]?.providers[0];
    assert.deepEqual(provider?.attributeMapping, plan.provider.attributeMapping);
    assert.equal(provider?.attributeCondition, plan.provider.attributeCondition);
    assert.deepEqual(
      policy.google.serviceAccounts[0]?.bindings,
      plan.bindings.map(({role, member}) => ({role, members: [member]})),
    );
  });
});
