import {isAwsAuthError} from '../errors.js';
import type {IamCredentialsCall} from '../google/iam-credentials.js';
import {generateIdTokenRequest, readGenerateIdToken} from '../google/id-token.js';
import {retrying, type Attempt} from '../google/retry.js';
import {generateAccessTokenRequest, readGenerateAccessToken} from '../google/service-account.js';
import {send} from '../google/transport.js';
import {AccessToken} from '../token/access-token.js';
import {IdToken} from '../token/id-token.js';
import type {TokenCache, TokenSource} from '../token/token-cache.js';
import type {Federation} from './federation.js';
import type {ResolvedServiceAccount} from './service-account-options.js';
import {traced} from './step-tracing.js';
import {lifeOf, type ExchangeContext} from './token-sources.js';

/** What is asked of IAM Credentials, and as whom. */
export interface ServiceAccountContext extends Pick<
  ExchangeContext,
  'options' | 'transporter' | 'apiClient'
> {
  readonly serviceAccount: ResolvedServiceAccount;
  readonly federated: TokenCache<AccessToken>;
  readonly federation: Pick<Federation, 'awsRole' | 'clock'>;
}

// What IAM Credentials takes of a federated token; the user's scopes go to its methods.
const IMPERSONATION_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** The service account of a client, or `undefined` where it has none. */
export function serviceAccountContext(
  context: Omit<ServiceAccountContext, 'serviceAccount' | 'federated' | 'federation'>,
  federation: Federation,
): ServiceAccountContext | undefined {
  const {serviceAccount} = context.options;
  return (
    serviceAccount && {
      ...context,
      serviceAccount,
      federated: federation.tokens([IMPERSONATION_SCOPE]),
      federation,
    }
  );
}

/** Federated token → the service account's access token. */
export function serviceAccountTokenSource(
  context: ServiceAccountContext,
): TokenSource<AccessToken> {
  const {options, transporter, serviceAccount, federation} = context;
  const {scopes, clock} = options;
  const {lifetimeSeconds} = serviceAccount;
  return () =>
    callServiceAccount(context, 'impersonation', async (call, attempt) => {
      const details = {...call, scopes, lifetimeSeconds};
      const asked = clock();
      const response = await send(transporter, generateAccessTokenRequest(details), attempt);
      // Where this answer tells no time that can be, what others told of it counts, and then what is told here.
      const times = [federation.clock.now(), clock()];
      const granted = readGenerateAccessToken(response, details, times);
      return new AccessToken(...lifeOf(granted, 'impersonation', asked, clock()));
    });
}

/** Federated token → an ID token of the service account for one audience. */
export function idTokenSource(
  context: ServiceAccountContext,
  targetAudience: string,
): TokenSource<IdToken> {
  const {transporter, federation} = context;
  const {clock} = context.options;
  return () =>
    callServiceAccount(context, 'id-token', async (call, attempt) => {
      const details = {...call, targetAudience};
      const asked = clock();
      const response = await send(transporter, generateIdTokenRequest(details), attempt);
      const times = [federation.clock.now(), clock()];
      const granted = readGenerateIdToken(response, details, times);
      return new IdToken(...lifeOf(granted, 'id-token', asked, clock()));
    });
}

/**
 * Calls a method of IAM Credentials with the federated token, which is exchanged first where none is kept.
 * Both share the time for all attempts.
 *
 * @param deadline by `performance.now()`.
 */
export async function callServiceAccount<T>(
  {options, apiClient, serviceAccount, federated, federation}: ServiceAccountContext,
  step: 'impersonation' | 'id-token' | 'sign-jwt',
  ask: (call: IamCredentialsCall, attempt: Attempt) => Promise<T>,
  deadline = performance.now() + options.retryPolicy.totalTimeoutMillis,
): Promise<T> {
  const {audience, retryPolicy} = options;
  const {url, email, delegates} = serviceAccount;
  const target = new URL(url).host;
  const askWith = (token: AccessToken) => {
    const {awsRole} = federation;
    const call = {url, email, delegates, federatedToken: token.value, audience, awsRole, apiClient};
    return retrying(
      attempt => traced({step, attempt: attempt.number, target}, () => ask(call, attempt)),
      {
        policy: {
          ...retryPolicy,
          // The second gets enough for an answer that is on its way.
          totalTimeoutMillis: Math.max(1_000, deadline - performance.now()),
        },
        step,
      },
    );
  };
  const token = await federated.get();
  try {
    return await askWith(token);
  } catch (error) {
    // A kept federated token may have been revoked: one new one, and no more.
    if (!isAwsAuthError(error) || error.status !== 401) throw error;
    return askWith(await federated.replace(token));
  }
}
