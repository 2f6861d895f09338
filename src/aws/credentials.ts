import {types} from 'node:util';
import {AwsAuthError} from '../errors.js';

/** AWS keys, in the shape of the AWS SDK's `AwsCredentialIdentity`. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Required for temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When temporary credentials end. */
  readonly expiration?: Date | undefined;
  /** The account that they belong to, where the source tells. */
  readonly accountId?: string | undefined;
}

/**
 * Gives AWS keys that are valid now; the AWS SDK's credential providers are such functions. A provider that
 * keeps keys is called with `{forceRefresh: true}` when AWS has refused those that it gave, which is how the
 * SDK's own are told to read them anew.
 */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;

/**
 * Checks keys, wherever they come from.
 *
 * @param origin how the error names what gave them, where it is not the option itself.
 * @throws AwsAuthError with the given code; the step is `config` for `INVALID_OPTION`.
 */
export function checkCredentials(
  value: unknown,
  code: 'AWS_CREDENTIALS_INVALID' | 'INVALID_OPTION',
  origin = 'the provider',
): AwsCredentials {
  const invalid = (problem: string): AwsAuthError =>
    new AwsAuthError({
      code,
      step: code === 'INVALID_OPTION' ? 'config' : 'aws-credentials',
      what: `${code === 'INVALID_OPTION' ? 'The option "awsCredentials"' : `What ${origin} gave as AWS credentials`} cannot be used: ${problem}.`,
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
    accountId?: unknown;
  } = value;
  const {accessKeyId, secretAccessKey, sessionToken, expiration, accountId} = fields;
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
    // Of whatever realm: a test runner such as Jest has a `Date` of its own, and structuredClone() gives none of those.
    !(types.isDate(expiration) && !Number.isNaN(expiration.getTime()))
  ) {
    throw invalid('expiration is not a valid Date');
  }
  const keys = {
    accessKeyId: check('accessKeyId', accessKeyId),
    secretAccessKey: check('secretAccessKey', secretAccessKey),
  };
  // Container agents and files say "no session token" in either way.
  const hasToken = sessionToken !== undefined && sessionToken !== null && sessionToken !== '';
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  if (!hasToken && keys.accessKeyId.startsWith('ASIA')) {
    throw invalid(
      'accessKeyId begins with ASIA, so they are temporary, and sessionToken (AWS_SESSION_TOKEN in the environment) is missing',
    );
  }
  return {
    ...keys,
    ...(hasToken ? {sessionToken: check('sessionToken', sessionToken)} : {}),
    ...(expiration === undefined ? {} : {expiration}),
    ...(typeof accountId === 'string' && /^\d{12}$/.test(accountId) ? {accountId} : {}),
  };
}
