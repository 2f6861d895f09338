import {isAwsAuthError} from '../errors.js';
import type {IamCredentialsCall} from '../google/iam-credentials.js';
import {
  delegationClaims,
  jwtBearerRequest,
  readJwtBearer,
  type Delegation,
} from '../google/jwt-bearer.js';
import {retrying, type Attempt} from '../google/retry.js';
import {readSignJwt, signJwtRequest} from '../google/sign-jwt.js';
import {send} from '../google/transport.js';
import {AccessToken} from '../token/access-token.js';
import type {TokenSource} from '../token/token-cache.js';
import type {SigningClock} from './server-clock.js';
import {
  callServiceAccount,
  serviceAccountTokenSource,
  type ServiceAccountContext,
} from './service-account-sources.js';
import {traced} from './step-tracing.js';
import type {ResolvedSubject} from './subject-options.js';
import {lifeOf} from './token-sources.js';

/** The access tokens of a client with a service account: the account's own, or a user's. */
export function actingTokenSource(
  context: ServiceAccountContext,
  signingClock: SigningClock,
): TokenSource<AccessToken> {
  const {subject} = context.options;
  return subject === undefined
    ? serviceAccountTokenSource(context)
    : workspaceUserTokenSource(context, subject, signingClock);
}

/**
 * Federated token → claims that the service account signs → the access token of a user of Google
 * Workspace, for whom it acts by domain-wide delegation.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#delegatingauthority
 */
function workspaceUserTokenSource(
  context: ServiceAccountContext,
  {email: subject, oauthTokenUrl, assertionAudience}: ResolvedSubject,
  signingClock: SigningClock,
): TokenSource<AccessToken> {
  const {options, transporter, apiClient, serviceAccount} = context;
  const {scopes, clock, retryPolicy} = options;
  const delegation: Delegation = {email: serviceAccount.email, subject, scopes};

  const sign = async (
    call: IamCredentialsCall,
    attempt: Attempt,
    told: {isClockOff: boolean},
  ): Promise<string> => {
    const signedWith = signingClock.offsetMillis;
    const claims = delegationClaims(delegation, assertionAudience, signingClock.now());
    const details = {...call, claims};
    const asked = clock();
    const response = await send(transporter, signJwtRequest(details), attempt);
    told.isClockOff = signingClock.heard(response.serverTime, asked, signedWith);
    return readSignJwt(response, details);
  };

  const exchange = async (assertion: string, attempt: Attempt): Promise<AccessToken> => {
    const details = {...delegation, oauthTokenUrl, assertion, apiClient};
    const asked = clock();
    const response = await send(transporter, jwtBearerRequest(details), attempt);
    const granted = readJwtBearer(response, details);
    return new AccessToken(...lifeOf(granted, 'jwt-bearer', asked, clock()));
  };

  const signAndExchange = async (
    deadline: number,
    told = {isClockOff: false},
  ): Promise<AccessToken> => {
    const assertion = await callServiceAccount(
      context,
      'sign-jwt',
      (call, attempt) => sign(call, attempt, told),
      deadline,
    );
    // All steps share the time; the last gets enough for an answer that is on its way.
    const totalTimeoutMillis = Math.max(1_000, deadline - performance.now());
    const target = new URL(oauthTokenUrl).host;
    return retrying(
      attempt =>
        traced({step: 'jwt-bearer', attempt: attempt.number, target}, () =>
          exchange(assertion, attempt),
        ),
      {policy: {...retryPolicy, totalTimeoutMillis}, step: 'jwt-bearer'},
    );
  };

  return async () => {
    const deadline = performance.now() + retryPolicy.totalTimeoutMillis;
    const told = {isClockOff: false};
    try {
      return await signAndExchange(deadline, told);
    } catch (error) {
      // With the server's time, once, where the claims said another one.
      if (!told.isClockOff || !isAwsAuthError(error) || error.status !== 400) throw error;
      return signAndExchange(deadline);
    }
  };
}
