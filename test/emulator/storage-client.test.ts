import type {Storage} from '@google-cloud/storage';
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {inspect} from 'node:util';
import {createStorageService} from '../../src/emulator/storage/storage-service.js';
import {serveService} from '../support/serve-service.js';
import {
  asRecord,
  NOW,
  PROJECT,
  sampleBytes,
  startStorage,
  type StorageFixture,
} from './storage-fixture.js';

const MIB = 1024 * 1024;

// Some refusals the library throws as the bare object that the server sent.
const codeOf = (code: number | string) => (error: unknown) => {
  assert.equal(asRecord(error)['code'], code, inspect(error));
  return true;
};

describe('@google-cloud/storage at the emulated storage', () => {
  let fixture: StorageFixture;
  let storage: Storage;
  let bucketNumber = 0;

  const newBucket = async () => {
    bucketNumber += 1;
    const [bucket] = await storage.createBucket(`client-bucket-${bucketNumber}`);
    return bucket;
  };

  before(async () => {
    fixture = await startStorage();
    storage = fixture.client();
  });
  after(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  describe('buckets', () => {
    it('are created, found, listed by page and deleted', async () => {
      await storage.createBucket('listed-b', {location: 'europe-west3', storageClass: 'NEARLINE'});
      await storage.createBucket('listed-a', {labels: {team: 'blue'}});
      await storage.createBucket('listed-c');

      const [metadata] = await storage.bucket('listed-b').getMetadata();
      assert.equal(metadata.location, 'EUROPE-WEST3');
      assert.equal(metadata.storageClass, 'NEARLINE');
      assert.deepEqual(await storage.bucket('listed-a').exists(), [true]);
      assert.deepEqual(await storage.bucket('listed-z').exists(), [false]);

      const [buckets] = await storage.getBuckets({prefix: 'listed-'});
      assert.deepEqual(
        buckets.map(bucket => bucket.name),
        ['listed-a', 'listed-b', 'listed-c'],
      );
      const page = {prefix: 'listed-', maxResults: 2, autoPaginate: false};
      const [two, next] = await storage.getBuckets(page);
      assert.deepEqual(
        two.map(bucket => bucket.name),
        ['listed-a', 'listed-b'],
      );
      const [[last], end] = await storage.getBuckets({...page, ...next});
      assert.equal(last?.name, 'listed-c');
      assert.equal(end, null);

      await storage.bucket('listed-c').delete();
      assert.deepEqual(await storage.bucket('listed-c').exists(), [false]);
    });

    it('change their labels', async () => {
      const bucket = await newBucket();
      await bucket.setLabels({a: '1', b: '2'});
      await bucket.setMetadata({labels: {a: null, c: '3'}});
      assert.deepEqual(await bucket.getLabels(), [{b: '2', c: '3'}]);
    });

    it('are refused twice, and while they hold something', async () => {
      const bucket = await newBucket();
      await assert.rejects(storage.createBucket(bucket.name), codeOf(409));
      await bucket.file('a').save('a');
      await assert.rejects(bucket.delete(), codeOf(409));
      await assert.rejects(storage.createBucket('No_Good'), codeOf(400));
    });
  });

  describe('uploads', () => {
    it('simple, validated by CRC32C and by MD5, come back as they were', async () => {
      const bucket = await newBucket();
      for (const validation of ['crc32c', 'md5', false] as const) {
        const file = bucket.file(`simple-${validation}`);
        const content = sampleBytes(70_000);
        await file.save(content, {resumable: false, validation, contentType: 'image/png'});
        const [metadata] = await file.getMetadata();
        assert.equal(metadata.contentType, 'image/png');
        assert.equal(Number(metadata.size), content.length);
        assert.equal(metadata.md5Hash, createHash('md5').update(content).digest('base64'));
        const [downloaded] = await file.download({validation});
        assert.ok(downloaded.equals(content));
      }
    });

    it('resumable in one request, of 9 MiB, with and without a known length', async () => {
      const bucket = await newBucket();
      const content = sampleBytes(9 * MIB + 17);
      for (const metadata of [{}, {contentLength: content.length}]) {
        for (const validation of ['crc32c', 'md5'] as const) {
          const file = bucket.file('large');
          await file.save(content, {resumable: true, validation, metadata});
          const [downloaded] = await file.download({validation});
          assert.ok(downloaded.equals(content));
        }
      }
    });

    it('resumable in chunks, whatever the last one measures', async () => {
      const bucket = await newBucket();
      for (const length of [MIB, MIB + 1, 3 * MIB - 1, 5]) {
        const file = bucket.file(`chunks-${length}`);
        const content = sampleBytes(length, length);
        await pipeline(
          Readable.from([content]),
          file.createWriteStream({resumable: true, chunkSize: 512 * 1024, validation: 'md5'}),
        );
        const [downloaded] = await file.download({validation: 'md5'});
        assert.ok(downloaded.equals(content), `${length} bytes`);
      }
    });

    it('resumable in chunks that are no multiple of 256 KiB: the rest is sent again', async () => {
      const file = (await newBucket()).file('odd-chunks');
      const content = sampleBytes(MIB);
      await file.save(content, {resumable: true, chunkSize: 300_000});
      const [downloaded] = await file.download();
      assert.ok(downloaded.equals(content));
    });

    it('of nothing at all', async () => {
      const bucket = await newBucket();
      for (const options of [
        {resumable: false},
        {resumable: true},
        {resumable: true, chunkSize: 256 * 1024},
      ]) {
        const file = bucket.file('empty');
        await file.save('', options);
        const [metadata] = await file.getMetadata();
        assert.equal(Number(metadata.size), 0);
        assert.equal(metadata.crc32c, 'AAAAAA==');
        const [downloaded] = await file.download();
        assert.equal(downloaded.length, 0);
      }
    });

    it('continue where another process left off', async () => {
      const bucket = await newBucket();
      const file = bucket.file('continued');
      const content = sampleBytes(MIB);
      const [uri] = await file.createResumableUpload();
      const first = await fixture.call(uri, {
        method: 'PUT',
        token: null,
        headers: {'content-range': `bytes 0-524287/${content.length}`},
        body: content.subarray(0, 512 * 1024),
      });
      assert.equal(first.status, 308);
      await pipeline(
        Readable.from([content.subarray(512 * 1024)]),
        file.createWriteStream({uri, offset: 512 * 1024, resumable: true, validation: false}),
      );
      const [downloaded] = await file.download();
      assert.ok(downloaded.equals(content));
    });

    it('zipped by the client are unzipped by it', async () => {
      const file = (await newBucket()).file('page.html');
      const page = '<p>hello</p>'.repeat(1000);
      await file.save(page, {gzip: true, resumable: false});
      const [metadata] = await file.getMetadata();
      assert.equal(metadata.contentEncoding, 'gzip');
      assert.ok(Number(metadata.size) < page.length / 2);
      const [downloaded] = await file.download();
      assert.equal(downloaded.toString(), page);
    });

    it('with a checksum that is not the content’s are refused, and nothing is kept', async () => {
      const bucket = await newBucket();
      const wrong = {crc32c: 'AAAAAA==', md5Hash: createHash('md5').digest('base64')};
      for (const resumable of [false, true]) {
        for (const metadata of [{crc32c: wrong.crc32c}, {md5Hash: wrong.md5Hash}]) {
          const file = bucket.file('wrong');
          await assert.rejects(file.save('content', {resumable, metadata}), codeOf(400));
          assert.deepEqual(await file.exists(), [false]);
        }
      }
    });
  });

  describe('downloads', () => {
    it('of ranges', async () => {
      const file = (await newBucket()).file('range');
      await file.save('0123456789');
      const range = async (start?: number, end?: number) => {
        const [bytes] = await file.download({
          ...(start !== undefined && {start}),
          ...(end !== undefined && {end}),
        });
        return bytes.toString();
      };
      assert.equal(await range(2, 4), '234');
      assert.equal(await range(7), '789');
      assert.equal(await range(undefined, 1), '01');
      assert.equal(await range(undefined, -3), '789');
      assert.equal(await range(5, 500), '56789');
      await assert.rejects(range(10), codeOf(416));
    });

    it('say what is missing in plain words', async () => {
      const bucket = await newBucket();
      await assert.rejects(bucket.file('not here').download(), {
        code: 404,
        message: `No such object: ${bucket.name}/not here`,
      });
    });

    it('are refused by the client where the content was corrupted on its way', async () => {
      const honest = createStorageService({
        findToken: () => ({
          principal: 'x',
          scopes: ['https://www.googleapis.com/auth/cloud-platform'],
        }),
        clock: () => NOW,
        projectId: PROJECT,
      });
      await using served = await serveService({
        ...honest,
        answer: async call => {
          const reply = await honest.answer(call);
          if (!(reply.body instanceof Uint8Array)) return reply;
          const corrupted = Buffer.from(reply.body);
          corrupted[0] = (corrupted[0] ?? 0) ^ 1;
          return {...reply, body: corrupted};
        },
      });
      const corrupting = fixture.client();
      corrupting.apiEndpoint = served.origin;
      corrupting.baseUrl = `${served.origin}/storage/v1`;
      const [bucket] = await corrupting.createBucket('corrupted');
      const file = bucket.file('a');
      await file.save('content', {resumable: false});
      for (const validation of ['crc32c', 'md5'] as const) {
        await assert.rejects(file.download({validation}), codeOf('CONTENT_DOWNLOAD_MISMATCH'));
      }
      // The corruption is the server's: without validation it goes unseen.
      const [unseen] = await file.download({validation: false});
      assert.notEqual(unseen.toString(), 'content');
    });
  });

  describe('objects', () => {
    it('are listed by prefix, by folder and by page', async () => {
      const bucket = await newBucket();
      const names = ['a.txt', 'dir/1.txt', 'dir/2.txt', 'dir/sub/3.txt', 'z.txt'];
      await Promise.all(names.map(name => bucket.file(name).save(name, {resumable: false})));
      const listed = async (options: object) => {
        const [files] = await bucket.getFiles(options);
        return files.map(file => file.name);
      };
      assert.deepEqual(await listed({}), names);
      assert.deepEqual(await listed({maxResults: 2}), names.slice(0, 2));
      assert.deepEqual(await listed({prefix: 'dir/'}), names.slice(1, 4));
      assert.deepEqual(await listed({startOffset: 'dir/2', endOffset: 'z'}), names.slice(2, 4));

      const [files, next, response] = await bucket.getFiles({
        delimiter: '/',
        autoPaginate: false,
        maxResults: 2,
      });
      assert.deepEqual(
        files.map(file => file.name),
        ['a.txt'],
      );
      assert.deepEqual(Reflect.get(Object(response), 'prefixes'), ['dir/']);
      const [rest, end] = await bucket.getFiles({...next, autoPaginate: false});
      assert.deepEqual(
        rest.map(file => file.name),
        ['z.txt'],
      );
      assert.equal(end, null);
    });

    it('keep names with slashes, blanks, signs and letters of every script', async () => {
      const bucket = await newBucket();
      const names = [
        'a/b//c/',
        '/leading',
        'with space & +plus?#%25.txt',
        'ünïcödé/日本語/🦊',
        '...',
        "quote'()*!",
        '%2F',
      ];
      for (const name of names) {
        for (const resumable of [false, true]) {
          await bucket.file(name).save(`${name}${resumable}`, {resumable});
          const [content] = await bucket.file(name).download();
          assert.equal(content.toString(), `${name}${resumable}`);
        }
        const [metadata] = await bucket.file(name).getMetadata();
        assert.equal(metadata.name, name);
      }
      const [files] = await bucket.getFiles();
      assert.deepEqual(files.map(file => file.name).sort(), names.sort());
      await bucket.deleteFiles();
      const [left] = await bucket.getFiles();
      assert.deepEqual(left, []);
    });

    it('change their metadata, key by key', async () => {
      const file = (await newBucket()).file('metadata');
      await file.save('content', {
        resumable: false,
        metadata: {contentType: 'text/plain', cacheControl: 'no-store', metadata: {a: '1', b: '2'}},
      });
      const [before] = await file.getMetadata();
      fixture.time.now += 1000;
      await file.setMetadata({
        contentType: 'text/css',
        contentLanguage: 'de',
        metadata: {b: null, c: '3'},
      });
      const [after] = await file.getMetadata();
      assert.equal(after.contentType, 'text/css');
      assert.equal(after.contentLanguage, 'de');
      assert.equal(after.cacheControl, 'no-store');
      assert.deepEqual(after.metadata, {a: '1', c: '3'});
      assert.equal(after.generation, before.generation);
      assert.equal(before.metageneration, '1');
      assert.equal(after.metageneration, '2');
      assert.notEqual(after.etag, before.etag);
      assert.equal(Date.parse(String(after.updated)) - Date.parse(String(before.updated)), 1000);
      assert.equal(after.timeCreated, before.timeCreated);
    });

    it('are copied, moved, renamed and combined', async () => {
      const [one, other] = [await newBucket(), await newBucket()];
      const file = one.file('dir/original');
      await file.save('content', {metadata: {contentType: 'text/css', metadata: {a: '1'}}});

      const [copy] = await file.copy(other.file('dir/copy'));
      const [copied] = await copy.getMetadata();
      assert.equal(copied.contentType, 'text/css');
      assert.deepEqual(copied.metadata, {a: '1'});
      assert.equal((await copy.download()).toString(), 'content');

      const [changed] = await file.copy(other.file('changed'), {
        contentType: 'text/html',
        metadata: {b: '2'},
      });
      const [changedMetadata] = await changed.getMetadata();
      assert.equal(changedMetadata.contentType, 'text/html');
      assert.deepEqual(changedMetadata.metadata, {b: '2'});

      await file.move('moved');
      assert.deepEqual(await file.exists(), [false]);
      assert.equal((await one.file('moved').download()).toString(), 'content');

      await one.file('tail').save(' and more');
      const [combined] = await one.combine(['moved', 'tail'], 'combined.txt');
      // A composed object has no MD5, so that the client checks its CRC32C.
      assert.equal((await combined.download()).toString(), 'content and more');
      const [metadata] = await combined.getMetadata();
      assert.equal(metadata.md5Hash, undefined);
      assert.equal(metadata.componentCount, 2);
      await assert.rejects(combined.download({validation: 'md5'}), codeOf('MD5_NOT_AVAILABLE'));
    });

    it('are written only if nothing else was', async () => {
      const file = (await newBucket()).file('guarded');
      const ifNew = {preconditionOpts: {ifGenerationMatch: 0}};
      for (const resumable of [false, true]) {
        await file.save('first', {resumable, ...ifNew});
        await assert.rejects(file.save('second', {resumable, ...ifNew}), codeOf(412));
        assert.equal((await file.download()).toString(), 'first');
        const [{generation}] = await file.getMetadata();
        await assert.rejects(file.delete({ifGenerationMatch: Number(generation) - 1}), codeOf(412));
        await assert.rejects(
          file.setMetadata({contentType: 'a/b'}, {ifMetagenerationMatch: 7}),
          codeOf(412),
        );
        await file.delete({ifGenerationMatch: Number(generation)});
      }
    });
  });

  describe('a caller without the right token', () => {
    it('is refused on every way of the client', async () => {
      const bucket = await newBucket();
      await bucket.file('a').save('a', {resumable: false});
      for (const [token, code] of [
        ['expired', 401],
        ['unrelated', 403],
      ] as const) {
        const refused = fixture.client(token);
        const theirs = refused.bucket(bucket.name);
        await assert.rejects(refused.getBuckets(), codeOf(code));
        await assert.rejects(refused.createBucket('theirs'), codeOf(code));
        await assert.rejects(theirs.getFiles(), codeOf(code));
        await assert.rejects(theirs.file('a').download(), codeOf(code));
        await assert.rejects(theirs.file('a').getMetadata(), codeOf(code));
        await assert.rejects(theirs.file('a').delete(), codeOf(code));
        await assert.rejects(theirs.file('b').save('b', {resumable: false}), codeOf(code));
        await assert.rejects(theirs.file('b').save('b', {resumable: true}), {status: code});
      }
    });

    it('may read, but not write, with a scope for reading', async () => {
      const bucket = await newBucket();
      await bucket.file('a').save('a', {resumable: false});
      const reader = fixture.client('read-only').bucket(bucket.name);
      assert.equal((await reader.file('a').download()).toString(), 'a');
      await assert.rejects(reader.file('b').save('b', {resumable: false}), codeOf(403));
      await assert.rejects(reader.file('a').delete(), codeOf(403));
    });
  });
});
