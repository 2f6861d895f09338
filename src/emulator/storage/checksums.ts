import {createHash} from 'node:crypto';
import type {IncomingHttpHeaders} from 'node:http';
import {invalid} from './api-error.js';
import {crc32c} from './crc32c.js';

/** Checksums in base64. A composed object has no MD5. */
export interface Checksums {
  readonly crc32c: string;
  readonly md5Hash?: string;
}

/** What an uploader says the content's checksums are. */
export interface ExpectedChecksums {
  readonly crc32c: readonly string[];
  readonly md5Hash: readonly string[];
}

export function checksumsOf(content: Uint8Array): Checksums & {readonly md5Hash: string} {
  return {crc32c: crc32c(content), md5Hash: createHash('md5').update(content).digest('base64')};
}

/**
 * The checksums that a request announces: in its metadata and in `X-Goog-Hash`
 * (`crc32c=…,md5=…`), as the client libraries send them with an upload's last bytes.
 * https://cloud.google.com/storage/docs/data-validation#server-side_validation
 */
export function readExpectedChecksums(
  metadata: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
): ExpectedChecksums {
  const announced = [headers['x-goog-hash'] ?? []]
    .flat()
    .flatMap(header => header.split(','))
    .map(pair => pair.trim());
  const named = (name: string) =>
    announced.filter(pair => pair.startsWith(`${name}=`)).map(pair => pair.slice(name.length + 1));
  return {
    crc32c: [...fieldOf(metadata, 'crc32c'), ...named('crc32c')].map(value =>
      checkDigest('CRC32C', value, 4),
    ),
    md5Hash: [...fieldOf(metadata, 'md5Hash'), ...named('md5')].map(value =>
      checkDigest('MD5 hash', value, 16),
    ),
  };
}

export function mergeExpected(one: ExpectedChecksums, other: ExpectedChecksums): ExpectedChecksums {
  return {
    crc32c: [...one.crc32c, ...other.crc32c],
    md5Hash: [...one.md5Hash, ...other.md5Hash],
  };
}

/** Refuses content that is not what its uploader says it is. */
export function checkContent(
  actual: Checksums & {readonly md5Hash: string},
  expected: ExpectedChecksums,
): void {
  checkEach('CRC32C', expected.crc32c, actual.crc32c);
  checkEach('MD5 hash', expected.md5Hash, actual.md5Hash);
}

function checkEach(name: string, provided: readonly string[], calculated: string): void {
  for (const value of provided) {
    if (value !== calculated) {
      throw invalid(
        `Provided ${name} "${value}" doesn't match calculated ${name} "${calculated}".`,
      );
    }
  }
}

function fieldOf(metadata: Readonly<Record<string, unknown>>, field: string): string[] {
  const value = metadata[field] ?? undefined;
  if (value === undefined) return [];
  if (typeof value !== 'string') throw invalid(`Invalid value for field ${field}.`);
  return [value];
}

/** The digest in its one canonical spelling, so that padding does not make a mismatch. */
function checkDigest(name: string, value: string, length: number): string {
  const bytes = Buffer.from(value, 'base64');
  const canonical = bytes.toString('base64');
  if (bytes.length !== length || canonical.replace(/=+$/, '') !== value.replace(/=+$/, '')) {
    throw invalid(`Invalid ${name}: "${value}" is not ${length} bytes in base64.`);
  }
  return canonical;
}
