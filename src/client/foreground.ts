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
  } finally {
    clearInterval(hold);
  }
}

const LONGEST_INTERVAL_MILLIS = 2 ** 31 - 1;
