import {isLoopback} from '../../server/read-call.js';
import type {ServiceCall} from '../../service.js';

/** Which bucket and object a request of the XML API is about. */
export interface XmlAddress {
  /** `undefined` where neither host nor path names one. */
  readonly bucket: string | undefined;
  /** `undefined` where the request is about the bucket. */
  readonly name: string | undefined;
  /** The path, percent-encoded in the one way that signatures take. */
  readonly canonicalPath: string;
}

/**
 * Reads the address of a call, or `undefined` where its host is not Cloud Storage's: `/BUCKET/OBJECT`
 * of the API's own host or of this machine, `/OBJECT` of `BUCKET.storage.DOMAIN`, and `/OBJECT` of a
 * host that is named like a bucket.
 *
 * @see https://cloud.google.com/storage/docs/request-endpoints
 */
export function readXmlAddress(
  {target, url}: Pick<ServiceCall, 'target' | 'url'>,
  isBucket: (name: string) => boolean,
): XmlAddress | undefined {
  const {hostname} = url;
  // As it was sent: a parsed URL would have resolved the dots in an object's name.
  const [, ...segments] = target
    .replace(/[?#].*$/s, '')
    .split('/')
    .map(decode);
  const canonicalPath = `/${segments.map(encode).join('/')}`;
  if (isApiHost(hostname)) {
    const [bucket, ...rest] = segments;
    return {bucket: bucket || undefined, name: rest.join('/') || undefined, canonicalPath};
  }
  const bucket = /^(.+)\.storage\.[^/]+$/.exec(hostname)?.[1] ?? hostname;
  if (bucket === hostname && !isBucket(bucket)) return undefined;
  return {bucket, name: segments.join('/') || undefined, canonicalPath};
}

/** Percent-encodes everything but what RFC 3986 calls unreserved, as signatures have it. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function isApiHost(hostname: string): boolean {
  return isLoopback(hostname) || /^(?:commondata)?storage\.[a-z0-9-]+(?:\.[a-z]+)*$/.test(hostname);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // It is no UTF-8, and so no signature fits it.
    return segment;
  }
}
