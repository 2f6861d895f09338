/** How long a provider of credentials or of a region may take where nothing else is said. */
export const DEFAULT_TIME_LIMIT_MILLIS = 30_000;

/**
 * Waits for an answer, and rejects where there is none in time: a provider that hangs must not hang everybody.
 *
 * @param complaint what is said then, before the time.
 */
export async function withinTimeLimit<T>(
  ask: () => Promise<T>,
  timeoutMillis: number,
  complaint = 'the provider did not answer',
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  // Asked first: a limit of what is asked, of as many ms, ends first, and knows more of what is wrong.
  const answer = ask();
  const timeLimit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${complaint} within ${String(timeoutMillis)} ms`));
    }, timeoutMillis);
    timer.unref();
  });
  try {
    return await Promise.race([answer, timeLimit]);
  } finally {
    clearTimeout(timer);
  }
}
