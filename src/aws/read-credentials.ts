import {AwsAuthError, isAwsAuthError} from '../errors.js';
import {isError, maskSecrets, withoutSecrets} from '../masking.js';
import type {CredentialSource} from './credential-source.js';
import {checkCredentials, type AwsCredentials} from './credentials.js';
import {failureAdvice} from './failure-advice.js';
import {likelyKeys} from './likely-keys.js';
import {withinTimeLimit} from './time-limit.js';

/** How a source is asked. */
export interface ReadCredentialsOptions {
  /** How long the source may take in all, in ms. Its own limit wins if that is shorter. */
  readonly timeoutMillis: number;
  /** Whether credentials that the source keeps will not do. Default `false`. */
  readonly forceRefresh?: boolean;
}

/**
 * Asks a source and checks what it gives before a signature is made of it.
 *
 * @throws AwsAuthError `AWS_CREDENTIALS_UNAVAILABLE` or `AWS_CREDENTIALS_INVALID`, which name the source
 *   and what to do about it.
 */
export async function readCredentials(
  source: CredentialSource,
  {timeoutMillis, forceRefresh = false}: ReadCredentialsOptions,
): Promise<AwsCredentials> {
  const answer = await ask(source, Math.min(timeoutMillis, source.timeLimitMillis ?? Infinity), {
    forceRefresh,
  });
  return checkCredentials(answer, 'AWS_CREDENTIALS_INVALID', source.description);
}

async function ask(
  source: CredentialSource,
  timeoutMillis: number,
  options: {readonly forceRefresh: boolean},
): Promise<unknown> {
  try {
    return await withinTimeLimit(() => source.read(options), timeoutMillis);
  } catch (error) {
    // A source that stands on another one has its error already.
    if (isAwsAuthError(error)) throw error;
    const secrets = [...source.secrets, ...likelyKeys(error)];
    const cause = withoutSecrets(error, secrets);
    throw new AwsAuthError({
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      step: 'aws-credentials',
      what: `No AWS credentials could be had from ${source.description}: ${reason(cause, source)}${httpStatus(error)}.`,
      fix: failureAdvice(cause, source),
      cause,
    });
  }
}

// One line: the output of a credential_process may have many.
function reason(cause: Error, {secrets}: CredentialSource): string {
  const line = maskSecrets(cause.message, secrets)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return (line.length > 500 ? `${line.slice(0, 500)}…` : line).replace(/\.$/, '') || cause.name;
}

// The AWS SDK says "Unknown" of an answer that is not AWS's, such as a proxy's, and hangs the status on it.
function httpStatus(error: unknown): string {
  if (!isError(error) || !error.message.startsWith('Unknown')) return '';
  const {$metadata}: Error & {$metadata?: {httpStatusCode?: unknown}} = error;
  const status = $metadata?.httpStatusCode;
  return typeof status === 'number' ? ` (HTTP ${String(status)})` : '';
}
