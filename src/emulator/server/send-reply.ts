import {STATUS_CODES, type ServerResponse} from 'node:http';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ServiceReply} from '../service.js';
import type {BreakPoint} from './fault.js';

/** How a reply goes out. */
export interface Delivery {
  /** Called before the last byte leaves, so that a record is there before the client has its answer. */
  readonly beforeEnd: (status: number) => void;
  /** Ends waits. */
  readonly signal: AbortSignal;
  /** How long each byte of the body takes, in ms. */
  readonly dripMillisPerByte?: number | undefined;
  /** Where the connection breaks. */
  readonly breakAfter?: BreakPoint | undefined;
}

/** Sends a reply. It throws if the connection ends before all is handed over. */
export async function sendReply(
  response: ServerResponse,
  reply: ServiceReply,
  delivery: Delivery,
): Promise<void> {
  const {beforeEnd, signal, dripMillisPerByte = 0, breakAfter} = delivery;
  const {status, body} = reply;
  const headers: Record<string, string> = Object.fromEntries(
    Object.entries(reply.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (body instanceof Readable && breakAfter === undefined && dripMillisPerByte === 0) {
    response.writeHead(status, headers);
    await pipeline(body, response, {end: false, signal});
    beforeEnd(status);
    response.end();
    return;
  }
  const bytes = body instanceof Readable ? await readAll(body) : Buffer.from(body ?? '');
  // The reply to a HEAD request tells the length of a body that it does not have; 204 and 304 have
  // neither (RFC 9110 section 8.6).
  if (status !== 204 && status !== 304) headers['content-length'] ??= String(bytes.length);
  if (breakAfter === 'status-line') {
    beforeEnd(status);
    // By the socket itself: a ServerResponse sends the whole head or nothing.
    response.socket?.end(`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}\r\n`);
    return;
  }
  response.writeHead(status, headers);
  if (breakAfter !== undefined) {
    response.flushHeaders();
    if (breakAfter === 'body') response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
    beforeEnd(status);
    // Not destroy(): that would drop what is still queued.
    response.socket?.destroySoon();
    return;
  }
  if (dripMillisPerByte > 0) {
    response.flushHeaders();
    for (const byte of bytes) {
      await sleep(dripMillisPerByte, undefined, {signal});
      if (response.destroyed) throw new Error('The client went away.');
      response.write(Buffer.of(byte));
    }
    beforeEnd(status);
    response.end();
    return;
  }
  beforeEnd(status);
  response.end(bytes);
}

async function readAll(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
