import {callerIdentityToken, type SubjectToken} from '../aws/caller-identity-token.js';
import {AwsAuthError, isAwsAuthError, type AwsAuthStep} from '../errors.js';
import {awsTimeIn} from '../google/aws-refusal.js';
import {retrying, type Attempt} from '../google/retry.js';
import type {GrantedToken} from '../google/granted-token.js';
import {readTokenExchange, tokenExchangeRequest} from '../google/token-exchange.js';
import {send, type Delivery, type Transporter} from '../google/transport.js';
import {AccessToken} from '../token/access-token.js';
import type {TokenSource} from '../token/token-cache.js';
import {sameKeys, type AwsIdentity, type AwsIdentityReader} from './aws-identity.js';
import type {ResolvedOptions} from './options.js';
import type {SigningClock} from './server-clock.js';
import {traced} from './step-tracing.js';

/** What every exchange needs beside the options. */
export interface ExchangeContext {
  readonly options: ResolvedOptions;
  readonly transporter: Transporter | Delivery;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
  readonly identify: AwsIdentityReader;
  readonly clock: SigningClock;
}

/** AWS identity → signed GetCallerIdentity request → subject token. */
export function signedBy(
  {credentials, region}: AwsIdentity,
  {callerIdentityEndpoint, audience}: ResolvedOptions,
  clock: SigningClock,
): Promise<SubjectToken> {
  return traced({step: 'sign', target: `sts.${region.region}.amazonaws.com`}, () =>
    callerIdentityToken({
      credentials,
      region: region.region,
      endpoint: callerIdentityEndpoint,
      audience,
      date: new Date(clock.now()),
    }),
  );
}

/**
 * Subject token → federated token. Each attempt is signed anew, since a signature ages. What AWS refuses
 * is tried once more where that can help: with the server's time where the clock is off, and with the
 * keys of a new reading where they are others.
 */
export function federatedTokenSource(
  {options, transporter, apiClient, identify, clock}: ExchangeContext,
  scopes: readonly string[],
): TokenSource<AccessToken> {
  const {tokenUrl, audience, retryPolicy: policy} = options;
  const prepare = async (url: string | undefined): Promise<void> => {
    if (url !== undefined && 'prepare' in transporter) await transporter.prepare(url);
  };
  const exchange = async (
    identity: AwsIdentity,
    attempt: Attempt,
    told = {isClockOff: false},
  ): Promise<AccessToken> => {
    const signedWith = clock.offsetMillis;
    const {value, secrets} = await signedBy(identity, options, clock);
    const details = {
      ...{tokenUrl, audience, scopes, apiClient, secrets},
      region: identity.region.region,
      subjectToken: value,
    };
    return traced(
      {step: 'token-exchange', attempt: attempt.number, target: new URL(tokenUrl).host},
      async () => {
        const asked = options.clock();
        const answer = send(transporter, tokenExchangeRequest(details), attempt);
        // While Google STS thinks, the handshakes with the next server go on.
        void prepare(options.serviceAccount?.url);
        const response = await answer;
        const awsTime = response.status >= 400 ? awsTimeIn(response.text) : undefined;
        told.isClockOff = clock.heard(awsTime ?? response.serverTime, asked, signedWith);
        const granted = readTokenExchange(response, details);
        return new AccessToken(...lifeOf(granted, 'token-exchange', asked, options.clock()));
      },
    );
  };
  const identifyAndExchange = async (attempt: Attempt): Promise<AccessToken> => {
    // The handshakes go on while the credentials are read and the request is signed.
    const connecting = prepare(tokenUrl);
    const identity = await identify({timeoutMillis: attempt.remainingMillis});
    await connecting;
    const told = {isClockOff: false};
    try {
      return await exchange(identity, attempt, told);
    } catch (error) {
      if (!isAwsAuthError(error) || error.code !== 'AWS_IDENTITY_REJECTED') throw error;
      if (told.isClockOff) return exchange(identity, attempt);
      if (!STALE_KEYS.includes(error.reason ?? '')) throw error;
      const timeoutMillis = attempt.remainingMillis;
      const again = await identify({forceRefresh: true, timeoutMillis});
      if (sameKeys(again.credentials, identity.credentials)) throw error;
      return exchange(again, attempt);
    }
  };
  return () => retrying(identifyAndExchange, {policy, step: 'token-exchange'});
}

const STALE_KEYS = ['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId'];

/**
 * The life of a granted token. It is counted from the moment of asking: the answer took its time, and the
 * token may have been made at its beginning.
 *
 * @throws AwsAuthError `TIMEOUT` where it has ended meanwhile.
 */
export function lifeOf(
  granted: GrantedToken,
  step: AwsAuthStep,
  askedAt: number,
  now: number,
): readonly [value: string, issuedAt: number, expiresAt: number] {
  // The clock may have been set back meanwhile, which makes nothing live longer.
  const issuedAt = Math.min(askedAt, now);
  const expiresAt = issuedAt + granted.lifetimeMillis;
  if (now >= expiresAt) {
    throw new AwsAuthError({
      code: 'TIMEOUT',
      step,
      what: `The token had ended when its answer was read, ${String(Math.round((now - askedAt) / 1000))} s after it was asked for.`,
      fix: 'This process was suspended meanwhile, or its clock was set forward; call again.',
      transient: true,
    });
  }
  return [granted.value, issuedAt, expiresAt];
}
