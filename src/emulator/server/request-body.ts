import type {Readable} from 'node:stream';
import {Refused} from '../refused.js';

// Several times the largest subject token that AWS session tokens make.
const MAX_BYTES = 256 * 1024;

/**
 * Reads the body of a call to a token endpoint.
 *
 * @throws Refused 413 if it has more than 256 KiB.
 */
export async function readBody(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    const buffer = Buffer.from(chunk as Uint8Array);
    bytes += buffer.length;
    if (bytes > MAX_BYTES) {
      throw new Refused('PAYLOAD_TOO_LARGE', {
        status: 413,
        headers: {'content-type': 'text/plain; charset=utf-8'},
        body: 'The request body is too large.\n',
      });
    }
    chunks.push(buffer);
  }
  return Buffer.concat(chunks);
}

/** The media type of a `Content-Type` header, in lower case and without its parameters. */
export function mediaType(contentType: string | undefined): string {
  return contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
}
