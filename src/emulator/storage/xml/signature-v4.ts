import {createHash} from 'node:crypto';
import type {ServiceCall} from '../../service.js';
import {byName, lowerCaseParameters, sentHeaders, type SentHeaders} from './sent-headers.js';
import {namedSigner, type FindSigner} from './signer.js';
import {encode, type XmlAddress} from './xml-address.js';
import {
  accessDenied,
  expiredToken,
  malformedSecurityHeader,
  missingSecurityHeader,
  signatureDoesNotMatch,
} from './xml-refusal.js';

const ALGORITHM = 'GOOG4-RSA-SHA256';
const LONGEST_LIFE_SECONDS = 604_800;
const CLOCK_SKEW_MILLIS = 15 * 60 * 1000;
const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** Who signed a request, and what of its body the signature covers. */
export interface CheckedSignature {
  readonly email: string;
  /** SHA-256 of the body in hexadecimal, or `undefined` where any body will do. */
  readonly payloadHash?: string;
}

/** What names the key and the day of a V4 signature. */
export interface CredentialScope {
  readonly email: string;
  /** `20260102/auto/storage/goog4_request`. */
  readonly scope: string;
  /** Epoch ms. */
  readonly signedAt: number;
}

/**
 * Checks the signature in the query of a request.
 *
 * @throws Refused `MissingSecurityHeader`, `MalformedSecurityHeader`, `ExpiredToken`, `AccessDenied`,
 *   `InvalidSecurity`, `SignatureDoesNotMatch`, in this order
 * @see https://cloud.google.com/storage/docs/access-control/signed-urls
 * @see https://cloud.google.com/storage/docs/authentication/canonical-requests
 */
export async function checkSignatureV4(
  call: ServiceCall,
  address: XmlAddress,
  findSigner: FindSigner,
  now: number,
): Promise<CheckedSignature> {
  const given = readParameters(call.url.searchParams);
  const credential = readCredential(given);
  checkTime(credential.signedAt, given.expires, now);
  const headers = sentHeaders(call.rawHeaders);
  const signedHeaders = given.signedHeaders.split(';');
  checkSignedHeaders(signedHeaders, headers);
  const signer = await namedSigner(findSigner, credential.email);
  const payloadHash = headers.get('x-goog-content-sha256') ?? UNSIGNED_PAYLOAD;
  const variants = methods(call.method).flatMap(method =>
    hosts(headers.get('host') ?? '').map(host => {
      const request = [
        method,
        address.canonicalPath,
        canonicalQuery(call.url.searchParams),
        ...signedHeaders.map(name => `${name}:${name === 'host' ? host : headers.get(name)}`),
        '',
        given.signedHeaders,
        payloadHash,
      ].join('\n');
      return {
        CanonicalRequest: request,
        StringToSign: stringToSign(given.date, credential, request),
      };
    }),
  );
  const signature = Buffer.from(given.signature, 'hex');
  if (
    !variants.some(({StringToSign: text}) => signer.isSignatureOf(Buffer.from(text), signature))
  ) {
    throw signatureDoesNotMatch(variants[0] ?? {StringToSign: ''});
  }
  return {
    email: signer.email,
    ...(payloadHash !== UNSIGNED_PAYLOAD && {payloadHash: payloadHash.toLowerCase()}),
  };
}

/** The algorithm, the credential and the date of a V4 signature, in a query or in a form. */
export function readCredential(given: {
  readonly algorithm: string;
  readonly credential: string;
  readonly date: string;
}): CredentialScope {
  if (given.algorithm !== ALGORITHM) {
    // HMAC keys have no place here: there is no service account without its own RSA key.
    throw malformedSecurityHeader('X-Goog-Algorithm', `Only ${ALGORITHM} is played.`);
  }
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(given.date) ?? [];
  const signedAt = Date.parse(
    given.date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (time === undefined || Number.isNaN(signedAt)) {
    throw malformedSecurityHeader('X-Goog-Date', 'It is not of the form YYYYMMDDTHHMMSSZ.');
  }
  const [, email, scope, day] =
    /^(.+?)\/((\d{8})\/[\w-]+\/storage\/goog4_request)$/.exec(given.credential) ?? [];
  if (email === undefined || scope === undefined) {
    throw malformedSecurityHeader(
      'X-Goog-Credential',
      'It is not of the form EMAIL/YYYYMMDD/LOCATION/storage/goog4_request.',
    );
  }
  if (day !== date) throw malformedSecurityHeader('X-Goog-Credential', 'It is of another day.');
  return {email, scope, signedAt};
}

function readParameters(query: URLSearchParams) {
  const parameters = lowerCaseParameters(query);
  const read = (name: string) => {
    const value = parameters.get(name.toLowerCase());
    if (value === undefined || value === '') throw missingSecurityHeader(name);
    return value;
  };
  const given = {
    algorithm: read('X-Goog-Algorithm'),
    credential: read('X-Goog-Credential'),
    date: read('X-Goog-Date'),
    expires: read('X-Goog-Expires'),
    signedHeaders: read('X-Goog-SignedHeaders'),
    signature: read('X-Goog-Signature'),
  };
  if (!/^(?:[0-9a-f]{2})+$/i.test(given.signature)) {
    throw malformedSecurityHeader('X-Goog-Signature', 'Signature was not hex encoded');
  }
  return given;
}

function checkTime(signedAt: number, expires: string, now: number): void {
  const seconds = /^\d{1,9}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > LONGEST_LIFE_SECONDS) {
    // The detail is ours: no public source has Google's.
    throw malformedSecurityHeader(
      'X-Goog-Expires',
      `It must be a number of seconds from 1 to ${LONGEST_LIFE_SECONDS}.`,
    );
  }
  const end = signedAt + seconds * 1000;
  if (now >= end) {
    const shown = new Date(end).toISOString().replace(/\.\d+Z$/, '+00:00');
    throw expiredToken(`Request signature expired at: ${shown}`);
  }
  // Google's words for it are not documented; these are Amazon S3's.
  if (signedAt > now + CLOCK_SKEW_MILLIS) throw accessDenied('Request is not yet valid.');
}

function checkSignedHeaders(signed: readonly string[], headers: SentHeaders): void {
  if (!signed.includes('host')) throw malformedSecurityHeader('host', 'Host header not signed.');
  const missing = signed.find(name => !headers.has(name));
  if (missing !== undefined) {
    throw malformedSecurityHeader(
      missing,
      'Header was included in signedheaders, but not in the request.',
    );
  }
  const unsigned = [...headers.keys()].find(
    name => name.startsWith('x-goog-') && !signed.includes(name),
  );
  if (unsigned !== undefined) throw malformedSecurityHeader(unsigned, 'Header must be signed.');
}

// What may be read may be asked for.
function methods(method: string): readonly string[] {
  return method === 'HEAD' ? ['HEAD', 'GET'] : [method];
}

// @google-cloud/storage signs the host's name without its port, others sign what they send. At Google,
// where there is no port, both are the same.
function hosts(host: string): readonly string[] {
  return [host, host.replace(/:\d+$/, '')];
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name.toLowerCase() !== 'x-goog-signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function stringToSign(date: string, {scope}: CredentialScope, request: string): string {
  const hash = createHash('sha256').update(request).digest('hex');
  return [ALGORITHM, date, scope, hash].join('\n');
}
