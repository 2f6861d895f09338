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
  /** The disabled API, e.g. `sts.googleapis.com`. */
  readonly service: string | undefined;
  /** The project in which it is disabled, by its number or id. */
  readonly project: string | undefined;
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
    const description = clean(text(envelope['message']) ?? '');
    const consumer = /^projects\/(.+)$/.exec(cleanText(metadata?.['consumer']) ?? '')?.[1];
    return {
      status: response.status,
      error: cleanText(envelope['status']),
      description,
      reason: cleanText(info?.['reason']),
      activationUrl: googleUrl(cleanText(metadata?.['activationUrl'])),
      service: nameIn(cleanText(metadata?.['service'])),
      project: nameIn(consumer) ?? projectIn(description),
      isForeign: false,
    };
  }
  const error = cleanText(body?.['error']);
  const description = clean(
    text(body?.['error_description']) ?? (body === undefined ? bare(response.text) : ''),
  );
  return {
    status: response.status,
    error,
    description,
    reason: undefined,
    activationUrl: undefined,
    service: undefined,
    project: projectIn(description),
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

// They stand in a command: nothing that a shell reads.
function nameIn(name: string | undefined): string | undefined {
  return name !== undefined && /^[a-z0-9][a-z0-9.:-]*$/.test(name) ? name : undefined;
}

function projectIn(description: string): string | undefined {
  return nameIn(/has not been used in project (\S+)/.exec(description)?.[1]);
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
