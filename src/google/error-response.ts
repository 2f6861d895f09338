import {maskSecrets} from '../masking.js';
import type {TokenEndpointResponse} from './transport.js';

/** What a refusal says, whichever of Google's two error formats it came in. */
export interface Refusal {
  readonly status: number;
  /** The OAuth `error` (RFC 6749 section 5.2) or the `status` of Google's envelope, or `undefined`. */
  readonly error: string | undefined;
  /** The server's own sentence, masked and shortened; `''` where there was none. */
  readonly description: string;
  /** `ErrorInfo.reason` of Google's envelope, e.g. `SERVICE_DISABLED`. */
  readonly reason: string | undefined;
  /** The page on which a disabled API is enabled. */
  readonly activationUrl: string | undefined;
  /** Whether it says something in neither format: a proxy or another server than was meant does. */
  readonly isForeign: boolean;
}

/**
 * Reads a refusal: `{error, error_description}` (RFC 6749), Google's envelope
 * (https://google.aip.dev/193), HTML of something in between, or nothing.
 */
export function readRefusal(response: TokenEndpointResponse, secrets: readonly string[]): Refusal {
  const clean = (text: string) => readWords(text, secrets);
  const cleanText = (value: unknown) => {
    const words = text(value);
    return words === undefined ? undefined : clean(words);
  };
  const body = record(parse(response.text));
  const envelope = record(body?.['error']);
  if (envelope !== undefined) {
    const details = Array.isArray(envelope['details']) ? envelope['details'].map(record) : [];
    const info = details.find(detail => text(detail?.['@type'])?.endsWith('.ErrorInfo') === true);
    const metadata = record(info?.['metadata']);
    return {
      status: response.status,
      error: cleanText(envelope['status']),
      description: clean(text(envelope['message']) ?? ''),
      reason: cleanText(info?.['reason']),
      activationUrl: googleUrl(cleanText(metadata?.['activationUrl'])),
      isForeign: false,
    };
  }
  const error = cleanText(body?.['error']);
  return {
    status: response.status,
    error,
    description: clean(
      text(body?.['error_description']) ?? (body === undefined ? bare(response.text) : ''),
    ),
    reason: undefined,
    activationUrl: undefined,
    isForeign:
      response.text.trim() !== '' &&
      error === undefined &&
      text(body?.['error_description']) === undefined,
  };
}

/** A server's own words as they may be shown: masked, in one line, and shortened. */
export function readWords(words: string, secrets: readonly string[]): string {
  return shorten(maskSecrets(words, secrets));
}

/** `invalid_grant: "…"`, or what else can be said of an answer. */
export function quoteRefusal(refusal: Pick<Refusal, 'status' | 'error' | 'description'>): string {
  const words = [
    `HTTP ${String(refusal.status)}`,
    ...(refusal.error === undefined ? [] : [refusal.error]),
  ].join(', ');
  return refusal.description === ''
    ? `${words}, with no explanation`
    : `${words}, "${refusal.description}"`;
}

/** The JSON value of a text, or `undefined` where it is none. */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The value if it is a JSON object. */
export function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a string with something in it. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

// Only Google's own page may be shown as a link to follow.
function googleUrl(url: string | undefined): string | undefined {
  return url !== undefined &&
    /^https:\/\/console\.(?:developers|cloud)\.google\.com\/\S*$/.test(url)
    ? url
    : undefined;
}

function bare(body: string): string {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  return title ?? (/^\s*</.test(body) ? 'an HTML page' : body);
}

function shorten(words: string): string {
  // A server's text must not drive a terminal.
  const line = words.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
