import {createHash} from 'node:crypto';
import path from 'node:path';
import type {SessionKey} from './access-keys.js';
import type {SsoToken} from './sso-sessions.js';

/** A file that a credential source reads. */
export interface AwsFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
}

type Settings = Readonly<Record<string, string>>;

/** A section of the config file: `[default]`, `[profile NAME]` or `[sso-session NAME]`. */
export function configSection(
  kind: 'profile' | 'sso-session',
  name: string,
  settings: Settings,
): string {
  const heading = kind === 'profile' && name === 'default' ? name : `${kind} ${name}`;
  return section(heading, settings);
}

/**
 * A profile's section of the credentials file.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function credentialsSection(profile: string, key: SessionKey): string {
  return section(profile, {
    aws_access_key_id: key.accessKeyId,
    aws_secret_access_key: key.secretAccessKey,
    aws_session_token: key.sessionToken,
  });
}

/** The cache file of an `sso-session`, below the home folder, where `aws sso login` puts it. */
export function ssoCacheFile(home: string, sessionName: string, token: SsoToken): AwsFile {
  const name = createHash('sha1').update(sessionName).digest('hex');
  return {
    path: path.join(home, '.aws', 'sso', 'cache', `${name}.json`),
    content: `${JSON.stringify(token, null, 2)}\n`,
  };
}

/**
 * The program of a `credential_process`: it asks the container's endpoint for new credentials each
 * time it runs.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function credentialProgram(url: string, authorization: string): string {
  return `const response = await fetch(${JSON.stringify(url)}, {
  headers: {authorization: ${JSON.stringify(authorization)}},
});
if (!response.ok) throw new Error(\`The emulator answered \${response.status}.\`);
const {AccessKeyId, SecretAccessKey, Token, Expiration} = await response.json();
const credentials = {Version: 1, AccessKeyId, SecretAccessKey, SessionToken: Token, Expiration};
process.stdout.write(JSON.stringify(credentials));
`;
}

function section(heading: string, settings: Settings): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  return [`[${heading}]`, ...lines, ''].join('\n');
}
