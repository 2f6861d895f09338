/** The time by which requests are signed: the local clock, corrected by what servers said. */
export interface SigningClock {
  /** Epoch ms. */
  now(): number;
  /** By how much it is ahead of the local clock, in ms. */
  readonly offsetMillis: number;
  /**
   * Takes note of a server's time, of its `Date` header or of what it says.
   *
   * @param askedAt the local time of the question.
   * @param signedWith the {@link offsetMillis} of its signature: another request may have corrected the clock since.
   * @returns whether it showed that to be off: then a request that was refused may be signed again.
   */
  heard(serverTime: number | undefined, askedAt: number, signedWith: number): boolean;
}

// A header has whole seconds, and an answer takes its time; AWS takes five minutes (SigV4).
const TOLERANCE_MILLIS = 60_000;
const NOTEWORTHY_MILLIS = 4 * 60_000;

let warned = false;

/** A signing clock over the local one. */
export function signingClock(clock: () => number): SigningClock {
  let offset = 0;
  return {
    now: () => clock() + offset,
    get offsetMillis() {
      return offset;
    },
    heard: (serverTime, askedAt, signedWith) => {
      if (serverTime === undefined) return false;
      // A right clock shows it between the question and the answer, which may lie hours apart: the process
      // may have been suspended.
      const found = serverTime < askedAt ? serverTime - askedAt : Math.max(0, serverTime - clock());
      const isOff = (assumed: number) => Math.abs(found - assumed) > TOLERANCE_MILLIS;
      const wasSignedOff = isOff(signedWith);
      // Small differences are the network's: the local clock then is as good as any.
      if (isOff(offset)) offset = Math.abs(found) > TOLERANCE_MILLIS ? found : 0;
      if (Math.abs(offset) > NOTEWORTHY_MILLIS) warnOnce(offset);
      return wasSignedOff;
    },
  };
}

function warnOnce(offset: number): void {
  if (warned) return;
  warned = true;
  const minutes = Math.round(Math.abs(offset) / 60_000);
  process.emitWarning(
    `This machine's clock is about ${String(minutes)} minutes ${offset > 0 ? 'behind' : 'ahead of'} AWS's and Google's. AWS refuses signatures that are more than five minutes off; requests are signed with the servers' time instead. Synchronise the clock (chrony, NTP).`,
    {code: 'GOOGLE_AUTH_AWS_CLOCK'},
  );
}
