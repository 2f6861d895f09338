import {AwsAuthError, isAwsAuthError} from '../errors.js';
import {errorCode, isError, withoutSecrets} from '../masking.js';
import {connectionAdvice, isNameError} from './connection-advice.js';
import {readWords} from './error-response.js';
import type {TokenEndpointRequest} from './transport.js';

// What Node.js says, whoever has wrapped it: `getaddrinfo ENOTFOUND a.example`, `connect ECONNREFUSED 127.0.0.1:1`.
const NAME = /\bgetaddrinfo [A-Z_]+ (?<place>[\w.-]+)/;
const ADDRESS = /\bconnect E[A-Z]+ (?<place>[\w.:[\]%-]+:\d+)/;

/**
 * The error for a request that got no answer. It says where the way ended, which may be a proxy.
 *
 * @param error what the transporter threw: an AwsAuthError in it is the error.
 */
export function unreachable(error: unknown, request: TokenEndpointRequest): AwsAuthError {
  const own = ownErrorIn(error);
  if (own !== undefined) return own;
  const cause = withoutSecrets(error, [...request.secrets, request.body]);
  const code = errorCode(cause);
  const host = hostOf(request.url);
  const said = code ?? readWords(cause.message || cause.name, request.secrets);
  const place = placeIn(cause, code !== undefined && isNameError(code) ? NAME : ADDRESS);
  const elsewhere = place === host || place === host.replace(/:\d+$/, '') ? undefined : place;
  return new AwsAuthError({
    code: 'NETWORK_ERROR',
    step: request.step,
    what: `${request.server} (${host}) could not be reached: ${said}${elsewhere === undefined ? '' : ` at ${elsewhere}`}.`,
    ...connectionAdvice(cause, {host, elsewhere}),
    cause,
  });
}

// Gaxios wraps what its adapter throws.
function ownErrorIn(error: unknown, depth = 0): AwsAuthError | undefined {
  if (isAwsAuthError(error)) return error;
  return isError(error) && depth < 5 ? ownErrorIn(error.cause, depth + 1) : undefined;
}

function placeIn({message, cause}: Error, shape: RegExp): string | undefined {
  const place = shape.exec(message)?.groups?.['place'];
  return place ?? (isError(cause) ? placeIn(cause, shape) : undefined);
}

/** A URL's host and port, as errors name them. */
export function hostOf(url: string, base?: string): string {
  return URL.canParse(url, base) ? new URL(url, base).host : 'an invalid address';
}
