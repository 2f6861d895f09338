import {RecentCaches} from '../token/recent-caches.js';
import {TokenCache, type ExpiringToken, type TokenSource} from '../token/token-cache.js';
import type {AccessToken} from '../token/access-token.js';
import {awsIdentityReader, awsRoleName, type AwsIdentityReader} from './aws-identity.js';
import {askCallerIdentity, type CallerIdentity} from './caller-identity.js';
import type {ResolvedOptions} from './options.js';
import {signingClock, type SigningClock} from './server-clock.js';
import {federatedTokenSource, type ExchangeContext} from './token-sources.js';

/**
 * One AWS identity at one provider: what the clients that differ in scopes or service account alone have
 * in common. Each scope is exchanged once, whoever asks.
 */
export class Federation {
  readonly identify: AwsIdentityReader;
  #awsRole = awsRoleName();
  readonly clock: SigningClock;
  readonly #context: Omit<ExchangeContext, 'clock' | 'identify'>;
  readonly #tokens = new RecentCaches<AccessToken>();

  constructor(context: Omit<ExchangeContext, 'clock' | 'identify'>) {
    this.#context = context;
    const read = awsIdentityReader(context.options);
    this.identify = async options => {
      const identity = await read(options);
      this.#awsRole = awsRoleName(identity);
      return identity;
    };
    this.clock = signingClock(context.options.clock);
  }

  /** The AWS role as bindings name it, as far as it is known from the last reading. */
  get awsRole(): string {
    return this.#awsRole;
  }

  /** The federated tokens of these scopes. */
  tokens(scopes: readonly string[]): TokenCache<AccessToken> {
    const key = [...scopes].sort().join(' ');
    return this.#tokens.get(key, () => this.ownTokens(scopes));
  }

  /** The same for one client alone. */
  ownTokens(scopes: readonly string[]): TokenCache<AccessToken> {
    const {identify, clock} = this;
    const source = federatedTokenSource({...this.#context, identify, clock}, scopes);
    return tokenCache(source, this.#context.options);
  }

  /** Who AWS STS says the identity is. */
  async callerIdentity(): Promise<CallerIdentity> {
    const {options, transporter} = this.#context;
    const {retryPolicy, clock: now} = options;
    return askCallerIdentity(await this.identify(), {
      transporter,
      retryPolicy,
      now,
      clock: this.clock,
    });
  }
}

// Of a Workspace user's token: to sign, to sign with a new federated token, and to exchange; all twice, where the
// clock was off.
const SECONDS_OF_STEPS_MILLIS = 6_000;

/** A cache with a client's clock and threshold. */
export function tokenCache<T extends ExpiringToken>(
  source: TokenSource<T>,
  {clock, steadyClock, eagerRefreshThresholdMillis, retryPolicy}: ResolvedOptions,
): TokenCache<T> {
  return new TokenCache(source, {
    clock,
    steadyClock,
    refreshAheadMillis: eagerRefreshThresholdMillis,
    // Twice: where IAM Credentials refuses a kept federated token, a new one takes its time, too. Beyond that,
    // each step has a second for an answer that is on its way. A slow refresh that counted as suspended would be
    // followed by another before its token is kept, and so on.
    longestRefreshMillis: 2 * retryPolicy.totalTimeoutMillis + SECONDS_OF_STEPS_MILLIS,
  });
}
