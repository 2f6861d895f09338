import {createHash, createHmac} from 'node:crypto';
import type {AwsCredentials} from './credentials.js';

/** A request to be signed with AWS Signature Version 4. */
export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  /** Every one of them is signed, and so is `host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: string;
}

export interface SigningScope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  readonly date: Date;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Signs a request and gives all the headers to send with it: `host`, `x-amz-date`, `authorization`,
 * `x-amz-security-token` for temporary credentials, and the request's own. No `x-amz-content-sha256`:
 * Google refuses a request that has it.
 *
 * It stands here and not in a library because loading one takes longer than all the rest of a cold
 * start; the published vectors and three libraries are held against it in the tests.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signRequest(
  {method, url, headers: given, body = ''}: SignableRequest,
  {credentials, region, service, date}: SigningScope,
): Record<string, string> {
  const time = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const {accessKeyId, secretAccessKey, sessionToken} = credentials;
  const headers: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    host: url.host,
    'x-amz-date': time,
    ...(sessionToken === undefined ? {} : {'x-amz-security-token': sessionToken}),
  };
  const names = Object.keys(headers).sort();
  const signedHeaders = names.join(';');
  const canonicalRequest = [
    method,
    canonicalPath(url.pathname),
    canonicalQuery(url.searchParams),
    ...names.map(name => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders,
    sha256(body),
  ].join('\n');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secretAccessKey}`,
  );
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonicalRequest)].join('\n'));
  return {
    ...headers,
    authorization: `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature.toString('hex')}`,
  };
}

// Encoded once more than it is sent, and without empty segments, as every service but S3 has it.
function canonicalPath(path: string): string {
  return path.replace(/\/+/g, '/').split('/').map(encode).join('/');
}

function canonicalQuery(parameters: URLSearchParams): string {
  return [...parameters]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([name1, value1], [name2, value2]) => compare(name1, name2) || compare(value1, value2))
    .map(pair => pair.join('='))
    .join('&');
}

// By code point: a locale's order would depend on the machine.
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

// RFC 3986's unreserved characters alone stay; encodeURIComponent leaves five more.
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
