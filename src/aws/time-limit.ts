/** How long a provider of credentials or of a region may take where nothing else is said. */
export const DEFAULT_TIME_LIMIT_MILLIS = 30_000;

/** Waits for an answer, and rejects where there is none in time: a provider that hangs must not hang everybody. */
export async function withinTimeLimit<T>(ask: () => Promise<T>, timeoutMillis: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeLimit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the provider did not answer within ${String(timeoutMillis)} ms`));
    }, timeoutMillis);
    timer.unref();
  });
  try {
    return await Promise.race([ask(), timeLimit]);
  } finally {
    clearTimeout(timer);
  }
}
