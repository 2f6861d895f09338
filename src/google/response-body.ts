import {Readable} from 'node:stream';
import {AwsAuthError, isAwsAuthError, type AwsAuthStep} from '../errors.js';

/**
 * The longest answer that a token endpoint may give, in bytes. A Google token has at most 12 KiB.
 *
 * @internal
 */
export const MAX_RESPONSE_BYTES = 1024 * 1024;

// A refusal is one, also where the rest of its words never comes: of a proxy's, https-proxy-agent passes on the first
// packet alone.
const CUT = Buffer.from('…');

/**
 * Reads a response body as text, up to {@link MAX_RESPONSE_BYTES}: a stream of either kind, or what a
 * transporter has already read or parsed. Where a stream breaks, what came of it is the text of a redirect or a
 * refusal, with an ellipsis.
 *
 * @throws AwsAuthError `RESPONSE_TOO_LARGE`.
 */
export async function readCapped(
  data: unknown,
  endpoint: {readonly step: AwsAuthStep; readonly server: string; readonly status: number},
  signal: AbortSignal,
): Promise<string> {
  if (data === undefined || data === null) return '';
  if (typeof data === 'string') return checked(data, data.length, endpoint);
  if (data instanceof Uint8Array) {
    return checked(Buffer.from(data).toString('utf8'), data.byteLength, endpoint);
  }
  if (data instanceof ArrayBuffer) return readCapped(new Uint8Array(data), endpoint, signal);
  if (typeof data !== 'object' || !isByteStream(data)) {
    const text = asJson(data);
    return checked(text, text.length, endpoint);
  }
  const stream = cancellable(data);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // A stream in which nothing comes would stay open, of a transporter that does not know the signal.
  const onAbort = () => {
    // Not at once: it may be what is running just now that aborts.
    process.nextTick(() => {
      if (stream instanceof Readable) stream.destroy();
    });
  };
  // Such a transporter may also answer when it is over.
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, {once: true});
  try {
    for await (const chunk of stream) {
      if (signal.aborted) break;
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      bytes += part.byteLength;
      // Leaving the loop destroys the stream, so the rest is not downloaded.
      if (bytes > MAX_RESPONSE_BYTES) throw tooLarge(endpoint);
      chunks.push(part);
    }
  } catch (error) {
    if (endpoint.status < 300 || signal.aborted || isAwsAuthError(error)) throw error;
    chunks.push(CUT);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// A web stream cannot be cancelled while its own iterator waits for its next part. Where there is none, Node.js
// need not load what one is.
function cancellable(data: AsyncIterable<string | Uint8Array>): AsyncIterable<string | Uint8Array> {
  return !(data instanceof Readable) && data instanceof ReadableStream
    ? Readable.fromWeb(data)
    : data;
}

function isByteStream(value: object): value is AsyncIterable<string | Uint8Array> {
  return Symbol.asyncIterator in value;
}

// What a transporter has parsed. What is not JSON (a cycle, a function) reads like an empty body.
function asJson(data: unknown): string {
  try {
    const text: unknown = JSON.stringify(data);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

type Endpoint = Parameters<typeof readCapped>[1];

function checked(text: string, length: number, endpoint: Endpoint): string {
  if (length > MAX_RESPONSE_BYTES) throw tooLarge(endpoint);
  return text;
}

function tooLarge(endpoint: Endpoint): AwsAuthError {
  return new AwsAuthError({
    code: 'RESPONSE_TOO_LARGE',
    step: endpoint.step,
    what: `${endpoint.server} answered with more than ${String(MAX_RESPONSE_BYTES)} bytes; a token answer has a few thousand.`,
    fix: `Something else than ${endpoint.server} answers at that address: check the URL and the proxy in between.`,
  });
}

// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7; Date.parse alone takes almost anything, a "0" say, and a time
// of no zone for one of this machine's. A wrong time is worse than none: tokens would seem to have ended, or servers
// to ask for hours of patience. A year has four digits: what is signed by the end of all time is not signed at all.
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, (?!.*\d{5}).+ GMT$/;

/** The time of a `Date` or `Retry-After` header, in epoch ms, or `undefined` where it tells none. */
export function parseHttpDate(date: string | undefined): number | undefined {
  if (date === undefined || !HTTP_DATE.test(date)) return undefined;
  const time = Date.parse(date);
  return Number.isNaN(time) ? undefined : time;
}
