import {text} from './error-response.js';
import {isTokenValue, lifetimeUntil, readBody, type GrantedToken} from './granted-token.js';
import {
  iamCredentialsRequest,
  refusedCall,
  stepOf,
  type IamCredentialsCall,
  type IamCredentialsMethod,
} from './iam-credentials.js';
import {malformed} from './refusal.js';
import type {TokenEndpointRequest, TokenEndpointResponse} from './transport.js';

const METHOD: IamCredentialsMethod = {
  name: 'generateAccessToken',
  step: 'impersonation',
  deed: 'a token for',
  role: 'roles/iam.workloadIdentityUser',
};

/** What one impersonation needs. */
export interface Impersonation extends IamCredentialsCall {
  readonly scopes: readonly string[];
  /** From 600 to 43 200 s. */
  readonly lifetimeSeconds: number;
}

/**
 * The request for a service account's access token.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function generateAccessTokenRequest(impersonation: Impersonation): TokenEndpointRequest {
  return iamCredentialsRequest(METHOD, impersonation, {
    scope: impersonation.scopes,
    lifetime: `${String(impersonation.lifetimeSeconds)}s`,
  });
}

/**
 * Reads the answer. The lifetime is counted by the server's own clock where its `Date` header tells
 * it, so that a wrong local clock does not matter.
 *
 * @param now the time at which the answer came, in epoch ms, by the clocks that there are here, the likeliest first.
 * @throws AwsAuthError with the step `impersonation`.
 */
export function readGenerateAccessToken(
  response: TokenEndpointResponse,
  impersonation: Impersonation,
  now: readonly number[],
): GrantedToken {
  const step = stepOf(METHOD);
  if (response.status >= 400) {
    throw refusedCall(
      METHOD,
      impersonation,
      response,
      `Check the scopes (${impersonation.scopes.join(' ')}) and the lifetime (${String(impersonation.lifetimeSeconds)} s; over 3600 s needs the organisation policy iam.allowServiceAccountCredentialLifetimeExtension).`,
    );
  }
  const body = readBody(response, step);
  const value = text(body['accessToken']);
  if (value === undefined || !isTokenValue(value)) {
    throw malformed(step, response, 'has no usable "accessToken"');
  }
  const expireTime = parseTimestamp(body['expireTime']);
  if (expireTime === undefined) {
    throw malformed(step, response, 'has an "expireTime" that is not an RFC 3339 time');
  }
  const lifetimeMillis = lifetimeUntil(expireTime, [response.serverTime, ...now]);
  if (lifetimeMillis === undefined) {
    throw malformed(step, response, 'has an "expireTime" that has already passed');
  }
  // No token outlives what was asked for; a proxy's wrong `Date` makes it look so.
  return {value, lifetimeMillis: Math.min(lifetimeMillis, impersonation.lifetimeSeconds * 1000)};
}

// https://www.rfc-editor.org/rfc/rfc3339#section-5.6, in either case; Date.parse alone takes far more than that.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/i;

function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}
