import {AwsAuthError, isAwsAuthError, type AwsAuthStep} from '../errors.js';
import {parseHttpDate} from './response-body.js';
import {aborted} from './transport.js';

/** How long and how often one token is tried for. */
export interface RetryPolicy {
  /** Attempts in all. Default 4. */
  readonly maxAttempts: number;
  /** The time limit of one attempt, in ms. Default 10 000. */
  readonly attemptTimeoutMillis: number;
  /** The time limit of all attempts and pauses together, in ms. Default 30 000. */
  readonly totalTimeoutMillis: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  maxAttempts: 4,
  attemptTimeoutMillis: 10_000,
  totalTimeoutMillis: 30_000,
});

export interface Attempt {
  /** From 1. */
  readonly number: number;
  /** How long one request of it may take, in ms, as of now: the smaller of one attempt's limit and what is left of all. */
  readonly timeoutMillis: number;
  /** What is left of the time for all attempts, in ms. */
  readonly remainingMillis: number;
}

interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly step: AwsAuthStep;
  readonly signal?: AbortSignal | undefined;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

const FIRST_PAUSE_MILLIS = 500;
const LONGEST_PAUSE_MILLIS = 8_000;
// An attempt ends at the deadline at the latest, give or take what else the process does.
const SUSPENDED_MILLIS = 2_000;

/**
 * Runs an attempt again while it fails with a transient {@link AwsAuthError}, after a pause that grows
 * and is drawn at random (full jitter), or that the server named in `Retry-After`. A permanent error, one that
 * came with a status of 400, 401 or 403, and any error when the time or the attempts are used up, is the caller's. Time in which the process was
 * suspended is nobody's: what failed because of it gets another attempt.
 */
export async function retrying<T>(
  attempt: (attempt: Attempt) => Promise<T>,
  {policy, step, signal, random = Math.random}: RetryOptions,
): Promise<T> {
  let deadline = performance.now() + policy.totalTimeoutMillis;
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(attemptOf(number, policy, deadline));
    } catch (error) {
      if (!isAwsAuthError(error) || !mayRepeat(error) || number >= policy.maxAttempts) throw error;
      const now = performance.now();
      if (now > deadline + SUSPENDED_MILLIS) deadline = now + policy.attemptTimeoutMillis;
      const ceiling = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** (number - 1));
      const pause = Math.max(ceiling * random(), error.retryAfterMillis ?? 0);
      // A pause past the deadline only keeps the caller from hearing what is wrong.
      if (performance.now() + pause >= deadline) throw error;
      await sleep(pause, step, signal);
    }
  }
}

// One who was refused asks no more by himself, not even where the refusal will pass.
function mayRepeat({transient, status = 0}: AwsAuthError): boolean {
  return transient && ![400, 401, 403].includes(status);
}

// Getters, since an attempt may take its time before it sends.
function attemptOf(number: number, policy: RetryPolicy, deadline: number): Attempt {
  return {
    number,
    get timeoutMillis() {
      return Math.min(policy.attemptTimeoutMillis, this.remainingMillis);
    },
    get remainingMillis() {
      return Math.max(1, Math.ceil(deadline - performance.now()));
    },
  };
}

function sleep(millis: number, step: AwsAuthStep, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject: (error: AwsAuthError) => void) => {
    if (signal?.aborted) {
      reject(aborted(step));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(aborted(step));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, millis);
    timer.unref();
    signal?.addEventListener('abort', onAbort, {once: true});
  });
}

/**
 * `Retry-After` in ms: a number of seconds or an HTTP date (RFC 9110 section 10.2.3); anything else
 * counts as not sent.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = parseHttpDate(value);
  return date === undefined ? undefined : Math.max(0, date - now);
}
