import {errorCode} from '../masking.js';
import type {CredentialSource} from './credential-source.js';

/**
 * What to do about a source that failed.
 *
 * @param error as the source threw it, masked.
 */
export function failureAdvice(error: Error, source: CredentialSource): string {
  const flag = missingPermission(error);
  if (flag !== undefined) return `Node.js was started with --permission: add ${flag}.`;
  const proxy = PROXIES.find(name => process.env[name]);
  return source.asksAws === true && proxy !== undefined && isUnreachable(error, errorCode(error))
    ? `Where this host reaches AWS by the proxy of ${proxy} alone: the AWS SDK does not use it; give "awsCredentials" one of the SDK's providers with an agent of that proxy (clientConfig: {requestHandler: {httpsAgent}}). ${source.advice}`
    : source.advice;
}

const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

const UNREACHABLE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ETIMEDOUT|E(?:HOST|NET)UNREACH)\b|TimeoutError|did not answer within/;

// Some of the AWS SDK's errors have the words of another one, and not its code. No proxy leads to instance metadata.
function isUnreachable({name, message}: Error, code = ''): boolean {
  return UNREACHABLE.test(`${name} ${code} ${message}`) && !message.includes('instance metadata');
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
