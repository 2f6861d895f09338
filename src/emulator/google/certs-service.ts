import {methodNotAllowed} from '../server/plain-replies.js';
import {isLoopback} from '../server/read-call.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall} from '../service.js';
import {googleError} from './google-error.js';
import {selfSignedCertificate} from './self-signed-certificate.js';
import {googleSigningKey, type ServiceAccountKeys} from './service-account-keys.js';
import type {SigningKey} from './signing-key.js';

/** What the service needs to know. */
export interface CertsOptions {
  readonly keys: ServiceAccountKeys;
  readonly clock: () => number;
  readonly note: NoteFacts;
}

type Format = 'jwk' | 'raw' | 'x509';

// Google's own keys, and those of a service account.
const GOOGLE = /^\/oauth2\/v([13])\/certs$/;
const ACCOUNT = /^\/service_accounts\/v1\/(?:metadata\/)?(jwk|raw|x509)\/([^/]+)$/;
const GOOGLE_FORMATS: ReadonlyMap<string | undefined, Format> = new Map([
  ['1', 'x509'],
  ['3', 'jwk'],
]);

/**
 * Where Google publishes the keys that ID tokens, and what service accounts sign, are checked against.
 *
 * @see https://www.googleapis.com/oauth2/v3/certs
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signJwt
 */
export function createCertsService({keys, clock, note}: CertsOptions): EmulatedService {
  async function findKey(pathname: string): Promise<SigningKey> {
    const account = ACCOUNT.exec(pathname)?.[2];
    if (account === undefined) return googleSigningKey();
    const key = await keys.find(decode(account));
    if (key !== undefined) return key;
    throw googleError({
      code: 404,
      status: 'NOT_FOUND',
      message: 'Requested entity was not found.',
    });
  }

  return {
    name: 'google-certs',
    handles: ({url}) =>
      (GOOGLE.test(url.pathname) || ACCOUNT.test(url.pathname)) &&
      (url.hostname === 'www.googleapis.com' || isLoopback(url.hostname)),
    answer: async call => {
      note(call, {operation: 'certs'});
      if (call.method !== 'GET' && call.method !== 'HEAD') return methodNotAllowed(call, 'GET');
      const key = await findKey(call.url.pathname);
      const body = show(key, formatOf(call), clock());
      return {
        status: 200,
        headers: {
          'content-type': 'application/json; charset=UTF-8',
          'cache-control': 'public, max-age=21600, must-revalidate, no-transform',
        },
        body: `${JSON.stringify(body, null, 2)}\n`,
      };
    },
  };
}

function formatOf({url}: ServiceCall): Format {
  const format = ACCOUNT.exec(url.pathname)?.[1];
  if (format === 'raw' || format === 'x509') return format;
  return GOOGLE_FORMATS.get(GOOGLE.exec(url.pathname)?.[1]) ?? 'jwk';
}

function show(key: SigningKey, format: Format, now: number): object {
  switch (format) {
    case 'jwk':
      return {keys: [key.toPublicJwk()]};
    case 'raw':
      return {[key.keyId]: key.toPublicPem()};
    case 'x509':
      return {[key.keyId]: selfSignedCertificate(key, now)};
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
