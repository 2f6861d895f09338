import {parse, record, text} from './error-response.js';
import {malformed, type Step} from './refusal.js';
import type {TokenEndpointResponse} from './transport.js';

/** A token as its server described it: times are the server's. */
export interface GrantedToken {
  readonly value: string;
  /** How long it may be used from the moment of the answer on, in ms. */
  readonly lifetimeMillis: number;
}

/**
 * How long a token may be used, in ms, of which the server tells when it ends; `undefined` where it has ended by every
 * clock. Nobody grants what has ended: a clock by which it has is wrong, such as that of a proxy that writes `Date`
 * headers of its own, and the next one counts.
 *
 * @param end in epoch ms, as are the clocks.
 * @param clocks the one to be believed first.
 */
export function lifetimeUntil(
  end: number,
  clocks: readonly (number | undefined)[],
): number | undefined {
  const now = clocks.find(clock => clock !== undefined && clock < end);
  return now === undefined ? undefined : end - now;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * The JSON object of an answer that is no refusal.
 *
 * @throws AwsAuthError `INVALID_RESPONSE`.
 */
export function readBody(response: TokenEndpointResponse, step: Step): Body {
  if (response.status !== 200) throw malformed(step, response, 'should have the status 200');
  const body = record(parse(response.text));
  if (body === undefined) throw malformed(step, response, 'is not a JSON object');
  return body;
}

/**
 * The access token of an OAuth answer (RFC 6749 section 5.1).
 *
 * @throws AwsAuthError `INVALID_RESPONSE`.
 */
export function readBearerToken(
  body: Body,
  response: TokenEndpointResponse,
  step: Step,
): GrantedToken {
  const value = text(body['access_token']);
  if (value === undefined || !isTokenValue(value)) {
    throw malformed(step, response, 'has no usable "access_token"');
  }
  const tokenType = body['token_type'];
  if (typeof tokenType !== 'string' || tokenType.toLowerCase() !== 'bearer') {
    throw malformed(step, response, 'has a "token_type" other than Bearer');
  }
  const lifetimeMillis = secondsOf(body['expires_in']) * 1000;
  if (!Number.isFinite(lifetimeMillis) || lifetimeMillis <= 0) {
    throw malformed(step, response, 'has an "expires_in" that is not a positive number of seconds');
  }
  return {value, lifetimeMillis};
}

// RFC 6749 wants a number. Some servers give it as a string, which Google's own libraries for Node.js and Python take.
function secondsOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN;
}

/** Whether a value can stand in an `Authorization` header (RFC 6750 section 2.1, `b64token`). */
export function isTokenValue(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}

/** Whether a value is a JSON Web Token in its compact form (RFC 7515 section 3.1). */
export function isJsonWebToken(value: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value);
}
