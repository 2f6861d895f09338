import assert from 'node:assert/strict';
import {startEmulator, type Emulator, type EmulatorOptions} from '../../src/emulator/index.js';
import {AwsAuthClient, isAwsAuthError, type AwsAuthError} from '../../src/index.js';
import {emulatedClient} from './emulated-client.js';

const POOL = '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools';

/** What goes wrong at a cloud, how the client names it, and words that must be in the message. */
interface Refusal {
  readonly title: string;
  readonly emulator?: EmulatorOptions;
  readonly client: (emulator: Emulator) => AwsAuthClient;
  readonly code: string;
  readonly step: string;
  readonly status: number;
  readonly says: readonly RegExp[];
}

const google = (change: object): EmulatorOptions => ({
  policy: {
    google: {
      projectId: 'my-project',
      projectNumber: '123456789012',
      workloadIdentityPools: [
        {
          poolId: 'aws-pool',
          providers: [{providerId: 'aws-test-account', aws: {accountId: '111122223333'}}],
        },
      ],
      serviceAccounts: [{email: 'demo@my-project.iam.gserviceaccount.com'}],
      ...change,
    },
  },
});

const provider = (change: object): EmulatorOptions =>
  google({
    workloadIdentityPools: [
      {
        poolId: 'aws-pool',
        providers: [{providerId: 'aws-test-account', aws: {accountId: '111122223333'}, ...change}],
      },
    ],
  });

const REFUSALS: readonly Refusal[] = [
  {
    title: 'AWS does not know the access key',
    client: emulator =>
      emulatedClient(emulator, {
        awsCredentials: {...emulator.issueAwsCredentials(), accessKeyId: 'ASIAUNKNOWN000000000'},
      }),
    code: 'AWS_IDENTITY_REJECTED',
    step: 'token-exchange',
    status: 400,
    says: [/InvalidClientTokenId/, /deleted or deactivated/, /aws sts get-caller-identity/],
  },
  {
    title: 'the secret access key is another one',
    client: emulator =>
      emulatedClient(emulator, {
        awsCredentials: {...emulator.issueAwsCredentials(), secretAccessKey: 'another-secret-key'},
      }),
    code: 'AWS_IDENTITY_REJECTED',
    step: 'token-exchange',
    status: 400,
    says: [/SignatureDoesNotMatch/, /stray space, quote or newline/],
  },
  {
    title: 'the AWS session has ended',
    client: emulator =>
      emulatedClient(emulator, {
        awsCredentials: {...emulator.issueAwsCredentials({lifetimeSeconds: 0})},
      }),
    code: 'AWS_IDENTITY_REJECTED',
    step: 'token-exchange',
    status: 400,
    says: [/ExpiredToken/, /aws sso login/],
  },
  {
    title: 'STS is switched off in the region',
    emulator: {
      policy: {
        aws: {
          accounts: [
            {
              accountId: '111122223333',
              roles: [{name: 'demo-role'}],
              disabledRegions: ['ap-east-1'],
            },
          ],
        },
      },
    },
    client: emulator => emulatedClient(emulator, {awsRegion: 'ap-east-1'}),
    code: 'AWS_IDENTITY_REJECTED',
    step: 'token-exchange',
    status: 400,
    says: [/AWS STS in ap-east-1 refused/, /not active in ap-east-1 for this account/, /awsRegion/],
  },
  {
    title: 'the provider does not exist',
    client: emulator => emulatedClient(emulator, {audience: `${POOL}/aws-pool/providers/other`}),
    code: 'PROVIDER_NOT_FOUND',
    step: 'token-exchange',
    status: 400,
    says: [
      /invalid_target/,
      /providers describe projects\/123456789012\/locations\/global\/workloadIdentityPools\/aws-pool\/providers\/other/,
    ],
  },
  {
    title: 'the provider is disabled',
    emulator: provider({disabled: true}),
    client: emulatedClient,
    code: 'PROVIDER_NOT_FOUND',
    step: 'token-exchange',
    status: 400,
    says: [/pool or provider is disabled/],
  },
  {
    title: 'the attribute condition refuses the role',
    emulator: provider({attributeCondition: () => false}),
    client: emulatedClient,
    code: 'ATTRIBUTE_CONDITION_FAILED',
    step: 'token-exchange',
    status: 400,
    says: [/rejected by the attribute condition/, /value\(attributeCondition\)/],
  },
  {
    title: 'the session name makes google.subject too long',
    client: emulator =>
      emulatedClient(emulator, {
        awsCredentials: emulator.issueAwsCredentials({
          sessionName: 'x'.repeat(64),
        }),
      }),
    emulator: {
      policy: {
        aws: {
          accounts: [
            {accountId: '111122223333', roles: [{name: 'demo-role'}, {name: 'r'.repeat(64)}]},
          ],
        },
      },
      taskRole: 'r'.repeat(64),
    },
    code: 'SUBJECT_TOO_LONG',
    step: 'token-exchange',
    status: 400,
    says: [
      /127 bytes/,
      /shorter role session name/,
      /update-aws projects\/\d+\/\S*\/providers\/aws-test-account --/,
    ],
  },
  {
    title: 'the Security Token Service API is disabled',
    emulator: google({disabledServices: ['sts.googleapis.com']}),
    client: emulatedClient,
    code: 'API_DISABLED',
    step: 'token-exchange',
    status: 403,
    says: [/gcloud services enable sts\.googleapis\.com --project=123456789012$/],
  },
  {
    title: 'the IAM Credentials API is disabled',
    emulator: google({disabledServices: ['iamcredentials.googleapis.com']}),
    client: emulatedClient,
    code: 'API_DISABLED',
    step: 'impersonation',
    status: 403,
    says: [
      /Enable it at https:\/\/console\./,
      /gcloud services enable iamcredentials\.googleapis\.com --project=123456789012$/,
    ],
  },
  {
    title: 'nobody may act as the service account',
    emulator: google({}),
    client: emulatedClient,
    code: 'IMPERSONATION_DENIED',
    step: 'impersonation',
    status: 403,
    says: [
      /iam\.serviceAccounts\.getAccessToken/,
      /add-iam-policy-binding demo@my-project\.iam\.gserviceaccount\.com --role=roles\/iam\.workloadIdentityUser/,
      /principalSet:\/\/iam\.googleapis\.com\/projects\/123456789012\/locations\/global\/workloadIdentityPools\/aws-pool\/attribute\.aws_role\//,
    ],
  },
  {
    title: 'nobody may act as the service account, of this AWS account',
    emulator: google({}),
    client: emulator =>
      emulatedClient(emulator, {
        awsCredentials: {...emulator.issueAwsCredentials(), accountId: '111122223333'},
      }),
    code: 'IMPERSONATION_DENIED',
    step: 'impersonation',
    status: 403,
    says: [
      /with ROLE_NAME as "aws sts get-caller-identity" prints it: gcloud/,
      /attribute\.aws_role\/arn:aws:sts::111122223333:assumed-role\/ROLE_NAME"$/,
    ],
  },
  {
    title: 'the lifetime is longer than the organisation allows',
    client: emulator => emulatedClient(emulator, {tokenLifetimeSeconds: 7200}),
    code: 'IMPERSONATION_REFUSED',
    step: 'impersonation',
    status: 400,
    says: [/7200 s/, /iam\.allowServiceAccountCredentialLifetimeExtension/],
  },
];

describe('a refusal of the clouds is named where', () => {
  for (const {title, emulator: options, client, code, step, status, says} of REFUSALS) {
    it(title, async () => {
      await using emulator = await startEmulator(options);
      const error = await refused(client(emulator));
      assert.deepEqual(
        {code: error.code, step: error.step, status: error.status, transient: error.transient},
        {code, step, status, transient: false},
        error.message,
      );
      for (const words of says) assert.match(error.message, words);
    });
  }

  it('the credential file leads to somebody else: before anything is sent', async () => {
    await using emulator = await startEmulator();
    const config = {
      ...emulator.config,
      token_url: 'https://sts.googleapis.com.evil.example/v1/token',
    };
    assert.throws(() => AwsAuthClient.fromJSON(config), {code: 'UNTRUSTED_URL', step: 'config'});
    assert.deepEqual(emulator.requests, []);
  });
});

async function refused(client: AwsAuthClient): Promise<AwsAuthError> {
  try {
    await client.getAccessToken();
  } catch (error) {
    if (isAwsAuthError(error)) return error;
    throw error;
  }
  throw new Error('the client got a token');
}
