import {errorCode} from '../masking.js';
import type {CredentialSource} from './credential-source.js';

/**
 * What to do about a source that failed.
 *
 * @param error as the source threw it, masked.
 */
export function failureAdvice(error: Error, source: CredentialSource): string {
  const flag = missingPermission(error);
  return flag === undefined ? source.advice : `Node.js was started with --permission: add ${flag}.`;
}

/**
 * The flag without which Node.js's permission model refused something.
 *
 * @see https://nodejs.org/api/permissions.html#permission-model
 */
function missingPermission(error: Error): string | undefined {
  const {message} = error;
  // The AWS SDK hands on the words alone, or the code alone; older versions of Node.js name no flag.
  if (message.includes('Access to this API has been restricted')) {
    return /Use (--allow-[\w-]+)/.exec(message)?.[1];
  }
  // Of a name to look up, and of a connection to instance metadata.
  return errorCode(error) === 'ERR_ACCESS_DENIED' ? '--allow-net' : undefined;
}
