import {AwsAuthError} from '../errors.js';

/**
 * Waits for what others wait for, too, and gives up alone: the work goes on for them.
 *
 * @throws AwsAuthError `ABORTED`.
 */
export async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal | null | undefined,
): Promise<T> {
  if (!signal) return work;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(abortedByCaller());
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, {once: true});
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // It may settle when nobody waits any more.
    work.catch(() => undefined);
  }
}

/**
 * For a caller that has given up before it asked, and needs neither a token nor the request.
 *
 * @throws AwsAuthError `ABORTED`.
 */
export function checkNotAborted(signal: AbortSignal | null | undefined): void {
  if (signal?.aborted) throw abortedByCaller();
}

function abortedByCaller(): AwsAuthError {
  return new AwsAuthError({
    code: 'ABORTED',
    step: 'token-exchange',
    what: 'The request was aborted by its caller.',
    fix: 'Nothing is wrong; call again when the answer is needed.',
  });
}
