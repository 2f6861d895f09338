import {promisify} from 'node:util';
import {gunzip} from 'node:zlib';
import type {ServiceReply} from '../service.js';
import {StorageApiError} from './api-error.js';
import {readByteRange} from './byte-range.js';
import {isRangeWished, type Validators} from './conditional-headers.js';
import {objectEtag} from './etag.js';
import type {StorageRequest} from './storage-request.js';
import type {StoredObject} from './storage-state.js';

const LARGEST_UNZIPPED = 256 * 1024 * 1024;

/**
 * Sends an object's content, or a range of it, with the checksums of the whole.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/get
 */
export async function downloadMedia(
  {call}: StorageRequest,
  object: StoredObject,
  validators: Validators,
): Promise<ServiceReply> {
  const {content} = object;
  const headers = headersOf(object);
  const unzipped = await unzipFor(call.headers['accept-encoding'], object);
  if (unzipped !== undefined) {
    // A range of what is not stored cannot be asked for: Google sends everything.
    delete headers['content-encoding'];
    return {
      status: 200,
      headers: {...headers, warning: '214 UploadServer gunzipped'},
      body: unzipped,
    };
  }
  const isWished = isRangeWished(call.headers, validators);
  const range = isWished ? readByteRange(call.headers.range, content.length) : 'all';
  if (range === 'unsatisfiable') throw unsatisfiable(content.length);
  if (range === 'all') return {status: 200, headers, body: content};
  headers['content-range'] = `bytes ${range.first}-${range.last}/${content.length}`;
  return {status: 206, headers, body: content.subarray(range.first, range.last + 1)};
}

function headersOf(object: StoredObject): Record<string, string> {
  const {checksums, content, fields} = object;
  const md5 = checksums.md5Hash === undefined ? '' : `,md5=${checksums.md5Hash}`;
  const headers: Record<string, string> = {
    'content-type': fields.text.get('contentType') ?? 'application/octet-stream',
    'cache-control':
      fields.text.get('cacheControl') ?? 'no-cache, no-store, max-age=0, must-revalidate',
    etag: objectEtag(object),
    'last-modified': new Date(object.updated).toUTCString(),
    'x-goog-generation': String(object.generation),
    'x-goog-metageneration': String(object.metageneration),
    'x-goog-hash': `crc32c=${checksums.crc32c}${md5}`,
    'x-goog-storage-class': fields.text.get('storageClass') ?? 'STANDARD',
    // The client library trusts the checksums only where it reads here that they are of these bytes.
    'x-goog-stored-content-encoding': fields.text.get('contentEncoding') ?? 'identity',
    'x-goog-stored-content-length': String(content.length),
    vary: 'X-Origin, Accept-Encoding',
  };
  for (const [field, header] of [
    ['contentEncoding', 'content-encoding'],
    ['contentDisposition', 'content-disposition'],
    ['contentLanguage', 'content-language'],
  ] as const) {
    const value = fields.text.get(field);
    if (value !== undefined) headers[header] = value;
  }
  // Node sends headers as Latin-1: this way the bytes on the wire are the UTF-8 that Google sends.
  for (const [name, value] of Object.entries(headers)) {
    headers[name] = Buffer.from(value, 'utf8').toString('latin1');
  }
  return headers;
}

/**
 * Decompressive transcoding: what is stored as gzip is unzipped for whoever cannot do it himself.
 * https://cloud.google.com/storage/docs/transcoding
 */
async function unzipFor(
  acceptEncoding: string | string[] | undefined,
  {content, fields}: StoredObject,
): Promise<Buffer | undefined> {
  if (fields.text.get('contentEncoding') !== 'gzip') return undefined;
  if (/\bgzip\b/i.test([acceptEncoding ?? ''].flat().join())) return undefined;
  if (/\bno-transform\b/i.test(fields.text.get('cacheControl') ?? '')) return undefined;
  try {
    return await promisify(gunzip)(content, {maxOutputLength: LARGEST_UNZIPPED});
  } catch {
    // It is no gzip, or too much of it: all that can be sent is what is stored.
    return undefined;
  }
}

function unsatisfiable(size: number): StorageApiError {
  return new StorageApiError(416, 'The requested range cannot be satisfied.', {
    reason: 'requestedRangeNotSatisfiable',
    location: {type: 'header', name: 'Range'},
    headers: {'content-range': `bytes */${size}`},
  });
}
