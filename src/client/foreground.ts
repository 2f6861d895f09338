import {AwsAuthError} from '../errors.js';

// As they are when this is loaded: a clock of tests that takes their place later (sinon, Jest, node:test) keeps no
// process alive, and would be told to run what comes back for ever.
const {setInterval, clearInterval} = globalThis;

/**
 * Waits for a token on a caller's behalf, and keeps the process alive for it. The exchange itself does
 * not: it may be a refresh in the background, for which no process should stay.
 */
export async function foreground<T>(work: Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, LONGEST_INTERVAL_MILLIS);
  try {
    return await work;
  } catch (error) {
    // Others may wait for the same, and callers add to an error what they know (google-auth-library's Impersonated
    // does): so each has one, made here, where its stack leads to the call.
    throw error instanceof AwsAuthError ? new AwsAuthError(error) : error;
  } finally {
    clearInterval(hold);
  }
}

const LONGEST_INTERVAL_MILLIS = 2 ** 31 - 1;
