import {invalidOption, show} from '../config/option-checks.js';
import {DEFAULT_RETRY_POLICY, type RetryPolicy} from '../google/retry.js';

/** How long the exchange may take. */
export interface TimeoutOptions {
  /** One attempt, from the connection to the last byte, in ms, 1–600 000. Default 10 000. */
  readonly attemptMillis?: number | undefined;
  /**
   * All attempts and the pauses between them, the AWS credentials too, in ms, 1–600 000. Default
   * 30 000.
   */
  readonly totalMillis?: number | undefined;
}

/** How often the exchange is tried. */
export interface RetryOptions {
  /** Attempts in all, 1–10; 1 tries nothing again. Default 4. */
  readonly maxAttempts?: number | undefined;
}

/**
 * Checks both options and fills in the defaults.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function resolveRetryPolicy({
  timeouts,
  retry,
}: {
  readonly timeouts?: TimeoutOptions | undefined;
  readonly retry?: RetryOptions | undefined;
}): RetryPolicy {
  const {attemptMillis, totalMillis} = fields(timeouts, 'timeouts', [
    'attemptMillis',
    'totalMillis',
  ]);
  const {maxAttempts} = fields(retry, 'retry', ['maxAttempts']);
  const {maxAttempts: attempts, attemptTimeoutMillis, totalTimeoutMillis} = DEFAULT_RETRY_POLICY;
  return Object.freeze({
    maxAttempts: whole(maxAttempts, 'retry.maxAttempts', 10) ?? attempts,
    attemptTimeoutMillis:
      whole(attemptMillis, 'timeouts.attemptMillis', LONGEST_MILLIS) ?? attemptTimeoutMillis,
    totalTimeoutMillis:
      whole(totalMillis, 'timeouts.totalMillis', LONGEST_MILLIS) ?? totalTimeoutMillis,
  });
}

const LONGEST_MILLIS = 10 * 60_000;

function fields(
  value: unknown,
  option: string,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(
      option,
      `is ${show(value)}, not an object`,
      `Its fields are ${names.join(', ')}.`,
    );
  }
  const unknown = Object.keys(value).find(name => !names.includes(name));
  if (unknown !== undefined) {
    throw invalidOption(`${option}.${unknown}`, 'is not known', `There is ${names.join(', ')}.`);
  }
  return {...value};
}

function whole(value: unknown, option: string, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a whole number from 1 to ${String(most)}`,
      'Leave it out for the default.',
    );
  }
  return value;
}
