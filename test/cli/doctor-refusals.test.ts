import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {text} from 'node:stream/consumers';
import {describe, it} from 'mocha';
import {
  defaultPolicy,
  startEmulator,
  type Emulator,
  type EmulatorOptions,
} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {startServer} from '../support/local-server.js';
import {
  EMAIL,
  examine,
  googlePolicy,
  POOL,
  providerPolicy,
  ROLE,
  setUp,
  type PrintedStep,
} from './doctor-fixture.js';
import {describeRows, failing, type Row, type Variables} from './doctor-rows.js';
import {remade} from './remade-config.js';
import {runCommand} from './run-command.js';

// gcloud iam takes no project's number as --project.
const POOL_NAME = 'projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
const PROVIDER_NAME = `${POOL_NAME}/providers/aws-test-account`;

const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
const withoutKeys: Variables = Object.fromEntries(KEYS.map(name => [name, '']));

function keys(
  emulator: Emulator,
  options: Parameters<Emulator['issueAwsCredentials']>[0] = {},
): Variables {
  const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials(options);
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

// Twice: keys that AWS calls stale are read anew and tried once more.
const stsSays = (error: string, description: string, status = 400) =>
  failing({service: 'google-sts', times: 2, status, body: {error, error_description: description}});

const iamSays = (status: number, name: string, message: string) =>
  failing({
    service: 'iam-credentials',
    status,
    body: {error: {code: status, status: name, message}},
  });

const FORBIDDEN =
  "Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: yBL4S-x";

// IAM allows all of ASCII in a path.
const ODD_KEYS: Variables = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: '',
};
const odd = ({policy}: EmulatorOptions): EmulatorOptions => ({
  policy: {
    ...policy,
    aws: {
      accounts: [
        {
          accountId: '111122223333',
          users: [
            {
              name: 'ci',
              path: `/"$(exit)'/`,
              accessKeys: [
                {
                  accessKeyId: ODD_KEYS['AWS_ACCESS_KEY_ID'] ?? '',
                  secretAccessKey: ODD_KEYS['AWS_SECRET_ACCESS_KEY'] ?? '',
                },
              ],
            },
          ],
        },
      ],
    },
  },
});

/** The condition of the printed command, as a shell hands it on. */
const conditionIn = ({remedies = []}: PrintedStep): string => {
  const {command = ''} = remedies.find(it => it.command.includes('--attribute-condition')) ?? {};
  const words = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], {encoding: 'utf8'});
  return (
    words
      .split('\0')
      .at(-2)
      ?.replace(/^--attribute-condition=/, '') ?? ''
  );
};

const LONG_NAME = 'a-role-whose-name-is-quite-long-too';
const LONG_ROLE = {accounts: [{accountId: '111122223333', roles: [{name: LONG_NAME}]}]};
const LONG = 'a-session-name-that-is-as-long-as-they-may-be-and-then-some-more';

// The account of the default policy, with STS off in a region.
const withoutSts = (region: string): EmulatorOptions => ({
  policy: {
    aws: {
      accounts: defaultPolicy().aws.accounts.map(account => ({
        ...account,
        disabledRegions: [region],
      })),
    },
  },
});

// By AWS STS itself, asked before Google is.
const REFUSED_BY_AWS: readonly Row[] = [
  {
    title: 'an access key that AWS does not know',
    broken: emulator => {
      const variables = keys(emulator);
      emulator.revokeAwsCredentials();
      return variables;
    },
    step: 'aws-sts',
    code: 'AWS_IDENTITY_REJECTED',
    said: /HTTP 403, InvalidClientTokenId, "The security token included in the request is invalid\."/,
    means: /deleted or deactivated.*environment variables AWS_ACCESS_KEY_ID/,
    command: 'aws sts get-caller-identity',
    mended: {env: () => withoutKeys},
  },
  {
    title: 'a secret that does not fit',
    broken: emulator => ({...keys(emulator), AWS_SECRET_ACCESS_KEY: 'x'.repeat(40)}),
    step: 'aws-sts',
    code: 'AWS_IDENTITY_REJECTED',
    said: /SignatureDoesNotMatch, "The request signature we calculated does not match/,
    means: /stray space, quote or newline/,
    command: 'aws sts get-caller-identity',
    mended: {env: emulator => keys(emulator)},
  },
  {
    title: 'a session that has ended',
    broken: emulator => keys(emulator, {lifetimeSeconds: -60}),
    step: 'aws-sts',
    code: 'AWS_IDENTITY_REJECTED',
    said: /ExpiredToken, "The security token included in the request is expired"/,
    means:
      /renew it \(by "aws sso login", for SSO\), or .* copied keys\. The credentials come from/,
    command: 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN',
    mended: {env: () => withoutKeys},
  },
  {
    title: 'a region in which STS is off',
    emulator: withoutSts('ap-east-1'),
    broken: () => ({AWS_REGION: 'ap-east-1'}),
    step: 'aws-sts',
    code: 'AWS_IDENTITY_REJECTED',
    said: /RegionDisabledException, "STS is not activated in this region/,
    means: /AWS STS is not active in ap-east-1 for this account/,
    command: 'export AWS_REGION=us-east-1',
    mended: {env: () => ({AWS_REGION: 'us-east-1'})},
  },
  {
    title: 'a region of GovCloud in which STS is off',
    emulator: withoutSts('us-gov-east-1'),
    broken: () => ({AWS_REGION: 'us-gov-east-1'}),
    step: 'aws-sts',
    code: 'AWS_IDENTITY_REJECTED',
    said: /RegionDisabledException, "STS is not activated in this region/,
    means: /AWS STS is not active in us-gov-east-1 for this account/,
    command: 'export AWS_REGION=us-gov-west-1',
    mended: {env: () => ({AWS_REGION: 'us-gov-west-1'})},
  },
  {
    title: 'a region in which STS is off, and which the credential file names',
    emulator: withoutSts('ap-east-1'),
    config: ({config}) => ({
      ...config,
      credential_source: {
        ...config.credential_source,
        regional_cred_verification_url:
          'https://sts.ap-east-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      },
    }),
    step: 'aws-sts',
    code: 'AWS_IDENTITY_REJECTED',
    said: /RegionDisabledException, "STS is not activated in this region/,
    means: /AWS STS is not active in ap-east-1 for this account.* the credential file names/,
    command: `npx google-auth-aws config --project-number 123456789012 --pool aws-pool --provider aws-test-account --service-account ${EMAIL} --output-file FOLDER/gcp.json --force`,
    mended: {config: remade({})},
  },
];

// By AWS, as Google relays it.
const RELAYED: readonly Row[] = (
  [
    ['InvalidClientTokenId', /deleted or deactivated/, 'aws sts get-caller-identity'],
    ['SignatureDoesNotMatch', /stray space/, 'aws sts get-caller-identity'],
    ['ExpiredToken', /session has ended/, 'aws sts get-caller-identity'],
    ['RegionDisabledException', /not active in us-east-1/, 'export AWS_REGION=us-east-1'],
    ['RequestExpired', /clock is off/, 'sudo chronyc makestep'],
    [
      'SomethingNew',
      /AWS STS in us-east-1 refused the signed GetCallerIdentity request/,
      'aws sts get-caller-identity',
    ],
  ] as const
).map(([reason, means, command]) => ({
  title: `${reason}, relayed by Google`,
  broken: stsSays(
    'invalid_grant',
    `Received invalid AWS response of type ${reason} with error message: no`,
  ),
  step: 'google-sts',
  code: 'AWS_IDENTITY_REJECTED',
  said: new RegExp(`invalid_grant, "Received invalid AWS response of type ${reason}`),
  means,
  command,
}));

const REFUSED_BY_GOOGLE_STS: readonly Row[] = [
  ...(
    [
      'AWS request has invalid format.',
      'Invalid format of AWS credentials:Error at line 0:0: x',
    ] as const
  ).map(description => ({
    title: description,
    broken: stsSays('invalid_grant', description),
    step: 'google-sts',
    code: 'SUBJECT_TOKEN_REJECTED',
    said: new RegExp(description.slice(0, 30)),
    means: /proxy or a transporter of yours changes request bodies/,
  })),
  {
    title: 'an attribute condition that is false',
    emulator: providerPolicy({
      attributeCondition: "attribute.aws_role.endsWith('/another-role')",
    }),
    step: 'google-sts',
    code: 'ATTRIBUTE_CONDITION_FAILED',
    said: /unauthorized_client, "The given credential is rejected by the attribute condition\."/,
    means: new RegExp(
      `aws-test-account is false.*aws_role is ${ROLE}; assertion.account is 111122223333`,
    ),
    command: `gcloud iam workload-identity-pools providers update-aws ${PROVIDER_NAME} --attribute-condition="attribute.aws_role == '${ROLE}'"`,
    mended: {
      // The printed condition itself, as CEL.
      emulator: ({remedies = []}) =>
        providerPolicy({
          attributeCondition: /--attribute-condition="(.*)"$/.exec(remedies[1]?.command ?? '')?.[1],
        }),
    },
  },
  {
    title:
      'an attribute condition that is false for a user in whose path a shell would find a command',
    emulator: odd(providerPolicy({attributeCondition: "attribute.aws_role == 'nobody'"})),
    config: emulator => emulator.configFor(),
    broken: () => ODD_KEYS,
    step: 'google-sts',
    code: 'ATTRIBUTE_CONDITION_FAILED',
    said: /rejected by the attribute condition/,
    means: /its attribute\.aws_role is arn:aws:iam::111122223333:user\/\S+\/ci;/,
    command: String.raw`gcloud iam workload-identity-pools providers update-aws ${PROVIDER_NAME} --attribute-condition='attribute.aws_role == '\''arn:aws:iam::111122223333:user/"$(exit)\'\''/ci'\'''`,
    mended: {
      emulator: last => odd(providerPolicy({attributeCondition: conditionIn(last)})),
      env: () => ODD_KEYS,
    },
  },
  {
    title: 'a provider that does not exist',
    config: emulator =>
      emulator.configFor({
        audience: `//${POOL}/providers/another-one`,
        serviceAccountEmail: EMAIL,
      }),
    step: 'google-sts',
    code: 'PROVIDER_NOT_FOUND',
    said: /invalid_target, "The target service indicated by the \\?"audience\\?" parameters is invalid/,
    means: /In the project 123456789012 there is no pool aws-pool with a provider another-one/,
    command: `npx google-auth-aws config --project-number NUMBER --pool POOL --provider PROVIDER --service-account ${EMAIL} --output-file FOLDER/gcp.json --force`,
    mended: {
      config: remade({NUMBER: '123456789012', POOL: 'aws-pool', PROVIDER: 'aws-test-account'}),
    },
  },
  {
    title: 'a pool that is disabled',
    emulator: googlePolicy(({workloadIdentityPools}) => ({
      workloadIdentityPools: workloadIdentityPools.map(pool => ({...pool, disabled: true})),
    })),
    step: 'google-sts',
    code: 'PROVIDER_NOT_FOUND',
    said: /invalid_target/,
    means: /disabled or deleted.*five minutes/,
    command: `gcloud iam workload-identity-pools update ${POOL_NAME} --no-disabled`,
    mended: {emulator: () => ({})},
  },
  {
    title: 'a provider that is disabled',
    emulator: providerPolicy({disabled: true}),
    step: 'google-sts',
    code: 'PROVIDER_NOT_FOUND',
    said: /invalid_target/,
    means: /disabled or deleted/,
    command: `gcloud iam workload-identity-pools providers update-aws ${PROVIDER_NAME} --no-disabled`,
    mended: {emulator: () => ({})},
  },
  {
    title: 'a subject of more than 127 bytes',
    emulator: {policy: {aws: LONG_ROLE}},
    broken: emulator => keys(emulator, {sessionName: LONG}),
    step: 'google-sts',
    code: 'SUBJECT_TOO_LONG',
    said: /exceeds the 127 bytes limit/,
    means: /a-session-name-\S+ has 1[3-9]\d bytes.*may have 127/,
    command: `gcloud iam workload-identity-pools providers update-aws ${PROVIDER_NAME} --attribute-mapping="google.subject=assertion.userid,attribute.aws_role=assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn"`,
    mended: {
      // The printed mapping itself, as CEL.
      emulator: ({remedies = []}) => {
        const printed = /--attribute-mapping="google\.subject=(.*),attribute\.aws_role=(.*)"$/.exec(
          remedies[0]?.command ?? '',
        );
        const {policy} = providerPolicy({
          attributeMapping: {
            'google.subject': printed?.[1] ?? '',
            'attribute.aws_role': printed?.[2] ?? '',
          },
        });
        const google = {...defaultPolicy().google, ...policy?.google};
        const binding = {
          role: 'roles/iam.workloadIdentityUser',
          members: [
            `principalSet://${POOL}/attribute.aws_role/${ROLE.replace('demo-role', LONG_NAME)}`,
          ],
        } as const;
        return {
          policy: {
            aws: LONG_ROLE,
            google: {...google, serviceAccounts: [{email: EMAIL, bindings: [binding]}]},
          },
        };
      },
      env: emulator => keys(emulator, {sessionName: LONG}),
    },
  },
  {
    title: 'an account that is not the provider’s',
    emulator: providerPolicy({aws: {accountId: '999988887777'}}),
    step: 'google-sts',
    code: 'TOKEN_EXCHANGE_REFUSED',
    said: /AWS account/,
    means: /of the AWS account 111122223333; the provider aws-test-account takes another/,
    command: `gcloud iam workload-identity-pools providers update-aws ${PROVIDER_NAME} --account-id=111122223333`,
    mended: {emulator: () => ({})},
  },
  {
    title: 'a quota that is used up',
    broken: failing({
      service: 'google-sts',
      times: 2,
      status: 429,
      body: {
        error: 'invalid_request',
        error_description:
          '[Security Token Service] The request was throttled due to rate limit. Please retry after a few seconds.',
      },
    }),
    step: 'google-sts',
    code: 'RATE_LIMITED',
    said: /throttled due to rate limit/,
    means: /Share one client/,
    mended: {},
  },
  {
    title: 'a load balancer that answers HTML',
    broken: failing({
      service: 'google-sts',
      times: 2,
      status: 502,
      body: '<html>Bad Gateway</html>',
    }),
    step: 'google-sts',
    code: 'SERVER_ERROR',
    said: /HTTP 502/,
    means: /usually passes/,
    mended: {},
  },
  {
    title: 'a captive portal in its place',
    broken: failing({service: 'google-sts', status: 200, body: '<html>Log in</html>'}),
    step: 'google-sts',
    code: 'INVALID_RESPONSE',
    said: /HTTP 200, \d+ characters/,
    means: /Something else than Google STS may have answered.*proxy/,
    mended: {},
  },
  {
    title: 'an answer of nothing',
    broken: failing({service: 'google-sts', status: 403}),
    step: 'google-sts',
    code: 'TOKEN_EXCHANGE_REFUSED',
    said: /HTTP 403/,
    means: /is rarely Google's.*proxy/,
    mended: {},
  },
  {
    title: 'an API that is not enabled',
    emulator: googlePolicy(() => ({disabledServices: ['sts.googleapis.com']})),
    step: 'google-sts',
    code: 'API_DISABLED',
    said: /HTTP 403/,
    means: /sts\.googleapis\.com is not enabled/,
    command: 'gcloud services enable sts.googleapis.com --project=123456789012',
    mended: {emulator: () => ({})},
  },
];

const REFUSED_BY_IAM_CREDENTIALS: readonly Row[] = [
  {
    title: 'a role without the binding',
    emulator: googlePolicy(() => ({serviceAccounts: [{email: EMAIL}]})),
    step: 'impersonation',
    code: 'IMPERSONATION_DENIED',
    said: /Permission 'iam\.serviceAccounts\.getAccessToken' denied on resource \(or it may not exist\)/,
    means: new RegExp(`role ${ROLE} may not act as ${EMAIL}`),
    command: `gcloud iam service-accounts add-iam-policy-binding ${EMAIL} --project=my-project --role=roles/iam.workloadIdentityUser --member="principalSet://${POOL}/attribute.aws_role/${ROLE}"`,
    mended: {
      // The printed member itself.
      emulator: ({remedies = []}) =>
        googlePolicy(() => ({
          serviceAccounts: [
            {
              email: EMAIL,
              bindings: [
                {
                  role: 'roles/iam.workloadIdentityUser',
                  members: [/--member="(.*)"$/.exec(remedies[2]?.command ?? '')?.[1] ?? ''],
                },
              ],
            },
          ],
        })),
    },
  },
  {
    title: 'a user without the binding, in whose path a shell would find a command',
    emulator: odd({}),
    broken: () => ODD_KEYS,
    step: 'impersonation',
    code: 'IMPERSONATION_DENIED',
    said: /Permission 'iam\.serviceAccounts\.getAccessToken' denied/,
    means: /\/ci may not act as demo@/,
    command: String.raw`gcloud iam service-accounts add-iam-policy-binding ${EMAIL} --project=my-project --role=roles/iam.workloadIdentityUser --member='principalSet://${POOL}/attribute.aws_role/arn:aws:iam::111122223333:user/"$(exit)'\''/ci'`,
  },
  {
    title: 'a service account that does not exist',
    config: emulator =>
      emulator.configFor({serviceAccountEmail: 'nobody@my-project.iam.gserviceaccount.com'}),
    step: 'impersonation',
    code: 'IMPERSONATION_DENIED',
    said: /may not exist|not found|does not exist/i,
    means: /or there is no such service account/,
    command: 'gcloud iam service-accounts create nobody --project=my-project',
    mended: {
      // All three printed commands.
      emulator: ({remedies = []}) => {
        const [, create, bind] = remedies.map(({command}) => command);
        const [, name, project] = /create (\S+) --project=(\S+)$/.exec(create ?? '') ?? [];
        return googlePolicy(() => ({
          serviceAccounts: [
            {
              email: `${name ?? ''}@${project ?? ''}.iam.gserviceaccount.com`,
              bindings: [
                {
                  role: 'roles/iam.workloadIdentityUser',
                  members: [/--member="(.*)"$/.exec(bind ?? '')?.[1] ?? ''],
                },
              ],
            },
          ],
        }));
      },
    },
  },
  {
    title: 'an API that is not enabled',
    emulator: googlePolicy(() => ({disabledServices: ['iamcredentials.googleapis.com']})),
    step: 'impersonation',
    code: 'API_DISABLED',
    said: /HTTP 403/,
    means: /iamcredentials\.googleapis\.com is not enabled/,
    command: 'gcloud services enable iamcredentials.googleapis.com --project=123456789012',
    mended: {emulator: () => ({})},
  },
  {
    title: 'an invalid argument',
    broken: iamSays(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'),
    step: 'impersonation',
    code: 'IMPERSONATION_REFUSED',
    said: /INVALID_ARGUMENT, "Request contains an invalid argument\."/,
    means: /Check the scopes/,
    mended: {},
  },
  {
    title: 'a life that the organisation does not allow',
    config: emulator =>
      emulator.configFor({serviceAccountEmail: EMAIL, tokenLifetimeSeconds: 7200}),
    step: 'impersonation',
    code: 'IMPERSONATION_REFUSED',
    said: /HTTP 400/,
    means: /live 7200 s\. More than 3600 s needs/,
    command: `gcloud resource-manager org-policies allow constraints/iam.allowServiceAccountCredentialLifetimeExtension ${EMAIL} --organization=ORGANIZATION_ID`,
    mended: {
      emulator: () =>
        googlePolicy(({serviceAccounts}) => ({
          serviceAccounts: serviceAccounts.map(account => ({
            ...account,
            allowLifetimeExtension: true,
          })),
        })),
    },
  },
  {
    title: 'a perimeter of VPC Service Controls, whatever life is asked for',
    config: emulator =>
      emulator.configFor({serviceAccountEmail: EMAIL, tokenLifetimeSeconds: 7200}),
    broken: iamSays(403, 'PERMISSION_DENIED', FORBIDDEN),
    step: 'impersonation',
    code: 'IMPERSONATION_REFUSED',
    said: /prohibited by organization's policy\. vpcServiceControlsUniqueIdentifier: yBL4S-x/,
    means: /^VPC Service Controls .* an ingress rule/,
  },
  {
    title: 'an outage',
    broken: failing({service: 'iam-credentials', times: 2, status: 503}),
    step: 'impersonation',
    code: 'SERVER_ERROR',
    said: /HTTP 503/,
    means: /usually passes/,
    mended: {},
  },
];

describe('the doctor finds', () => {
  describeRows({
    'at AWS STS': REFUSED_BY_AWS,
    'at AWS STS, by way of Google': RELAYED,
    'at Google STS': REFUSED_BY_GOOGLE_STS,
    'at IAM Credentials': REFUSED_BY_IAM_CREDENTIALS,
  });

  describe('a proxy that changes the signed request on its way to Google STS', () => {
    const aws = awsEnvironment();

    for (const [what, change, said] of [
      ['cuts it', (token: string) => token.slice(0, 40), 'Invalid format of AWS credentials:Error'],
      [
        'rewrites it',
        (token: string) => token.replace('method%22%3A%22POST', 'method%22%3A%22GET'),
        'AWS request has invalid format.',
      ],
    ] as const) {
      it(`and ${what}, until it is taken out of the way`, async () => {
        await using emulator = await startEmulator();
        const proxy = await startServer((request, response) => {
          void (async () => {
            const form = new URLSearchParams(await text(request));
            form.set('subject_token', change(form.get('subject_token') ?? ''));
            const isPost = request.method === 'POST';
            const answer = await fetch(new URL(request.url ?? '/', emulator.url), {
              redirect: 'manual',
              method: isPost ? 'POST' : 'GET',
              ...(isPost ? {body: form} : {}),
            });
            response.writeHead(answer.status, {'content-type': 'application/json'});
            response.end(await answer.text());
          })();
        });
        try {
          const {config} = emulator;
          await setUp(emulator, aws, {...config, token_url: `${proxy.url}/v1/token`});
          const {last} = await examine(aws);
          assert.equal(last.id, 'google-sts');
          assert.equal(last.code, 'SUBJECT_TOKEN_REJECTED');
          assert.ok(last.facts.includes(said), last.facts);
          assert.match(last.meaning ?? '', /If a proxy .* changes request bodies, stop it/);
          await setUp(emulator, aws, config);
          assert.equal((await examine(aws)).ran.status, 0);
        } finally {
          await proxy.close();
        }
      });
    }
  });

  const aws = awsEnvironment();
  it('and prints the same for a person, with each command on a line of its own', async () => {
    await using emulator = await startEmulator(
      googlePolicy(() => ({serviceAccounts: [{email: EMAIL}]})),
    );
    await setUp(emulator, aws);
    const {status, stdout, stderr} = await runCommand(['doctor'], {columns: 40, cwd: aws.folder});
    assert.equal(status, 1);
    assert.match(stdout, /^FAIL {2}service account, \d+ ms: IAM/m);
    assert.match(
      stdout,
      /^ {6}gcloud iam service-accounts add-iam-policy-binding .* --member="principalSet:\S+"$/m,
    );
    // The lines are there to be pasted: what tells of a command is a comment to its end.
    const pasted = stdout.slice(stdout.search(/^ +# /m)).split('\n');
    assert.deepEqual(
      pasted.filter(line => !/^(?:$| {6}# \S| {6}gcloud )/.test(line)),
      [],
    );
    assert.ok(!/^ok.*API call/m.test(stdout));
    // Marks of progress, each taken away again.
    assert.equal(stderr.split('…').length, stderr.split('\u001B[2K').length);
    assert.ok(stderr.endsWith('\u001B[2K'));
  });
});
