import {callerIdentityToken, type SubjectToken} from '../aws/caller-identity-token.js';
import {readCredentials} from '../aws/credentials.js';
import {readRegion} from '../aws/region.js';
import {isAwsAuthError} from '../errors.js';
import {DEFAULT_RETRY_POLICY, retrying, type Attempt} from '../google/retry.js';
import {generateAccessTokenRequest, readGenerateAccessToken} from '../google/service-account.js';
import {
  readTokenExchange,
  tokenExchangeRequest,
  type GrantedToken,
} from '../google/token-exchange.js';
import {send, type Transporter} from '../google/transport.js';
import {AccessToken} from '../token/access-token.js';
import type {TokenCache, TokenSource} from '../token/token-cache.js';
import type {ResolvedOptions, ResolvedServiceAccount} from './options.js';
import {traced} from './step-tracing.js';

/** What both exchanges need beside the options. */
export interface ExchangeContext {
  readonly options: ResolvedOptions;
  readonly transporter: Transporter;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
}

// generateAccessToken takes a federated token of this scope; the user's scopes go to itself.
const IMPERSONATION_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** AWS credentials → signed GetCallerIdentity request → subject token. */
export function subjectTokenSource(options: ResolvedOptions): () => Promise<SubjectToken> {
  return async () => {
    const credentials = await traced({step: 'aws-credentials', target: 'AWS credentials'}, () =>
      readCredentials(options.credentials, DEFAULT_RETRY_POLICY.totalTimeoutMillis),
    );
    const region = await traced({step: 'aws-region', target: 'AWS region'}, () =>
      readRegion(options.region),
    );
    return traced({step: 'sign', target: `sts.${region}.amazonaws.com`}, () =>
      callerIdentityToken({
        credentials,
        region,
        endpoint: options.callerIdentityEndpoint,
        audience: options.audience,
        date: new Date(options.clock()),
      }),
    );
  };
}

/** Subject token → federated token. Each attempt is signed anew: a signature ages. */
export function federatedTokenSource(
  {options, transporter, apiClient}: ExchangeContext,
  subjectToken: () => Promise<SubjectToken>,
): TokenSource<AccessToken> {
  const {tokenUrl, audience, clock} = options;
  const scopes = options.serviceAccount === undefined ? options.scopes : [IMPERSONATION_SCOPE];
  const exchange = async (attempt: Attempt): Promise<AccessToken> => {
    const {value, secrets} = await subjectToken();
    const details = {tokenUrl, audience, scopes, subjectToken: value, apiClient, secrets};
    return traced(
      {step: 'token-exchange', attempt: attempt.number, target: new URL(tokenUrl).host},
      async () => {
        const asked = clock();
        const response = await send(transporter, tokenExchangeRequest(details), attempt);
        return asAccessToken(readTokenExchange(response, details), asked);
      },
    );
  };
  return () => retrying(exchange, {policy: DEFAULT_RETRY_POLICY, step: 'token-exchange'});
}

/** Federated token → the service account's token. */
export function serviceAccountTokenSource(
  {options, transporter, apiClient}: ExchangeContext,
  {email, url, delegates, lifetimeSeconds}: ResolvedServiceAccount,
  federated: TokenCache<AccessToken>,
): TokenSource<AccessToken> {
  const {scopes, audience, clock} = options;
  const impersonate = (token: AccessToken) =>
    retrying(
      attempt =>
        traced(
          {step: 'impersonation', attempt: attempt.number, target: new URL(url).host},
          async () => {
            const details = {
              url,
              email,
              delegates,
              scopes,
              lifetimeSeconds,
              federatedToken: token.value,
              audience,
              apiClient,
            };
            const asked = clock();
            const response = await send(transporter, generateAccessTokenRequest(details), attempt);
            return asAccessToken(readGenerateAccessToken(response, details, clock()), asked);
          },
        ),
      {policy: DEFAULT_RETRY_POLICY, step: 'impersonation'},
    );
  return async () => {
    const token = await federated.get();
    try {
      return await impersonate(token);
    } catch (error) {
      // A kept federated token may have been revoked: one new one, and no more.
      if (!isAwsAuthError(error) || error.status !== 401) throw error;
      return impersonate(await federated.replace(token));
    }
  };
}

// The life is counted from the moment of asking: the answer took its time, and the token may have
// been made at its beginning.
function asAccessToken(granted: GrantedToken, askedAt: number): AccessToken {
  return new AccessToken(granted.value, askedAt, askedAt + granted.lifetimeMillis);
}
