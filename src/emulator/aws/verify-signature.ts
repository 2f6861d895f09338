import {createHash, createHmac, timingSafeEqual} from 'node:crypto';
import type {ServiceCall} from '../service.js';
import type {AccessKey} from './access-keys.js';
import type {AwsIdentity} from './identities.js';
import {parseAuthorization} from './authorization-header.js';
import {
  AwsRefusal,
  incompleteSignature,
  invalidClientTokenId,
  signatureDoesNotMatch,
} from './aws-refusal.js';
import {canonicalRequest, collectHeaders, type HeaderValues} from './canonical-request.js';

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** What a signature is checked against. */
export interface VerifyOptions {
  readonly findKey: (accessKeyId: string) => AccessKey | undefined;
  /** Epoch ms. */
  readonly now: number;
  /** How far the signer's clock may be off, in seconds. */
  readonly maxClockSkewSeconds: number;
  readonly service: string;
  /** The region that the host belongs to, or `undefined` where any will do. */
  readonly region: string | undefined;
}

/** Who signed a request, and for which region. */
export interface SignedBy {
  readonly identity: AwsIdentity;
  readonly region: string;
}

/**
 * Checks a request's Signature Version 4, in the order in which AWS does.
 *
 * @throws AwsRefusal with AWS's code, status and message.
 */
export function verifySignature(call: ServiceCall, body: Buffer, options: VerifyOptions): SignedBy {
  const headers = collectHeaders(call.rawHeaders);
  const date = first(headers, 'x-amz-date') ?? first(headers, 'date');
  const authorization = parseAuthorization(headers.get('authorization') ?? [], date !== undefined);
  const timestamp = checkDate(date ?? '', options);
  checkSignedHeaders(headers, authorization.signedHeaders);
  if (authorization.algorithm !== ALGORITHM) {
    throw incompleteSignature(
      `Unsupported AWS 'algorithm': '${authorization.algorithm}' (only ${ALGORITHM} for now).`,
    );
  }
  const {accessKeyId, scope, region} = checkScope(authorization.credential, timestamp, options);
  const key = checkKey(options.findKey(accessKeyId), headers, options.now);

  const payloadHash = createHash('sha256').update(body).digest('hex');
  if ((first(headers, 'x-amz-content-sha256') ?? payloadHash) !== payloadHash) {
    throw signatureDoesNotMatch();
  }
  const canonical = canonicalRequest({
    method: call.method,
    target: call.target,
    headers,
    signedHeaders: authorization.signedHeaders,
    payloadHash,
  });
  // Node reads headers as Latin-1, so this gives back the bytes that were sent.
  const hash = createHash('sha256').update(canonical, 'latin1').digest('hex');
  const stringToSign = [ALGORITHM, timestamp, scope, hash].join('\n');
  const signature = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secretAccessKey}`);
  if (!isSame(authorization.signature, hmac(signature, stringToSign).toString('hex'))) {
    throw signatureDoesNotMatch();
  }
  return {identity: key.identity, region};
}

function checkDate(date: string, {now, maxClockSkewSeconds}: VerifyOptions): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const iso = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`;
  const time = Date.parse(iso);
  // A day such as 31 February has no time, or that of another day.
  if (Number.isNaN(time) || basic(time) !== date) {
    throw incompleteSignature(
      `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
    );
  }
  const skew = maxClockSkewSeconds * 1000;
  const minutes = `${maxClockSkewSeconds / 60} min.`;
  // Dates have whole seconds.
  if (time < Math.floor((now - skew) / 1000) * 1000) {
    throw signatureDoesNotMatch(
      `Signature expired: ${date} is now earlier than ${basic(now - skew)} (${basic(now)} - ${minutes})`,
    );
  }
  if (time > now + skew) {
    throw signatureDoesNotMatch(
      `Signature not yet current: ${date} is still later than ${basic(now + skew)} (${basic(now)} + ${minutes})`,
    );
  }
  return date;
}

function checkSignedHeaders(headers: HeaderValues, signedHeaders: readonly string[]): void {
  if (!signedHeaders.includes('host')) {
    throw signatureDoesNotMatch(
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    );
  }
  const unsigned = [...headers.keys()].find(
    name => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned !== undefined) {
    throw signatureDoesNotMatch(`'${unsigned}' must be a 'SignedHeader' in the AWS Authorization.`);
  }
  const canonical = [...new Set(signedHeaders.map(name => name.toLowerCase()))].sort();
  if (canonical.join(';') !== signedHeaders.join(';')) throw signatureDoesNotMatch();
}

function checkScope(credential: string, timestamp: string, {service, region}: VerifyOptions) {
  const parts = credential.split('/');
  const [accessKeyId, date, scopeRegion, scopeService, terminator] = parts;
  if (
    accessKeyId === undefined ||
    date === undefined ||
    scopeRegion === undefined ||
    scopeService === undefined ||
    terminator === undefined ||
    parts.length !== 5
  ) {
    throw incompleteSignature(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got ${parts.length}.`,
    );
  }
  const day = timestamp.slice(0, 8);
  const problems = [
    (region === undefined ? REGION.test(scopeRegion) : scopeRegion === region)
      ? ''
      : 'Credential should be scoped to a valid region.',
    scopeService === service ? '' : `Credential should be scoped to correct service: '${service}'.`,
    terminator === 'aws4_request'
      ? ''
      : "Credential should be scoped with a valid terminator: 'aws4_request'.",
    date === day
      ? ''
      : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${day}', from '${timestamp}'.`,
  ].filter(problem => problem !== '');
  if (problems.length > 0) throw signatureDoesNotMatch(problems.join(' '));
  return {accessKeyId, scope: parts.slice(1).join('/'), region: scopeRegion};
}

/** An AWS region's name. */
export const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/;

function checkKey(key: AccessKey | undefined, headers: HeaderValues, now: number): AccessKey {
  const tokens = headers.get('x-amz-security-token') ?? [];
  const expected = key?.sessionToken === undefined ? [] : [key.sessionToken];
  if (
    key === undefined ||
    tokens.length !== expected.length ||
    !isSame(tokens.join(), expected.join())
  ) {
    throw invalidClientTokenId();
  }
  if (key.expiresAt !== undefined && now >= key.expiresAt) {
    throw new AwsRefusal(
      'ExpiredToken',
      403,
      'The security token included in the request is expired',
    );
  }
  return key;
}

function first(headers: HeaderValues, name: string): string | undefined {
  return headers.get(name)?.[0];
}

function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
