import {parse, record, text} from './error-response.js';
import {isJsonWebToken, lifetimeUntil, readBody, type GrantedToken} from './granted-token.js';
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
  name: 'generateIdToken',
  step: 'id-token',
  deed: 'an ID token of',
  role: 'roles/iam.serviceAccountOpenIdTokenCreator',
};

/** What one ID token needs. */
export interface IdTokenCall extends IamCredentialsCall {
  /** Whom the token is for: the `aud` claim. */
  readonly targetAudience: string;
}

/**
 * The request for a service account's ID token. It holds the account's e-mail, by which Cloud Run and IAP
 * know who calls.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateIdToken
 */
export function generateIdTokenRequest(call: IdTokenCall): TokenEndpointRequest {
  return iamCredentialsRequest(METHOD, call, {audience: call.targetAudience, includeEmail: true});
}

/**
 * Reads the answer. The token's own `exp` is counted by the server's clock where its `Date` header tells
 * it. Its signature is the business of whoever receives it.
 *
 * @param now the time at which the answer came, in epoch ms, by the clocks that there are here, the likeliest first.
 * @throws AwsAuthError with the step `id-token`.
 */
export function readGenerateIdToken(
  response: TokenEndpointResponse,
  call: IdTokenCall,
  now: readonly number[],
): GrantedToken {
  const step = stepOf(METHOD);
  if (response.status >= 400) {
    throw refusedCall(
      METHOD,
      call,
      response,
      `Check the audience ${JSON.stringify(call.targetAudience)}: the URL of a Cloud Run service or function, or the client ID of IAP.`,
    );
  }
  const value = text(readBody(response, step)['token']);
  if (value === undefined || !isJsonWebToken(value)) {
    throw malformed(step, response, 'has no "token" that is a JSON Web Token');
  }
  const exp = claimsOf(value)?.['exp'];
  if (typeof exp !== 'number') throw malformed(step, response, 'has a "token" without "exp"');
  const lifetimeMillis = lifetimeUntil(exp * 1000, [response.serverTime, ...now]);
  if (lifetimeMillis === undefined) {
    throw malformed(step, response, 'has a "token" whose "exp" has already passed');
  }
  return {value, lifetimeMillis: Math.min(lifetimeMillis, LONGEST_LIFETIME_MILLIS)};
}

// Google's live an hour; a proxy's wrong `Date` makes it look otherwise.
const LONGEST_LIFETIME_MILLIS = 3600 * 1000;

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  return record(parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')));
}
