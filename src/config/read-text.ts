import {closeSync, constants, openSync, readFileSync, readSync, statSync} from 'node:fs';

// Who writes into a pipe does it at once.
const PIPE_MILLIS = 10_000;
const PAUSE_MILLIS = 10;

/** A pipe into which nobody wrote, or not to the end. */
export class UnwrittenPipe extends Error {
  override readonly name = 'UnwrittenPipe';
}

/**
 * Reads a text file at once. A pipe is waited for, since it may be written to later; not for good, since nothing
 * else runs meanwhile.
 *
 * @param pipeMillis how long a pipe is waited for, in ms. Default ten seconds.
 * @throws UnwrittenPipe; what Node.js says of a file that it cannot read.
 */
export function readText(path: string, pipeMillis = PIPE_MILLIS): string {
  if (!statSync(path).isFIFO()) return readFileSync(path, 'utf8');
  // To open it without this would wait as well, and for good.
  const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readPipe(pipe, pipeMillis);
  } finally {
    closeSync(pipe);
  }
}

function readPipe(pipe: number, pipeMillis: number): string {
  const end = performance.now() + pipeMillis;
  const parts: Buffer[] = [];
  const part = Buffer.alloc(16_384);
  for (;;) {
    const length = readNow(pipe, part);
    if (length === 0 && parts.length > 0) return Buffer.concat(parts).toString('utf8');
    if (length) {
      parts.push(Buffer.from(part.subarray(0, length)));
    } else if (performance.now() < end) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MILLIS);
    } else {
      throw new UnwrittenPipe(`nobody wrote it to its end within ${String(pipeMillis)} ms`);
    }
  }
}

/** How much there is: 0 where nobody writes, or no longer; `undefined` where somebody has not written yet. */
function readNow(pipe: number, part: Buffer): number | undefined {
  try {
    return readSync(pipe, part);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
