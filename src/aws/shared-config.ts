/** What can give credentials in a profile of the shared files. */
export type ProfileKind =
  | 'static keys'
  | 'assumed role'
  | 'web identity'
  | 'credential_process'
  | 'SSO'
  | 'console login'
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
  /** The commands of `credential_process` of the profile and of its source profiles. */
  readonly processes: readonly string[];
  /** Whether its role, or that of a source profile, is assumed with the code of an MFA device. */
  readonly needsMfaCode: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The profile that `AWS_PROFILE` names, or `default`, out of the files that `AWS_CONFIG_FILE` and
 * `AWS_SHARED_CREDENTIALS_FILE` name, or those in `~/.aws`. They are read anew at each call.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function readSharedProfile(environment: Environment): Promise<SharedProfile> {
  const {parseKnownFiles} = await import('@smithy/core/config');
  const name = environment['AWS_PROFILE'] || 'default';
  // A file that is kept from an earlier call would hide a rotation.
  const profiles = await parseKnownFiles({ignoreCache: true});
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const kind = profile === undefined ? 'none' : kindOf(profile);
  const isOfRole = kind === 'assumed role' || kind === 'web identity';
  const chain = withSources(profiles, profile);
  return {
    name,
    exists: profile !== undefined,
    kind,
    region: profile?.['region'] || undefined,
    roleArn: isOfRole ? profile?.['role_arn'] : undefined,
    processes: chain.flatMap(({credential_process: command}) => command ?? []),
    needsMfaCode: chain.some(one => Boolean(one['role_arn'] && one['mfa_serial'])),
  };
}

/** A profile, its source profile, that one's, and so on; each once, since they may go round in a circle. */
function withSources(
  profiles: Readonly<Record<string, Environment>>,
  profile: Environment | undefined,
): readonly Environment[] {
  const chain = new Set<Environment>();
  let next = profile;
  while (next !== undefined && !chain.has(next)) {
    chain.add(next);
    const source = next['source_profile'] ?? '';
    next = Object.hasOwn(profiles, source) ? profiles[source] : undefined;
  }
  return [...chain];
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
  if (has('role_arn') && (has('source_profile') || has('credential_source'))) return 'assumed role';
  if (has('aws_access_key_id') || has('aws_secret_access_key')) return 'static keys';
  if (has('web_identity_token_file')) return 'web identity';
  if (has('credential_process')) return 'credential_process';
  if (SSO_SETTINGS.some(has)) return 'SSO';
  if (has('login_session')) return 'console login';
  return 'none';
}
