import {AwsRefusal} from './aws-refusal.js';

/** A request's headers by lower-case name, each with its values in the order they were sent in. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

/** What a signature covers. */
export interface CanonicalParts {
  readonly method: string;
  /** The request target as it was sent: path and query. */
  readonly target: string;
  readonly headers: HeaderValues;
  /** In the order in which the signer listed them. */
  readonly signedHeaders: readonly string[];
  /** SHA-256 of the body, in hexadecimal. */
  readonly payloadHash: string;
}

/** Sorts raw headers by name. */
export function collectHeaders(rawHeaders: readonly string[]): HeaderValues {
  const headers = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(rawHeaders[i + 1] ?? '');
    headers.set(name, values);
  }
  return headers;
}

/**
 * The canonical request. A header that is listed and was not sent makes an empty line, which no
 * signer has signed.
 *
 * @throws AwsRefusal `MalformedQueryString`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function canonicalRequest(parts: CanonicalParts): string {
  const {method, target, headers, signedHeaders, payloadHash} = parts;
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const lines = signedHeaders.map(name => {
    const values = headers.get(name);
    return values === undefined
      ? ''
      : `${name}:${values.map(value => value.trim().replace(/ +/g, ' ')).join(',')}`;
  });
  return [
    method,
    path,
    canonicalQuery(question < 0 ? '' : target.slice(question + 1)),
    ...lines,
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      return [recode(name), recode(value)] as const;
    })
    .sort(([name, value], [otherName, otherValue]) =>
      name === otherName ? compare(value, otherValue) : compare(name, otherName),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

// By code unit, which is by byte: everything is ASCII by now.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function recode(text: string): string {
  let plain: string;
  try {
    plain = decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new AwsRefusal('MalformedQueryString', 400, 'The query string contains a syntax error.');
  }
  return encodeURIComponent(plain).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
