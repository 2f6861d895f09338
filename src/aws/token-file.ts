import {constants, open} from 'node:fs';
import {readFile, stat} from 'node:fs/promises';
import {promisify} from 'node:util';
import {DEFAULT_TIME_LIMIT_MILLIS, withinTimeLimit} from './time-limit.js';

// A projected file lies in memory, and takes none of them.
const READING_MILLIS = 5_000;

/**
 * Reads the file of a token. The AWS SDK's own reading of it has no end where the file is a pipe in which nobody
 * writes, or lies on a network drive that is gone; that of the web identity holds the whole process meanwhile.
 *
 * @param timeoutMillis how long its source may take in all, in ms. The file may take half of that, and never longer
 *   than five seconds.
 * @throws Error that names the file, where it takes longer.
 */
export async function readTokenFile(
  path: string,
  timeoutMillis = DEFAULT_TIME_LIMIT_MILLIS,
): Promise<string> {
  const stop = new AbortController();
  try {
    return await withinTimeLimit(
      async () => (await readPlainFile(path)) ?? (await readPipe(path, stop.signal)),
      Math.min(Math.ceil(timeoutMillis / 2), READING_MILLIS),
      `the file ${JSON.stringify(path)}, which is a pipe or lies on a network drive that does not answer, could not be read`,
    );
  } finally {
    stop.abort();
  }
}

const readings = new Map<string, Promise<string | undefined>>();

/**
 * Reads a file; `undefined` where it is a pipe. Each once at a time: a reading that hangs holds one of the four
 * threads that Node.js reads files and looks up host names with, and others would hold the rest.
 */
function readPlainFile(path: string): Promise<string | undefined> {
  const current = readings.get(path);
  if (current !== undefined) return current;
  const reading = stat(path)
    .then(file => (file.isFIFO() ? undefined : readFile(path, 'utf8')))
    .finally(() => readings.delete(path));
  readings.set(path, reading);
  return reading;
}

/** Reads a pipe with no thread of those: one that waits in a pipe keeps the process from ending, by exit() too. */
async function readPipe(path: string, signal: AbortSignal): Promise<string> {
  const {Socket} = await import('node:net');
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const pipe = new Socket({fd, readable: true, writable: false, signal});
  return (await pipe.setEncoding('utf8').toArray()).join('');
}
