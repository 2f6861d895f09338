import assert from 'node:assert/strict';
import {afterEach, describe, it} from 'mocha';
import {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type ServiceAccountBinding,
} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {EMAIL, examine, googlePolicy, POOL, ROLE, setUp} from './doctor-fixture.js';
import {describeRows, type Row} from './doctor-rows.js';
import {remade} from './remade-config.js';
import {runCommand} from './run-command.js';

const MEMBER = `principalSet://${POOL}/attribute.aws_role/${ROLE}`;
const USER = 'alice@example.com';
const SCOPE = 'https://www.googleapis.com/auth/calendar.readonly';
const AS_USER = ['--subject', USER, '--scopes', SCOPE];
const PAGE = 'https://admin.google.com/ac/owl/domainwidedelegation';

const ACT: ServiceAccountBinding = {role: 'roles/iam.workloadIdentityUser', members: [MEMBER]};

/** The account with these bindings, and with one to whom the printed command gives the printed role. */
function bound(bindings: readonly ServiceAccountBinding[], printed = ''): EmulatorOptions {
  const [, member = ''] =
    /--role=roles\/iam\.serviceAccountTokenCreator --member="(.*)"$/.exec(printed) ?? [];
  const added: readonly ServiceAccountBinding[] =
    member === '' ? [] : [{role: 'roles/iam.serviceAccountTokenCreator', members: [member]}];
  return googlePolicy(() => ({
    serviceAccounts: [{email: EMAIL, bindings: [...bindings, ...added]}],
  }));
}

const bind = (member: string) =>
  `gcloud iam service-accounts add-iam-policy-binding ${EMAIL} --project=my-project --role=roles/iam.serviceAccountTokenCreator --member="${member}"`;

const oauth = (emulator: Emulator) => ({GOOGLE_OAUTH_TOKEN_URL: emulator.oauthTokenUrl});

const SIGNATURES: readonly Row[] = [
  {
    title: 'an account that may not sign as itself',
    emulator: bound([ACT]),
    flags: ['--sign'],
    step: 'signing',
    code: 'IMPERSONATION_DENIED',
    said: /HTTP 403, "Permission 'iam\.serviceAccounts\.signBlob' denied/,
    means: new RegExp(`${EMAIL} must be let sign as itself.*five minutes`),
    command: bind(`serviceAccount:${EMAIL}`),
    mended: {emulator: ({remedies = []}) => bound([ACT], remedies[0]?.command)},
  },
  {
    title: 'no account that could',
    config: emulator => emulator.configFor(),
    flags: ['--sign'],
    step: 'signing',
    code: 'SERVICE_ACCOUNT_REQUIRED',
    said: /A service account signs, and none is named/,
    means: /no key/,
    command:
      'npx google-auth-aws config --project-number 123456789012 --pool aws-pool --provider aws-test-account --service-account EMAIL --output-file FOLDER/gcp.json --force',
    mended: {config: remade({EMAIL})},
  },
  {
    title: 'another refusal to sign',
    flags: ['--sign'],
    broken: emulator => {
      const service = 'iam-credentials';
      // The first request, for the account's token, is answered as it should be.
      emulator.failNext({service, delayMillis: 1});
      const error = {code: 400, status: 'INVALID_ARGUMENT', message: 'no'};
      emulator.failNext({service, status: 400, body: {error}});
      return {};
    },
    step: 'signing',
    said: /HTTP 400, "no"/,
    means: /for a reason of its own/,
    mended: {},
  },
];

const USERS: readonly Row[] = [
  {
    title: 'a role that may act as the account, and not sign',
    emulator: bound([ACT]),
    broken: oauth,
    flags: AS_USER,
    step: 'workspace-user',
    code: 'IMPERSONATION_DENIED',
    said: /Permission 'iam\.serviceAccounts\.signJwt' denied/,
    means: new RegExp(`role ${ROLE} may not sign as ${EMAIL}`),
    command: bind(MEMBER),
    mended: {emulator: ({remedies = []}) => bound([ACT], remedies[2]?.command), env: oauth},
  },
  {
    title: 'a scope that the Workspace has not delegated',
    broken: oauth,
    flags: ['--subject', USER, '--scopes', `${SCOPE},https://mail.google.com/`],
    step: 'workspace-user',
    code: 'DELEGATION_DENIED',
    said: /unauthorized_client/,
    means: new RegExp(
      `Workspace of example\\.com does not let ${EMAIL} .* at ${PAGE}, .* spelled so: ${SCOPE},https://mail\\.google\\.com/ \\(`,
    ),
    command: `gcloud iam service-accounts describe ${EMAIL} --project=my-project --format="value(uniqueId)"`,
    mended: {
      // What the administrator enters: the printed scopes.
      emulator: ({meaning = ''}) =>
        googlePolicy(() => ({
          workspaces: [
            {
              domain: 'example.com',
              users: [USER],
              delegations: [
                {
                  serviceAccount: EMAIL,
                  scopes: (/spelled so: (\S+)/.exec(meaning)?.[1] ?? '').split(','),
                },
              ],
            },
          ],
        })),
      env: oauth,
    },
  },
  {
    title: 'a user that the Workspace does not have',
    broken: oauth,
    flags: ['--subject', 'bob@example.com', '--scopes', SCOPE],
    step: 'workspace-user',
    code: 'DELEGATION_REFUSED',
    said: /invalid_grant, "Invalid email or User ID"/,
    means: /Check the subject bob@example\.com/,
    mended: {
      emulator: () =>
        googlePolicy(({workspaces = []}) => ({
          workspaces: workspaces.map(domain => ({
            ...domain,
            users: [...domain.users, 'bob@example.com'],
          })),
        })),
      env: oauth,
    },
  },
  {
    title: 'an account that was disabled when it had signed',
    broken: emulator => {
      const body = {error: 'invalid_grant', error_description: 'Invalid grant: account not found'};
      emulator.failNext({service: 'google-oauth2', status: 400, body});
      return oauth(emulator);
    },
    flags: AS_USER,
    step: 'workspace-user',
    code: 'DELEGATION_REFUSED',
    said: /account not found/,
    means: /^See whether the service account exists and is enabled\.$/,
    command: `gcloud iam service-accounts describe ${EMAIL}`,
    mended: {env: oauth},
  },
];

describe('the doctor finds', () => {
  describeRows({'where it signs': SIGNATURES, 'where it acts for a user': USERS});
});

describe('google-auth-aws doctor', () => {
  const aws = awsEnvironment();
  let emulator: Emulator | undefined;
  afterEach(() => emulator?.close());

  it('finds all well with a signature and a Workspace user, and asks for neither by itself', async () => {
    emulator = await startEmulator();
    await setUp(emulator, aws);
    aws.set(oauth(emulator));
    const {ran, steps} = await examine(aws, '--sign', ...AS_USER);
    assert.equal(ran.status, 0, ran.stdout);
    assert.deepEqual(
      steps.slice(-2).map(({id, status}) => `${id} ${status}`),
      ['signing ok', 'workspace-user ok'],
    );
    assert.match(steps.at(-1)?.facts ?? '', /^a token of alice@example\.com, good for/);
    const asked = emulator.requests.map(({operation}) => operation);
    assert.ok(asked.includes('signBlob') && asked.includes('signJwt'));
    const plain = await examine(aws);
    assert.equal(plain.last.id, 'impersonation');
  });

  for (const [args, says] of [
    [['--scopes', SCOPE], /name the user with --subject/],
    [['--subject', USER], /--scopes is missing beside --subject/],
    [['--subject', 'alice', '--scopes', SCOPE], /--subject is "alice"/],
  ] as const) {
    it(`is used wrongly with ${args.join(' ')}, before anything is sent`, async () => {
      emulator = await startEmulator();
      await setUp(emulator, aws);
      const {status, stderr} = await runCommand(['doctor', ...args], {cwd: aws.folder});
      assert.equal(status, 2);
      assert.match(stderr, says);
      assert.deepEqual(emulator.requests, []);
    });
  }
});
