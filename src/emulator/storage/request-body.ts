import type {Readable} from 'node:stream';
import {invalid, StorageApiError, tooLarge} from './api-error.js';

const LARGEST_JSON = 1024 * 1024;

/**
 * Hands on a body's chunks until `accept` says no, which it returns. The rest is still read, and
 * dropped: a client that is in the middle of sending would not hear the answer otherwise.
 */
export async function readChunks(
  body: Readable,
  accept: (chunk: Buffer) => boolean,
): Promise<boolean> {
  let isAccepted = true;
  for await (const piece of body) {
    const chunk: unknown = piece;
    if (!Buffer.isBuffer(chunk)) throw new TypeError('A request body must be a stream of bytes.');
    isAccepted &&= accept(chunk);
  }
  return isAccepted;
}

/** A whole body; `undefined` where `hasRoom` refused some of its bytes. */
export async function readBody(
  body: Readable,
  hasRoom: (bytes: number) => boolean,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  const isAccepted = await readChunks(body, chunk => {
    if (!hasRoom(chunk.length)) {
      chunks.length = 0;
      return false;
    }
    chunks.push(chunk);
    return true;
  });
  return isAccepted ? Buffer.concat(chunks) : undefined;
}

/** A body that is a JSON object; an empty one counts as `{}`. */
export async function readJsonBody(body: Readable): Promise<Record<string, unknown>> {
  let length = 0;
  const bytes = await readBody(body, more => (length += more) <= LARGEST_JSON);
  if (bytes === undefined) throw tooLarge(`Metadata is larger than ${LARGEST_JSON} bytes.`);
  return parseJsonObject(bytes);
}

export function parseJsonObject(bytes: Buffer): Record<string, unknown> {
  if (bytes.length > LARGEST_JSON) {
    throw tooLarge(`Metadata is larger than ${LARGEST_JSON} bytes.`);
  }
  const text = bytes.toString('utf8');
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new StorageApiError(400, 'Parse Error', {reason: 'parseError'});
  }
  if (!isRecord(value)) throw invalid('The request body must be a JSON object.');
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
