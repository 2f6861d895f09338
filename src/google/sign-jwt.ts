import {text} from './error-response.js';
import {isJsonWebToken, readBody} from './granted-token.js';
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
  name: 'signJwt',
  step: 'sign-jwt',
  deed: 'to sign as',
  role: 'roles/iam.serviceAccountTokenCreator',
};

/** What one signature needs. */
export interface SignJwtCall extends IamCredentialsCall {
  readonly claims: Readonly<Record<string, string | number>>;
}

/**
 * The request to sign claims with a service account's Google-managed key.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
 */
export function signJwtRequest(call: SignJwtCall): TokenEndpointRequest {
  return iamCredentialsRequest(METHOD, call, {payload: JSON.stringify(call.claims)});
}

/**
 * Reads the answer: a JSON Web Token, which is as secret as a password for as long as it holds.
 *
 * @throws AwsAuthError with the step `sign-jwt`.
 */
export function readSignJwt(response: TokenEndpointResponse, call: SignJwtCall): string {
  const step = stepOf(METHOD);
  if (response.status >= 400) {
    throw refusedCall(
      METHOD,
      call,
      response,
      "Google takes no claims that end in the past or more than twelve hours ahead: check this machine's clock.",
    );
  }
  const signedJwt = text(readBody(response, step)['signedJwt']);
  if (signedJwt === undefined || !isJsonWebToken(signedJwt)) {
    throw malformed(step, response, 'has no "signedJwt" that is a JSON Web Token');
  }
  return signedJwt;
}
