import type {StoredObject} from '../storage-state.js';

// The headers, and fields of a form, that become an object's metadata.
const TEXT_FIELDS: Readonly<Record<string, string>> = {
  'cache-control': 'cacheControl',
  'content-disposition': 'contentDisposition',
  'content-encoding': 'contentEncoding',
  'content-language': 'contentLanguage',
  'content-type': 'contentType',
  'x-goog-custom-time': 'customTime',
  'x-goog-storage-class': 'storageClass',
};

const META = 'x-goog-meta-';

/** The metadata that headers, or a form's fields, give an object, as the JSON API names it. */
export function textFields(given: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(TEXT_FIELDS).flatMap(([name, field]) => {
      const value = given.get(name);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

/** The caller's own metadata: `x-goog-meta-KEY`. */
export function customMetadata(given: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(
    [...given]
      .filter(([name]) => name.startsWith(META))
      .map(([name, value]) => [name.slice(META.length), value]),
  );
}

/**
 * An object's etag in the XML API: its MD5 where there is one.
 *
 * @see https://cloud.google.com/storage/docs/hashes-etags#etags
 */
export function objectEtag({checksums}: StoredObject): string {
  return `"${Buffer.from(checksums.md5Hash ?? checksums.crc32c, 'base64').toString('hex')}"`;
}

/** What the XML API says of an object in headers. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  const {checksums, content, fields, generation, metageneration} = object;
  const md5 = checksums.md5Hash;
  const headers: Record<string, string> = {
    etag: objectEtag(object),
    'x-goog-generation': String(generation),
    'x-goog-metageneration': String(metageneration),
    'x-goog-hash': `crc32c=${checksums.crc32c}${md5 === undefined ? '' : `,md5=${md5}`}`,
    'x-goog-storage-class': fields.text.get('storageClass') ?? 'STANDARD',
    'x-goog-stored-content-length': String(content.length),
  };
  for (const [key, value] of fields.custom) {
    // A key that the JSON API took need not be one that a header can have.
    if (!/^[\w-]+$/.test(key) || /[\r\n\0]/.test(value)) continue;
    headers[META + key] = Buffer.from(value, 'utf8').toString('latin1');
  }
  return headers;
}
