import {asObject, parseObject} from './json-object.js';
import {invalidAwsRequest, oauthError} from './oauth-error.js';

/** The signed request that a subject token holds, fit to be sent to AWS. */
export interface AwsSubjectToken {
  readonly host: string;
  /** Path and query, as they were signed. */
  readonly target: string;
  /** As they were signed, `Host` among them. */
  readonly headers: Readonly<Record<string, string>>;
}

// https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token: nothing else is documented.
const URL_SHAPE =
  /^https:\/\/(?<host>sts(?:\.[a-z]{2}(?:-[a-z]+)+-\d{1,2})?\.amazonaws\.com)\/?\?(?<query>[^#]*)$/;

const REQUIRED = ['authorization', 'host', 'x-amz-date', 'x-goog-cloud-target-resource'];

// What belongs to a body, and to the connection: Google sends the request itself, without a body.
const FORBIDDEN = [
  'x-amz-content-sha256',
  'content-type',
  'content-length',
  'user-agent',
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Reads a subject token of the type `aws4_request`: URL-encoded JSON, `{url, method, headers}`.
 *
 * @param audience - the provider that `x-goog-cloud-target-resource` must name
 * @throws Refused `invalid_grant`. It never repeats anything of the token.
 */
export function parseAwsSubjectToken(token: string, audience: string): AwsSubjectToken {
  const request = decode(token);
  const {url, method, headers, body = ''} = request;
  if (method !== 'POST' || typeof url !== 'string' || body !== '') throw invalidAwsRequest();
  const {host = '', query = ''} = URL_SHAPE.exec(url)?.groups ?? {};
  checkQuery(query);
  const given = readHeaders(headers);
  const values = new Map([...given].map(([name, value]) => [name.toLowerCase(), value]));
  if (
    given.size !== values.size ||
    REQUIRED.some(name => !values.has(name)) ||
    FORBIDDEN.some(name => values.has(name)) ||
    values.get('host') !== host ||
    values.get('x-goog-cloud-target-resource')?.replace(/^https:/, '') !== audience
  ) {
    throw invalidAwsRequest();
  }
  return {host, target: `/?${query}`, headers: Object.fromEntries(given)};
}

function decode(token: string): Readonly<Record<string, unknown>> {
  let json: string;
  try {
    // Go's and Java's encoders write a space as a plus.
    json = decodeURIComponent(token.replaceAll('+', ' '));
  } catch {
    return malformed('Unexpected escape sequence');
  }
  return parseObject(json) ?? malformed("Unexpected end of stream : expected '{'");
}

function malformed(problem: string): never {
  throw oauthError(
    'invalid_grant',
    `Invalid format of AWS credentials:Error at line 0:0: ${problem}`,
  );
}

function checkQuery(query: string): void {
  const parameters = [...new URLSearchParams(query)].map(pair => pair.join('=')).sort();
  if (parameters.join('&') !== 'Action=GetCallerIdentity&Version=2011-06-15') {
    throw invalidAwsRequest();
  }
}

function readHeaders(headers: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(headers)) throw invalidAwsRequest();
  const given = new Map<string, string>();
  for (const header of headers) {
    const {key, value} = asObject(header) ?? {};
    if (
      typeof key !== 'string' ||
      typeof value !== 'string' ||
      !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(key) ||
      !/^[\t\x20-\x7e\x80-\xff]+$/.test(value) ||
      given.has(key)
    ) {
      throw invalidAwsRequest();
    }
    given.set(key, value);
  }
  return given;
}
