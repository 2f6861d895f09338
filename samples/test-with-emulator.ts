// A test of your own, with no cloud account: does the provider's condition let the right roles in, and
// no other? Run it with your test runner, or with: npx tsx --test test-with-emulator.ts
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {AwsAuthClient, isAwsAuthError} from 'google-auth-aws';
import {explainIdentity, startEmulator, type Emulator} from 'google-auth-aws/emulator';

// What is deployed, or what you are about to deploy. readPolicyFile() reads the same from a file.
const policy = {
  aws: {
    accounts: [{accountId: '111122223333', roles: [{name: 'invoices'}, {name: 'intranet'}]}],
  },
  google: {
    projectId: 'my-project',
    projectNumber: '123456789012',
    workloadIdentityPools: [
      {
        poolId: 'aws-pool',
        providers: [
          {
            providerId: 'aws-production',
            aws: {accountId: '111122223333'},
            attributeCondition: "assertion.arn.extract('assumed-role/{role}/') in ['invoices']",
          },
        ],
      },
    ],
    serviceAccounts: [
      {
        email: 'invoices@my-project.iam.gserviceaccount.com',
        bindings: [
          {
            role: 'roles/iam.workloadIdentityUser',
            members: [
              'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/invoices',
            ],
          },
        ],
      },
    ],
  },
} as const;

let emulator: Emulator;
before(async () => {
  emulator = await startEmulator({policy});
});
after(() => emulator.close());

function clientOf(role: string): AwsAuthClient {
  return AwsAuthClient.fromJSON(emulator.config, {
    awsCredentials: emulator.issueAwsCredentials({role}),
  });
}

test('the role "invoices" acts as its service account', async () => {
  const {token} = await clientOf('invoices').getAccessToken();
  assert.ok(token);
  assert.equal(
    emulator.requests.at(-1)?.serviceAccount,
    'invoices@my-project.iam.gserviceaccount.com',
  );
});

test('the condition stops the role "intranet"', async () => {
  await assert.rejects(
    clientOf('intranet').getAccessToken(),
    error => isAwsAuthError(error) && error.code === 'ATTRIBUTE_CONDITION_FAILED',
  );
});

test('a hiccup of Google STS is no outage', async () => {
  emulator.failNext({service: 'google-sts', status: 503});
  await clientOf('invoices').getAccessToken();
});

test('the policy says why', () => {
  const arn = 'arn:aws:sts::111122223333:assumed-role/intranet/session';
  const [provider] = explainIdentity(policy, arn).providers;
  assert.equal(provider?.condition?.value, false);
  assert.match(
    provider.serviceAccounts[0]?.differences[0]?.reason ?? '',
    /assumed-role\/intranet" here, and not ".*assumed-role\/invoices"/,
  );
});
