import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {createReadStream, createWriteStream} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {ApiError, type Bucket, type Storage} from '@google-cloud/storage';
import type {Printer} from './printer.js';

// More than 8 MiB and no multiple of anything, so that the last chunk is a short one.
const LARGE_BYTES = 8 * 1024 * 1024 + 12_345;
const SMALL_TEXT = 'written on an AWS identity\n';

/** What went there and came back. */
export interface RoundTrip {
  readonly bytes: number;
  readonly bucket: string;
  readonly object: string;
}

/**
 * Uploads a large file (resumable) and a small one, lists, downloads, compares and deletes them. It
 * deletes what it made, and nothing else, also when a step fails.
 */
export async function storageRoundTrip(
  storage: Storage,
  bucketName: string,
  print: Printer,
): Promise<RoundTrip> {
  const bucket = storage.bucket(bucketName);
  const looked = await timed(() => mayExist(bucket));
  print.step(6, 'Call Google with it', looked.millis, 'this process → Cloud Storage');
  if (!looked.result) {
    const created = await timed(() => bucket.create());
    print.done(`created the bucket ${bucketName}`, created.millis);
  }
  const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-demo-'));
  const prefix = `google-auth-aws-demo-${randomUUID().slice(0, 8)}/`;
  try {
    await uploadAndCompare(bucket, prefix, folder, print);
  } finally {
    await rm(folder, {recursive: true, force: true});
    const removed = await timed(async () => {
      await bucket.deleteFiles({prefix, force: true});
      if (!looked.result) await bucket.delete();
    });
    print.done(
      looked.result ? 'deleted the objects' : 'deleted the objects and the bucket',
      removed.millis,
    );
  }
  return {bytes: LARGE_BYTES, bucket: bucketName, object: `${prefix}large.bin`};
}

async function uploadAndCompare(
  bucket: Bucket,
  prefix: string,
  folder: string,
  print: Printer,
): Promise<void> {
  const source = join(folder, 'large.bin');
  await writeFile(source, randomBytes(LARGE_BYTES));
  const large = bucket.file(`${prefix}large.bin`);
  const uploaded = await timed(() =>
    bucket.upload(source, {destination: large, resumable: true, validation: 'crc32c'}),
  );
  print.done(`uploaded ${String(LARGE_BYTES)} bytes, resumable`, uploaded.millis);

  const small = bucket.file(`${prefix}small.txt`);
  const saved = await timed(() =>
    small.save(SMALL_TEXT, {resumable: false, contentType: 'text/plain'}),
  );
  print.done(`uploaded ${String(SMALL_TEXT.length)} bytes in one request`, saved.millis);

  const listed = await timed(() => bucket.getFiles({prefix}));
  const names = listed.result[0].map(file => file.name.slice(prefix.length));
  if (names.join() !== 'large.bin,small.txt') {
    throw new Error(`The list of objects is ${names.join(', ') || 'empty'}.`);
  }
  print.done(`listed ${names.join(', ')}`, listed.millis);

  const target = join(folder, 'downloaded.bin');
  const downloaded = await timed(async () => {
    await pipeline(large.createReadStream({validation: 'crc32c'}), createWriteStream(target));
    return small.download();
  });
  print.done('downloaded both', downloaded.millis);

  const [sent, received] = await Promise.all([sha256(source), sha256(target)]);
  if (sent !== received) throw new Error(`SHA-256 differs: sent ${sent}, received ${received}.`);
  if (downloaded.result[0].toString() !== SMALL_TEXT) throw new Error('The small object differs.');
  print.done(`SHA-256 is the same: ${sent}`);
}

/** Whether the bucket is there; so it is where one may write objects and not look at the bucket. */
async function mayExist(bucket: Bucket): Promise<boolean> {
  try {
    const [exists] = await bucket.exists();
    return exists;
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return true;
    throw error;
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function timed<T>(run: () => Promise<T>): Promise<{result: T; millis: number}> {
  const started = performance.now();
  const result = await run();
  return {result, millis: performance.now() - started};
}
