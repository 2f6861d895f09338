import {readFile, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {namedExports} from './aws-sdk.js';
import {withinTimeLimit} from './time-limit.js';
import type {WebIdentity} from './web-identity.js';

/** What can give credentials in a profile of the shared files. */
export type ProfileKind =
  | 'static keys'
  | 'assumed role'
  | 'web identity'
  | 'credential_process'
  | 'SSO'
  | 'console login'
  // Nothing to assume it with, or two things: the AWS SDK and CLI have no credentials from it.
  | 'role without one source'
  | 'none';

/** A profile of the shared files. */
export interface SharedProfile {
  readonly name: string;
  /** Whether the files have it at all. */
  readonly exists: boolean;
  readonly kind: ProfileKind;
  readonly region: string | undefined;
  /** The role that its credentials are of, where the profile names it. */
  readonly roleArn: string | undefined;
  /** The web identity that it names. */
  readonly webIdentity: WebIdentity | undefined;
  /** The commands of `credential_process` of the profile and of its source profiles. */
  readonly processes: readonly string[];
  /** Whether its role, or that of a source profile, is assumed with the code of an MFA device. */
  readonly needsMfaCode: boolean;
  /** The SSO session that it or a source profile names, and the config file that has no section of it. */
  readonly absentSession: {readonly name: string; readonly file: string} | undefined;
  /** The files that are there and cannot be read, with the reason: the profile may be in them, and be another. */
  readonly unreadable: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The profile that `AWS_PROFILE` names, or `default`, out of the files that `AWS_CONFIG_FILE` and
 * `AWS_SHARED_CREDENTIALS_FILE` name, or those in `~/.aws`. They are read anew at each call.
 *
 * @param timeoutMillis how long that may take, in ms; never longer than ten seconds.
 * @throws Error where it takes longer: a file may be a pipe, or lie on a network drive that is gone.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function readSharedProfile(
  environment: Environment,
  timeoutMillis = READING_MILLIS,
): Promise<SharedProfile> {
  const name = environment['AWS_PROFILE'] || 'default';
  const files = filesOf(environment).map(file => JSON.stringify(file));
  const {profiles, sessions, unreadable} = await withinTimeLimit(
    () => readFiles(environment),
    Math.min(timeoutMillis, READING_MILLIS),
    `the shared AWS files (${files.join(' and ')}) could not be read`,
  );
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const kind = profile === undefined ? 'none' : kindOf(profile);
  const isOfRole = kind === 'assumed role' || kind === 'web identity';
  const webIdentity = profile?.['web_identity_token_file'];
  const sessionName = profile?.['role_session_name'] || environment['AWS_ROLE_SESSION_NAME'];
  const chain = [...withSources(profiles, profile)];
  const absentSession = chain
    .flatMap(([one, its]) => (its === 'SSO' ? (one['sso_session'] ?? []) : []))
    .find(session => !Object.hasOwn(sessions, session));
  return {
    name,
    exists: profile !== undefined,
    kind,
    region: profile?.['region'] || undefined,
    roleArn: isOfRole ? profile?.['role_arn'] : undefined,
    webIdentity: webIdentity === undefined ? undefined : {file: webIdentity, sessionName},
    processes: chain.flatMap(([{credential_process: command}]) => command ?? []),
    needsMfaCode: chain.some(([one, its]) => its === 'assumed role' && Boolean(one['mfa_serial'])),
    absentSession:
      absentSession === undefined ? undefined : {name: absentSession, file: files[0] ?? ''},
    unreadable,
  };
}

// A local file takes none of them.
const READING_MILLIS = 10_000;

type Profiles = Readonly<Record<string, Environment>>;

interface SharedFiles {
  readonly profiles: Profiles;
  readonly sessions: Profiles;
  readonly unreadable: readonly string[];
}

function filesOf(environment: Environment): readonly string[] {
  return [
    environment['AWS_CONFIG_FILE'] || '~/.aws/config',
    environment['AWS_SHARED_CREDENTIALS_FILE'] || '~/.aws/credentials',
  ];
}

let reading: {readonly of: string; readonly files: Promise<SharedFiles>} | undefined;

/**
 * Reads the files, once at a time: a reading that hangs holds two of the four threads that Node.js reads files and
 * looks up host names with, and another one would hold the rest.
 */
function readFiles(environment: Environment): Promise<SharedFiles> {
  const of = ['HOME', 'USERPROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']
    .map(variable => environment[variable] ?? '')
    .join('\n');
  if (reading?.of === of) return reading.files;
  const files = parseFiles(environment).finally(() => {
    if (reading?.files === files) reading = undefined;
  });
  reading = {of, files};
  return files;
}

async function parseFiles(environment: Environment): Promise<SharedFiles> {
  const {getHomeDir, loadSsoSessionData, parseKnownFiles} = namedExports(
    await import('@smithy/core/config'),
  );
  const home = getHomeDir();
  const unreadable = await Promise.all(filesOf(environment).map(file => whyUnreadable(file, home)));
  return {
    // A file that is kept from an earlier call would hide a rotation.
    profiles: await parseKnownFiles({ignoreCache: true}),
    // Of the same reading.
    sessions: await loadSsoSessionData(),
    unreadable: unreadable.flatMap(reason => reason ?? []),
  };
}

/** The AWS SDK takes a file that it cannot read for one that is not there. */
async function whyUnreadable(file: string, home: string): Promise<string | undefined> {
  const isInHome = file.startsWith('~/');
  const path = isInHome ? join(home, file.slice(2)) : file;
  // A home that belongs to another user, such as /root, tells nothing of a file in it.
  let absent = ['ENOENT', 'ENOTDIR', ...(isInHome ? ['EACCES'] : [])];
  try {
    const found = await stat(path);
    absent = ['ENOENT'];
    // A pipe gives what it has once.
    if (!found.isFile() && !found.isDirectory()) return undefined;
    // What ">" writes in Windows PowerShell: the SDK finds nothing in it.
    const isUtf16 = /^(?:fffe|feff)/.test((await readFile(path)).toString('hex', 0, 2));
    return isUtf16 ? `${JSON.stringify(file)} (UTF-16, not UTF-8)` : undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const why =
      code === 'ERR_ACCESS_DENIED' ? `${code}: Node.js lacks --allow-fs-read of it` : code;
    return absent.includes(code) ? undefined : `${JSON.stringify(file)} (${why})`;
  }
}

/**
 * A profile, its source profile, that one's, and so on, as far as the AWS SDK follows them, with what each gives
 * credentials by; each once, since they may go round in a circle.
 */
function withSources(
  profiles: Profiles,
  profile: Environment | undefined,
): ReadonlyMap<Environment, ProfileKind> {
  const chain = new Map<Environment, ProfileKind>();
  let next = profile;
  while (next !== undefined && !chain.has(next)) {
    // Of a source profile, the keys win over a role.
    const hasKeys = Boolean(next['aws_access_key_id'] && next['aws_secret_access_key']);
    const kind = chain.size > 0 && hasKeys ? 'static keys' : kindOf(next);
    chain.set(next, kind);
    const source = (kind === 'assumed role' ? next['source_profile'] : undefined) ?? '';
    next = Object.hasOwn(profiles, source) ? profiles[source] : undefined;
  }
  return chain;
}

const SSO_SETTINGS = [
  'sso_session',
  'sso_start_url',
  'sso_account_id',
  'sso_region',
  'sso_role_name',
];

// In the order in which the AWS SDK looks at a profile.
function kindOf(profile: Environment): ProfileKind {
  const has = (key: string): boolean => Boolean(profile[key]);
  if (has('role_arn') && has('source_profile') !== has('credential_source')) return 'assumed role';
  if (has('aws_access_key_id') || has('aws_secret_access_key')) return 'static keys';
  if (has('web_identity_token_file')) return 'web identity';
  if (has('credential_process')) return 'credential_process';
  if (SSO_SETTINGS.some(has)) return 'SSO';
  if (has('login_session')) return 'console login';
  if (has('role_arn')) return 'role without one source';
  return 'none';
}
