import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {checkKeys, type KeysOf} from '../known-keys.js';
import {nearName} from '../near-name.js';
import type {AwsAccount} from '../policy.js';
import type {IssueCredentials} from './issue-credentials.js';
import {POD_IDENTITY_PATH} from './pod-identity-service.js';
import type {PodTokens} from './pod-tokens.js';
import {roleArn, wantedRole} from './roles.js';
import {
  configSection,
  credentialProgram,
  credentialsSection,
  ssoCacheFile,
  type AwsFile,
} from './shared-files.js';
import {permissionSetName} from './sso-portal-service.js';
import type {SsoSessions, SsoToken} from './sso-sessions.js';
import type {WebIdentityTokens} from './web-identity-tokens.js';

/** A way in which AWS gives a program its credentials. */
export type AwsSource =
  /** `AWS_ACCESS_KEY_ID` and its like. */
  | 'environment'
  /** The endpoint of ECS, Fargate, App Runner, CodeBuild: the variables of `emulator.env`. */
  | 'container'
  /** EKS Pod Identity: an endpoint and a token file. */
  | 'pod-identity'
  /** EC2's IMDSv2. */
  | 'instance-metadata'
  /** IAM roles for service accounts of EKS: a token file, and STS. */
  | 'web-identity'
  /** Keys in the credentials file. */
  | 'profile'
  /** A profile with `role_arn` and `source_profile`. */
  | 'assume-role'
  /** A profile with `credential_process`. */
  | 'process'
  /** A profile with `sso_session`, and the cache that `aws sso login` leaves. */
  | 'sso';

/** How a source is set up. */
export interface AwsSetupOptions {
  /** The absolute path of the folder in which the files are. `environment`, `container` and `instance-metadata` have none. */
  readonly folder?: string;
  /** The value of `AWS_REGION`; `false`: leave it out. Default the option `region`. */
  readonly region?: string | false;
  /** The role of the policy's first account. `container`, `pod-identity`, `process` and `instance-metadata` have their own. Default `taskRole`. */
  readonly role?: string;
  /** The profile's name. Any but `default` also sets `AWS_PROFILE`. Default `default`. */
  readonly profile?: string;
  /** What `assume-role` sends as `ExternalId`. Default nothing. */
  readonly externalId?: string;
  /** The token in the cache of `sso`. Default a new one. */
  readonly ssoToken?: SsoToken;
}

const OPTIONS: KeysOf<AwsSetupOptions> = {
  folder: true,
  region: true,
  role: true,
  profile: true,
  externalId: true,
  ssoToken: true,
};

/** What a program needs for one source and no other. It holds secrets. */
export interface AwsSetup {
  /** All but `AWS_REGION` belongs to the source. Metadata is disabled where it is not the source. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly AwsFile[];
}

/** What setups are made of. */
export interface AwsSetupParts {
  readonly url: string;
  readonly region: string;
  readonly accounts: readonly AwsAccount[];
  /** The first of them, or empty. */
  readonly accountId: string;
  readonly taskRole: string | undefined;
  readonly container: {readonly url: string; readonly authorizationToken: string};
  readonly issue: IssueCredentials;
  readonly webIdentityTokens: WebIdentityTokens;
  readonly podTokens: PodTokens;
  readonly ssoSessions: SsoSessions;
}

/**
 * Makes the variables and the content of the files for a source.
 *
 * @throws TypeError if `folder` is missing, there is no such source, or the policy has no such role.
 */
export function makeAwsSetup(
  source: AwsSource,
  parts: AwsSetupParts,
  options: AwsSetupOptions,
): AwsSetup {
  checkKeys(options, OPTIONS, 'awsSetup()');
  const {region = parts.region, role} = options;
  if (!Object.hasOwn(SETUPS, source)) throw noSuchSource(source);
  // Where a source has its own role, too: the name would be a slip.
  if (role !== undefined) roleName(parts, options);
  const {env, files = []} = SETUPS[source](parts, options);
  return {
    env: {
      ...(region === false ? {} : {AWS_REGION: region}),
      AWS_EC2_METADATA_DISABLED: source === 'instance-metadata' ? 'false' : 'true',
      ...env,
    },
    files,
  };
}

/** Writes the files of a setup, for this user's eyes alone. */
export async function writeAwsFiles(files: readonly AwsFile[]): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(file.path), {recursive: true});
    await writeFile(file.path, file.content, {mode: 0o600});
  }
}

type MakeSetup = (parts: AwsSetupParts, options: AwsSetupOptions) => Partial<AwsSetup>;

const SETUPS: Readonly<Record<AwsSource, MakeSetup>> = {
  environment: ({issue}, {role}) => {
    const key = issue(role === undefined ? {} : {role});
    return {
      env: {
        AWS_ACCESS_KEY_ID: key.accessKeyId,
        AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
        AWS_SESSION_TOKEN: key.sessionToken,
      },
    };
  },
  container: ({container}) => ({
    env: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: container.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: container.authorizationToken,
    },
  }),
  'pod-identity': ({url, podTokens}, options) => {
    const file = fileIn(options, 'eks-pod-identity-token', podTokens.current);
    return {
      env: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: url + POD_IDENTITY_PATH,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file.path,
      },
      files: [file],
    };
  },
  'instance-metadata': ({url}) => ({env: {AWS_EC2_METADATA_SERVICE_ENDPOINT: url}}),
  'web-identity': (parts, options) => {
    const file = fileIn(options, 'web-identity-token', parts.webIdentityTokens.issue());
    return {
      env: {
        AWS_WEB_IDENTITY_TOKEN_FILE: file.path,
        AWS_ROLE_ARN: roleArn(parts.accountId, roleName(parts, options)),
        AWS_ENDPOINT_URL_STS: parts.url,
      },
      files: [file],
    };
  },
  profile: ({issue}, options) => {
    const {role, profile = 'default'} = options;
    const key = issue(role === undefined ? {} : {role});
    return profileSetup(options, '', credentialsSection(profile, key));
  },
  'assume-role': (parts, options) => {
    const {profile = 'default', externalId} = options;
    const settings = {
      role_arn: roleArn(parts.accountId, roleName(parts, options)),
      source_profile: 'emulator-source',
      ...(externalId === undefined ? {} : {external_id: externalId}),
    };
    const {env, files} = profileSetup(
      options,
      configSection('profile', profile, settings),
      credentialsSection('emulator-source', parts.issue()),
    );
    return {env: {...env, AWS_ENDPOINT_URL_STS: parts.url}, files};
  },
  process: ({container}, options) => {
    const content = credentialProgram(container.url, container.authorizationToken);
    const program = fileIn(options, 'credential-process.mjs', content);
    const {env, files} = profileSetup(
      options,
      configSection('profile', options.profile ?? 'default', {
        credential_process: `"${process.execPath}" "${program.path}"`,
      }),
      '',
    );
    return {env, files: [...files, program]};
  },
  sso: (parts, options) => {
    const {profile = 'default', ssoToken = parts.ssoSessions.issue()} = options;
    // The AWS SDK remembers by its name when it last refreshed a session.
    const session = `emulator-${new URL(parts.url).port}`;
    const sessionSettings = {
      sso_start_url: ssoToken.startUrl,
      sso_region: ssoToken.region,
      sso_registration_scopes: 'sso:account:access',
    };
    const profileSettings = {
      sso_session: session,
      sso_account_id: parts.accountId,
      sso_role_name: permissionSetName(roleName(parts, options)),
    };
    const config = [
      configSection('sso-session', session, sessionSettings),
      configSection('profile', profile, profileSettings),
    ].join('\n');
    const {env, files} = profileSetup(options, config, '');
    const home = folderOf(options);
    return {
      env: {
        ...env,
        HOME: home,
        AWS_ENDPOINT_URL_SSO: parts.url,
        AWS_ENDPOINT_URL_SSO_OIDC: parts.url,
      },
      files: [...files, ssoCacheFile(home, session, ssoToken)],
    };
  },
};

// Both files, so that neither is looked for in the home folder.
function profileSetup(options: AwsSetupOptions, config: string, credentials: string): AwsSetup {
  const {profile = 'default'} = options;
  const configFile = fileIn(options, 'config', config);
  const credentialsFile = fileIn(options, 'credentials', credentials);
  return {
    env: {
      AWS_CONFIG_FILE: configFile.path,
      AWS_SHARED_CREDENTIALS_FILE: credentialsFile.path,
      ...(profile === 'default' ? {} : {AWS_PROFILE: profile}),
    },
    files: [configFile, credentialsFile],
  };
}

function fileIn(options: AwsSetupOptions, name: string, content: string): AwsFile {
  return {path: path.join(folderOf(options), name), content};
}

function folderOf({folder}: AwsSetupOptions): string {
  if (folder === undefined || !path.isAbsolute(folder)) {
    throw new TypeError('This source has files: "folder" must be the absolute path of a folder.');
  }
  return folder;
}

function roleName({accounts, accountId, taskRole}: AwsSetupParts, options: AwsSetupOptions) {
  return wantedRole(accounts, accountId, options.role ?? taskRole).role;
}

function noSuchSource(source: string): TypeError {
  const sources = Object.keys(SETUPS);
  const near = nearName(source, sources);
  return new TypeError(
    `AWS credentials have no source ${JSON.stringify(source)} here.${near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`} There are: ${sources.join(', ')}.`,
  );
}
