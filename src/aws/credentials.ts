import {inspect} from 'node:util';
import {AwsAuthError} from '../errors.js';
import {withoutSecrets} from '../masking.js';
import {withinTimeLimit} from './time-limit.js';

/** AWS keys, in the shape of the AWS SDK's `AwsCredentialIdentity`. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Required for temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When temporary credentials end. */
  readonly expiration?: Date | undefined;
}

/** Gives AWS keys that are valid now; the AWS SDK's credential providers are such functions. */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;

/**
 * The AWS SDK's own chain for Node.js: environment, SSO, shared files, process, web identity, container,
 * instance metadata. It is loaded at the first call, and it keeps credentials until they near their end.
 *
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
export function defaultCredentialsProvider(): AwsCredentialsProvider {
  let chain: AwsCredentialsProvider | undefined;
  return async () => {
    chain ??= await loadChain();
    return chain();
  };
}

async function loadChain(): Promise<AwsCredentialsProvider> {
  const aws = await import('@aws-sdk/credential-providers');
  if (!isWebIdentityWithoutRole(process.env)) return aws.fromNodeProviderChain();
  // Here the SDK's chain would pass over the web identity and ask the instance's metadata.
  return aws.createCredentialChain(aws.fromEnv(), aws.fromIni(), aws.fromProcess(), () =>
    Promise.reject(new Error('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not')),
  );
}

function isWebIdentityWithoutRole(
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const isSet = (name: string): boolean => Boolean(environment[name]);
  return (
    isSet('AWS_WEB_IDENTITY_TOKEN_FILE') &&
    !isSet('AWS_ROLE_ARN') &&
    !isSet('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') &&
    !isSet('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  );
}

/**
 * Asks a provider and checks what it gives before a signature is made of it.
 *
 * @throws AwsAuthError `AWS_CREDENTIALS_UNAVAILABLE` or `AWS_CREDENTIALS_INVALID`.
 */
export async function readCredentials(
  provider: AwsCredentialsProvider,
  timeoutMillis: number,
): Promise<AwsCredentials> {
  const answer = await ask(provider, timeoutMillis);
  return checkCredentials(answer, 'AWS_CREDENTIALS_INVALID');
}

/**
 * Checks keys, wherever they come from.
 *
 * @throws AwsAuthError with the given code; the step is `config` for `INVALID_OPTION`.
 */
export function checkCredentials(
  value: unknown,
  code: 'AWS_CREDENTIALS_INVALID' | 'INVALID_OPTION',
): AwsCredentials {
  const invalid = (problem: string): AwsAuthError =>
    new AwsAuthError({
      code,
      step: code === 'INVALID_OPTION' ? 'config' : 'aws-credentials',
      what: `${code === 'INVALID_OPTION' ? 'The option "awsCredentials"' : 'What the provider gave as AWS credentials'} cannot be used: ${problem}.`,
      fix: 'They need accessKeyId and secretAccessKey, and sessionToken if they are temporary, exactly as AWS gave them.',
    });
  if (typeof value !== 'object' || value === null) {
    throw invalid(`it is ${value === null ? 'null' : `of type ${typeof value}`}, not an object`);
  }
  const fields: {
    accessKeyId?: unknown;
    secretAccessKey?: unknown;
    sessionToken?: unknown;
    expiration?: unknown;
  } = value;
  const {accessKeyId, secretAccessKey, sessionToken, expiration} = fields;
  const check = (name: string, field: unknown): string => {
    if (typeof field !== 'string' || field === '')
      throw invalid(`${name} is missing or not a string`);
    // A header cannot hold these, and AWS issues none: they come from copying.
    if (/[^\x21-\x7e]|["']/.test(field)) {
      throw invalid(
        `${name} holds a space, a newline, a quote or another character that no key has`,
      );
    }
    return field;
  };
  if (
    expiration !== undefined &&
    !(expiration instanceof Date && !Number.isNaN(expiration.getTime()))
  ) {
    throw invalid('expiration is not a valid Date');
  }
  return {
    accessKeyId: check('accessKeyId', accessKeyId),
    secretAccessKey: check('secretAccessKey', secretAccessKey),
    // Container agents and files say "no session token" in either way.
    ...(sessionToken === undefined || sessionToken === null || sessionToken === ''
      ? {}
      : {sessionToken: check('sessionToken', sessionToken)}),
    ...(expiration === undefined ? {} : {expiration}),
  };
}

async function ask(provider: AwsCredentialsProvider, timeoutMillis: number): Promise<unknown> {
  try {
    return await withinTimeLimit(provider, timeoutMillis);
  } catch (error) {
    const cause = withoutSecrets(error, likelyKeys(error));
    throw new AwsAuthError({
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      step: 'aws-credentials',
      what: `No AWS credentials could be had: ${cause.message.replace(/\.$/, '')}.`,
      fix: 'Check with "aws sts get-caller-identity" that this process has an AWS identity: a role of its task, pod, function or instance, a profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or give "awsCredentials".',
      cause,
    });
  }
}

// Secret keys have 40 characters and session tokens hundreds. A provider that fails may quote what it
// read, and nobody has handed those keys to us to be masked.
const KEY_SHAPE =
  /(?<![\w/+=])(?=\S*[A-Z])(?=\S*[a-z])(?=\S*\d)(?:[\w/+]{40}|[\w/+=-]{100,})(?![\w/+=])/g;

function likelyKeys(error: unknown): string[] {
  return (
    inspect(error, {depth: 5, customInspect: false, maxStringLength: null}).match(KEY_SHAPE) ?? []
  );
}
