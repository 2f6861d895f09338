import {mkdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {startEmulator, type Emulator, type EmulatorOptions} from '../../src/emulator/index.js';
import type {AwsCredentials} from '../../src/index.js';
import type {AwsCredentialSourceName} from '../../src/aws/credential-source.js';

export const ACCOUNT = '111122223333';
const SUBJECT = 'system:serviceaccount:default:demo';
const USER_KEYS = {
  accessKeyId: 'AKIAQ3EGEXAMPLE7WXYZ',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

/** The ARN of a role. */
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

/** An emulator in which each source has a role of its own, so that the ARN tells who won. */
export function startWithARoleForEach(options: EmulatorOptions = {}): Promise<Emulator> {
  const trust = [{principals: [ACCOUNT]}];
  const webIdentityTrust = [{webIdentitySubjects: [SUBJECT]}];
  const roles = [
    {name: 'task-role'},
    {name: 'environment-role'},
    {name: 'profile-role'},
    {name: 'named-role'},
    {name: 'process-role'},
    {name: 'instance-role'},
    {name: 'option-role'},
    {name: 'assumed-role', trust},
    {name: 'top-role', trust},
    {name: 'sso-role', identityCenter: true},
    {name: 'web-role', trust: webIdentityTrust},
    {name: 'profile-web-role', trust: webIdentityTrust},
  ];
  const users = [{name: 'demo-user', accessKeys: [USER_KEYS]}];
  return startEmulator({
    instanceMetadata: {role: 'instance-role'},
    policy: {aws: {accounts: [{accountId: ACCOUNT, roles, users}]}},
    ...options,
  });
}

/** What sets a source up. Files of the same path are parts of one file. */
export interface Setup {
  readonly env: Readonly<Record<string, string>>;
  readonly files?: readonly {readonly path: string; readonly content: string}[];
  readonly given?: {readonly as: 'keys' | 'provider'; readonly keys: AwsCredentials};
}

/** A way to have an AWS identity. */
export interface Source {
  readonly name: string;
  /** Which comes first where several are set up: the smaller. */
  readonly rank: number;
  /** As `describeIdentity()` names it. */
  readonly won: AwsCredentialSourceName;
  /** Whose session, or user, AWS says it is. */
  readonly arn: string;
  /** The services of AWS that are asked for credentials, and no others. */
  readonly services: readonly string[];
  /** Whether `describeIdentity()` knows the role, or at least the account. */
  readonly knows: 'role' | 'account' | 'neither';
  /** What two sources cannot both set: of such a pair, one alone can be set up. */
  readonly needs?:
    'AWS_ACCESS_KEY_ID' | 'AWS_CONTAINER_CREDENTIALS_FULL_URI' | 'role_arn' | 'awsCredentials';
  readonly setUp: (emulator: Emulator, folder: string) => Setup;
}

const session = (role: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/`;

/** The shared files, and what leads to them. */
export function configFiles(folder: string, config: string, credentials = ''): Setup {
  const files = [
    {path: join(folder, 'config'), content: config},
    {path: join(folder, 'credentials'), content: credentials},
  ];
  const env = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return {env, files};
}

/** A profile with a `credential_process` that prints these keys. */
export function processProfile(folder: string, keys: AwsCredentials): Setup {
  const program = join(folder, 'give keys.mjs');
  const answer = JSON.stringify({
    Version: 1,
    AccessKeyId: keys.accessKeyId,
    SecretAccessKey: keys.secretAccessKey,
    SessionToken: keys.sessionToken,
    Expiration: keys.expiration,
  });
  const config = `[default]\ncredential_process = "${process.execPath}" "${program}"\n`;
  const {env, files = []} = configFiles(folder, config);
  const content = `process.stdout.write(${JSON.stringify(answer)});\n`;
  return {env, files: [...files, {path: program, content}]};
}

function profileWithWebIdentity(emulator: Emulator, folder: string): Setup {
  const token = join(folder, 'token-of-the-profile');
  const config = `[default]\nrole_arn = ${roleArn('profile-web-role')}\nweb_identity_token_file = ${token}\n`;
  const {env, files = []} = configFiles(folder, config);
  return {
    env: {...env, AWS_ENDPOINT_URL_STS: emulator.url},
    files: [...files, {path: token, content: emulator.issueWebIdentityToken()}],
  };
}

/** Every source, in the order in which the AWS SDK looks for them. */
export const SOURCES: readonly Source[] = [
  ...(['keys', 'provider'] as const).map(as => ({
    name: `the option awsCredentials (${as})`,
    rank: 0,
    won: 'option' as const,
    arn: session('option-role'),
    services: [],
    knows: 'neither' as const,
    needs: 'awsCredentials' as const,
    setUp: (emulator: Emulator) => {
      const {expiration: _, ...keys} = emulator.issueAwsCredentials({role: 'option-role'});
      return {env: {}, given: {as, keys}};
    },
  })),
  {
    name: 'a profile that AWS_PROFILE names',
    rank: 1,
    won: 'profile',
    arn: session('named-role'),
    services: [],
    knows: 'neither',
    setUp: (emulator, folder) =>
      emulator.awsSetup('profile', {folder, role: 'named-role', profile: 'named'}),
  },
  {
    name: 'environment keys with a session token',
    rank: 2,
    won: 'environment',
    arn: session('environment-role'),
    services: [],
    knows: 'neither',
    needs: 'AWS_ACCESS_KEY_ID',
    setUp: emulator => emulator.awsSetup('environment', {role: 'environment-role'}),
  },
  {
    name: 'environment keys of a user',
    rank: 2,
    won: 'environment',
    arn: `arn:aws:iam::${ACCOUNT}:user/demo-user`,
    services: [],
    knows: 'neither',
    needs: 'AWS_ACCESS_KEY_ID',
    setUp: () => ({
      env: {
        AWS_ACCESS_KEY_ID: USER_KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: USER_KEYS.secretAccessKey,
      },
    }),
  },
  {
    name: 'a profile with role_arn and source_profile',
    rank: 3,
    won: 'profile',
    arn: session('assumed-role'),
    services: ['aws-sts'],
    knows: 'role',
    needs: 'role_arn',
    setUp: (emulator, folder) => emulator.awsSetup('assume-role', {folder, role: 'assumed-role'}),
  },
  {
    name: 'a profile with keys',
    rank: 4,
    won: 'profile',
    arn: session('profile-role'),
    services: [],
    knows: 'neither',
    setUp: (emulator, folder) => emulator.awsSetup('profile', {folder, role: 'profile-role'}),
  },
  {
    name: 'a profile with web_identity_token_file',
    rank: 5,
    won: 'profile',
    arn: session('profile-web-role'),
    services: ['aws-sts'],
    knows: 'role',
    needs: 'role_arn',
    setUp: profileWithWebIdentity,
  },
  {
    name: 'a profile with credential_process',
    rank: 6,
    won: 'profile',
    arn: session('process-role'),
    services: [],
    knows: 'neither',
    setUp: (emulator, folder) =>
      processProfile(folder, emulator.issueAwsCredentials({role: 'process-role'})),
  },
  {
    name: 'a profile with SSO',
    rank: 7,
    won: 'profile',
    arn: session('sso-role'),
    services: ['aws-sso'],
    knows: 'neither',
    setUp: (emulator, folder) => emulator.awsSetup('sso', {folder, role: 'sso-role'}),
  },
  {
    name: 'a web identity',
    rank: 8,
    won: 'web-identity',
    arn: session('web-role'),
    services: ['aws-sts'],
    knows: 'role',
    setUp: (emulator, folder) => emulator.awsSetup('web-identity', {folder, role: 'web-role'}),
  },
  {
    name: 'an ECS task (relative URI)',
    rank: 9,
    won: 'container',
    arn: session('task-role'),
    services: ['aws-container-credentials'],
    knows: 'neither',
    setUp: () => ({env: {AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/task'}}),
  },
  {
    name: 'a container (full URI)',
    rank: 10,
    won: 'container',
    arn: session('task-role'),
    services: ['aws-container-credentials'],
    knows: 'neither',
    needs: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    setUp: emulator => emulator.awsSetup('container'),
  },
  {
    name: 'EKS Pod Identity',
    rank: 10,
    won: 'container',
    arn: `${session('task-role')}eks-`,
    services: ['aws-pod-identity'],
    knows: 'neither',
    needs: 'AWS_CONTAINER_CREDENTIALS_FULL_URI',
    setUp: (emulator, folder) => emulator.awsSetup('pod-identity', {folder}),
  },
  {
    name: 'instance metadata',
    rank: 11,
    won: 'instance-metadata',
    arn: session('instance-role'),
    services: ['aws-instance-metadata'],
    knows: 'neither',
    setUp: emulator => emulator.awsSetup('instance-metadata'),
  },
];

/** Sets sources up in one environment, and writes their files; metadata is asked where one of them is that. */
export async function setUpTogether(
  sources: readonly Pick<Source, 'setUp'>[],
  emulator: Emulator,
  folder: string,
): Promise<Omit<Setup, 'files'>> {
  const setups = sources.map(source => source.setUp(emulator, folder));
  for (const file of setups.flatMap(setup => setup.files ?? [])) {
    await appendTo(file.path, file.content);
  }
  const given = setups.find(setup => setup.given)?.given;
  const disabled = setups.map(setup => setup.env['AWS_EC2_METADATA_DISABLED']);
  const env = {
    AWS_CONFIG_FILE: join(folder, 'no-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'no-credentials'),
    AWS_REGION: 'us-east-1',
    ...Object.fromEntries(setups.flatMap(setup => Object.entries(setup.env))),
    AWS_EC2_METADATA_DISABLED: String(!disabled.includes('false')),
  };
  return given === undefined ? {env} : {env, given};
}

async function appendTo(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  await writeFile(path, content, {mode: 0o600, flag: 'a'});
}
