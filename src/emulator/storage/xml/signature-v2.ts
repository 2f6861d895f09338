import type {ServiceCall} from '../../service.js';
import {byName, sentHeaders, type SentHeaders} from './sent-headers.js';
import type {CheckedSignature} from './signature-v4.js';
import {namedSigner, type FindSigner} from './signer.js';
import {encode, type XmlAddress} from './xml-address.js';
import {
  expiredToken,
  invalidArgument,
  malformedSecurityHeader,
  missingSecurityHeader,
  signatureDoesNotMatch,
} from './xml-refusal.js';

// They travel with the request, but are no part of what is signed.
const NOT_SIGNED = ['x-goog-encryption-key', 'x-goog-encryption-key-sha256'];

/**
 * Checks the older signature, in the parameters `GoogleAccessId`, `Expires` and `Signature`.
 *
 * @throws Refused `MissingSecurityHeader`, `MalformedSecurityHeader`, `InvalidArgument`, `ExpiredToken`, `InvalidSecurity`,
 *   `SignatureDoesNotMatch`, in this order
 * @see https://cloud.google.com/storage/docs/access-control/signed-urls-v2
 */
export async function checkSignatureV2(
  call: ServiceCall,
  address: XmlAddress,
  findSigner: FindSigner,
  now: number,
): Promise<CheckedSignature> {
  const read = (name: string) => {
    const value = call.url.searchParams.get(name);
    if (value === null || value === '') throw missingSecurityHeader(name);
    return value;
  };
  const email = read('GoogleAccessId');
  const expires = read('Expires');
  const signature = base64(read('Signature'));
  if (!/^-?\d{1,18}$/.test(expires)) {
    throw invalidArgument(`Expires parameter is not a valid long value: ${expires}`);
  }
  if (now >= Number(expires) * 1000) throw expiredToken(`Request has expired: ${expires}`);
  const signer = await namedSigner(findSigner, email);
  const headers = sentHeaders(call.rawHeaders);
  // What may be read may be asked for.
  const methods = call.method === 'HEAD' ? ['HEAD', 'GET'] : [call.method];
  const variants = methods.map(method =>
    [
      method,
      headers.get('content-md5') ?? '',
      headers.get('content-type') ?? '',
      expires,
      extensionHeaders(headers) + canonicalResource(address),
    ].join('\n'),
  );
  if (!variants.some(text => signer.isSignatureOf(Buffer.from(text), signature))) {
    throw signatureDoesNotMatch({StringToSign: variants[0] ?? ''});
  }
  return {email: signer.email};
}

/** A signature in base64. */
export function base64(signature: string): Buffer {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(signature)) {
    throw malformedSecurityHeader('signature', 'Signature was not base64 encoded');
  }
  return Buffer.from(signature, 'base64');
}

function extensionHeaders(headers: SentHeaders): string {
  return [...headers]
    .filter(([name]) => name.startsWith('x-goog-') && !NOT_SIGNED.includes(name))
    .sort(byName)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
}

// Bucket and object, however the URL spells them.
function canonicalResource({bucket = '', name}: XmlAddress): string {
  return `/${[bucket, ...(name?.split('/') ?? [])].map(encode).join('/')}`;
}
