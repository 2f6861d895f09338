import {callerIdentityToken, type SubjectToken} from '../aws/caller-identity-token.js';
import {isAwsAuthError} from '../errors.js';
import {DEFAULT_RETRY_POLICY, retrying, type Attempt} from '../google/retry.js';
import {generateAccessTokenRequest, readGenerateAccessToken} from '../google/service-account.js';
import {
  readTokenExchange,
  tokenExchangeRequest,
  type GrantedToken,
} from '../google/token-exchange.js';
import {send, type Delivery, type Transporter} from '../google/transport.js';
import {AccessToken} from '../token/access-token.js';
import type {TokenCache, TokenSource} from '../token/token-cache.js';
import {sameKeys, type AwsIdentity, type AwsIdentityReader} from './aws-identity.js';
import type {ResolvedOptions, ResolvedServiceAccount} from './options.js';
import {traced} from './step-tracing.js';

/** What both exchanges need beside the options. */
export interface ExchangeContext {
  readonly options: ResolvedOptions;
  readonly transporter: Transporter | Delivery;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
}

// generateAccessToken takes a federated token of this scope; the user's scopes go to itself.
const IMPERSONATION_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** AWS identity → signed GetCallerIdentity request → subject token. */
export function signedBy(identity: AwsIdentity, options: ResolvedOptions): Promise<SubjectToken> {
  const {credentials, region} = identity;
  return traced({step: 'sign', target: `sts.${region.region}.amazonaws.com`}, () =>
    callerIdentityToken({
      credentials,
      region: region.region,
      endpoint: options.callerIdentityEndpoint,
      audience: options.audience,
      date: new Date(options.clock()),
    }),
  );
}

/**
 * Subject token → federated token. Each attempt is signed anew, since a signature ages. Keys that AWS
 * refuses are read once more from their source, and exchanged once more if they are others then.
 */
export function federatedTokenSource(
  {options, transporter, apiClient}: ExchangeContext,
  identify: AwsIdentityReader,
): TokenSource<AccessToken> {
  const {tokenUrl, audience, clock} = options;
  const scopes = options.serviceAccount === undefined ? options.scopes : [IMPERSONATION_SCOPE];
  const exchange = async (identity: AwsIdentity, attempt: Attempt): Promise<AccessToken> => {
    const {value, secrets} = await signedBy(identity, options);
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
  const identifyAndExchange = async (attempt: Attempt): Promise<AccessToken> => {
    if (options.serviceAccount !== undefined && 'prepare' in transporter) {
      // Its handshakes can go on while Google STS is asked.
      transporter.prepare(options.serviceAccount.url);
    }
    const identity = await identify();
    try {
      return await exchange(identity, attempt);
    } catch (error) {
      if (!areKeysStale(error)) throw error;
      const again = await identify({forceRefresh: true});
      if (sameKeys(again.credentials, identity.credentials)) throw error;
      return exchange(again, attempt);
    }
  };
  return () =>
    retrying(identifyAndExchange, {policy: DEFAULT_RETRY_POLICY, step: 'token-exchange'});
}

const STALE_KEYS = ['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId'];

function areKeysStale(error: unknown): boolean {
  return (
    isAwsAuthError(error) &&
    error.code === 'AWS_IDENTITY_REJECTED' &&
    STALE_KEYS.includes(error.reason ?? '')
  );
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
