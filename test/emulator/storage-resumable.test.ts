import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import {
  assertRefused,
  NOW,
  readJson,
  sampleBytes,
  startStorage,
  type Answer,
  type StorageFixture,
} from './storage-fixture.js';

const KIB = 1024;
const QUANTUM = 256 * KIB;
const UPLOAD = '/upload/storage/v1/b/my-bucket/o';
const OBJECTS = '/storage/v1/b/my-bucket/o';

describe('resumable uploads to the emulated storage', () => {
  const content = sampleBytes(3 * QUANTUM + 100);
  let fixture: StorageFixture;

  beforeEach(async () => {
    fixture = await startStorage({maxBytes: 4 * 1024 * KIB});
    await fixture.createBucket('my-bucket');
  });
  afterEach(() => fixture.close());

  const start = (query = 'name=a', headers: Record<string, string> = {}, json: unknown = {}) =>
    fixture.call(`${UPLOAD}?uploadType=resumable&${query}`, {method: 'POST', json, headers});
  const open = async (...args: Parameters<typeof start>) => {
    const answer = await start(...args);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.text, '');
    return answer.headers.get('location') ?? '';
  };
  /** Sends `content` from one byte up to another, with the Content-Range of choice. */
  const put = (uri: string, range: string | null, from = 0, to = 0, more = {}) =>
    fixture.call(uri, {
      method: 'PUT',
      headers: {...(range !== null && {'content-range': range}), ...more},
      body: content.subarray(from, to),
    });
  const query = (uri: string, total = '*') => put(uri, `bytes */${total}`);
  const assertIncomplete = (answer: Answer, received: number) => {
    assert.equal(answer.status, 308, answer.text);
    assert.equal(answer.text, '');
    assert.equal(answer.headers.get('range'), received === 0 ? null : `bytes=0-${received - 1}`);
  };
  const assertStored = async (name: string, length: number) => {
    const {bytes} = await fixture.call(`${OBJECTS}/${encodeURIComponent(name)}?alt=media`);
    assert.ok(bytes.equals(content.subarray(0, length)));
  };
  const assertNothingStored = async (name = 'a') =>
    assert.equal((await fixture.call(`${OBJECTS}/${name}`)).status, 404);

  it('start with a URI on the origin that was asked', async () => {
    const uri = new URL(await open('name=dir/%C3%A4%20%26'));
    assert.equal(uri.origin, fixture.origin);
    assert.equal(uri.pathname, UPLOAD);
    assert.equal(uri.searchParams.get('uploadType'), 'resumable');
    assert.equal(uri.searchParams.get('name'), 'dir/ä &');
    assert.match(uri.searchParams.get('upload_id') ?? '', /^[\w-]{64}$/);
    assert.notEqual(await open(), await open());
    const other = await fixture.call(
      `http://127.0.0.1:${fixture.port}/resumable${UPLOAD}?uploadType=resumable&name=a`,
      {method: 'POST'},
    );
    assert.match(other.headers.get('location') ?? '', /^http:\/\/127\.0\.0\.1:/);
  });

  it('take metadata and type at the start', async () => {
    const json = {name: 'b', metadata: {k: 'v'}, cacheControl: 'no-store'};
    const uri = await open('', {'x-upload-content-type': 'image/png'}, json);
    const object = readJson(await put(uri, null, 0, 10));
    assert.equal(object['name'], 'b');
    assert.equal(object['contentType'], 'image/png');
    assert.equal(object['cacheControl'], 'no-store');
    assert.deepEqual(object['metadata'], {k: 'v'});
    await assertStored('b', 10);
  });

  describe('take everything in one request', () => {
    for (const [range, length] of [
      [null, 1000],
      ['bytes 0-*/*', 1000],
      ['bytes 0-*/1000', 1000],
      ['bytes 0-999/1000', 1000],
      [null, 0],
      ['bytes 0-*/*', 0],
      ['bytes 0-*/0', 0],
      ['bytes 0--1/0', 0],
      ['bytes */0', 0],
    ] as const) {
      it(`with Content-Range: ${range ?? 'none'} and ${length} bytes`, async () => {
        const uri = await open();
        const object = readJson(await put(uri, range, 0, length));
        assert.equal(object['size'], String(length));
        await assertStored('a', length);
      });
    }
  });

  it('take chunks, and say after each how far they have come', async () => {
    const uri = await open();
    assertIncomplete(await query(uri), 0);
    assertIncomplete(await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM), QUANTUM);
    assertIncomplete(await query(uri), QUANTUM);
    assertIncomplete(await query(uri, String(content.length)), QUANTUM);
    const second = `bytes ${QUANTUM}-${3 * QUANTUM - 1}/${content.length}`;
    assertIncomplete(await put(uri, second, QUANTUM, 3 * QUANTUM), 3 * QUANTUM);
    await assertNothingStored();
    const last = `bytes ${3 * QUANTUM}-${content.length - 1}/${content.length}`;
    const object = readJson(await put(uri, last, 3 * QUANTUM, content.length));
    assert.equal(object['size'], String(content.length));
    await assertStored('a', content.length);
    // Whatever is asked or sent after the end, the answer is the object.
    assert.deepEqual(readJson(await query(uri)), object);
    assert.deepEqual(readJson(await query(uri, '5')), object);
    assert.deepEqual(readJson(await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM)), object);
    await fixture.call(`${OBJECTS}/a`, {method: 'DELETE'});
    assert.deepEqual(readJson(await query(uri)), object);
  });

  it('end with the mere word that this was all', async () => {
    const uri = await open();
    assertIncomplete(await put(uri, `bytes 0-${2 * QUANTUM - 1}/*`, 0, 2 * QUANTUM), 2 * QUANTUM);
    // What Google has is more, or less, than the client believes.
    assertIncomplete(await query(uri, String(QUANTUM)), 2 * QUANTUM);
    assertIncomplete(await query(uri, String(3 * QUANTUM)), 2 * QUANTUM);
    assert.equal(readJson(await query(uri, String(2 * QUANTUM)))['size'], String(2 * QUANTUM));
    await assertStored('a', 2 * QUANTUM);
  });

  it('keep of a chunk what is a multiple of 256 KiB', async () => {
    const uri = await open();
    const odd = 2 * QUANTUM + 50;
    assertIncomplete(await put(uri, `bytes 0-${odd - 1}/*`, 0, odd), 2 * QUANTUM);
    const rest = `bytes ${2 * QUANTUM}-${content.length - 1}/${content.length}`;
    readJson(await put(uri, rest, 2 * QUANTUM, content.length));
    await assertStored('a', content.length);
  });

  it('skip bytes that they have already', async () => {
    const uri = await open();
    await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
    assertIncomplete(await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM), QUANTUM);
    assertIncomplete(await put(uri, `bytes 0-${2 * QUANTUM - 1}/*`, 0, 2 * QUANTUM), 2 * QUANTUM);
    // A body without a range that ends before them says nothing.
    assertIncomplete(await put(uri, null, 0, 10), 2 * QUANTUM);
    readJson(await put(uri, `bytes 10-*/${content.length}`, 10, content.length));
    await assertStored('a', content.length);
  });

  it('refuse to leave a gap, as Google does: with a 503 in plain text', async () => {
    const uri = await open();
    await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
    const answer = await put(uri, `bytes ${2 * QUANTUM}-${3 * QUANTUM - 1}/*`, 0, QUANTUM);
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(
      answer.text,
      'Invalid request.  According to the Content-Range header, the upload offset is 524288 byte(s), which exceeds already uploaded size of 262144 byte(s).',
    );
    assertIncomplete(await query(uri), QUANTUM);
  });

  it('refuse chunks below 256 KiB unless they are the last', async () => {
    const uri = await open();
    for (const total of ['*', '1000']) {
      assertRefused(
        await put(uri, `bytes 0-99/${total}`, 0, 100),
        400,
        'invalid',
        /required to be equal or greater than 262144.*contained 100 bytes/,
      );
    }
    assertIncomplete(await query(uri), 0);
  });

  for (const range of [
    'bytes',
    'bytes ',
    'bytes 0-99',
    'bytes 0-/100',
    'bytes -99/100',
    'bytes *-99/100',
    'bytes a-b/c',
    'bytes 99-0/100',
    'bytes 0-100/100',
    'bytes 5--1/5',
    'bytes 0--2/0',
    'bytes 0--1/5',
    'bytes 0-0/0',
    'bytes 200-*/100',
    'bytes 0-99/99999999999999999999',
    'bytes=0-99/100',
    'items 0-99/100',
    '*/*',
  ]) {
    it(`refuse Content-Range: ${range}`, async () => {
      const uri = await open();
      assertRefused(
        await put(uri, range, 0, 100),
        400,
        'invalid',
        /^Failed to parse Content-Range header\.$/,
      );
      assertIncomplete(await query(uri), 0);
    });
  }

  it('refuse a body that is not as long as they are told', async () => {
    const uri = await open();
    for (const [range, sent] of [
      ['bytes 0-99/100', 99],
      ['bytes 0-99/100', 101],
      ['bytes 0-*/100', 101],
      [`bytes 0-${QUANTUM - 1}/*`, QUANTUM - 1],
      [`bytes 0-${QUANTUM - 1}/*`, QUANTUM + 1],
    ] as const) {
      assertRefused(
        await put(uri, range, 0, sent),
        400,
        'invalid',
        new RegExp(`^Invalid request\\.  There were ${sent} byte\\(s\\) in the request body\\.`),
      );
      assertIncomplete(await query(uri), 0);
    }
    // Too short where the end is open: the rest may come.
    assertIncomplete(await put(uri, `bytes 0-*/${content.length}`, 0, QUANTUM + 5), QUANTUM);
    await assertNothingStored();
  });

  it('refuse a size that is not the one announced', async () => {
    const uri = await open('name=a', {'x-upload-content-length': '100'});
    for (const range of ['bytes 0-98/99', 'bytes 0-*/101']) {
      assertRefused(await put(uri, range, 0, 99), 400, 'invalid', /100 byte\(s\) were announced/);
    }
    assertRefused(await put(uri, null, 0, 101), 400, 'invalid', /There were 101 byte/);
    assertIncomplete(await put(uri, 'bytes 0-*/*', 0, 99), 0);
    assert.equal(readJson(await put(uri, 'bytes 0-*/*', 0, 100))['size'], '100');
    for (const length of ['-1', 'x', '1e3']) {
      assertRefused(
        await start('name=a', {'x-upload-content-length': length}),
        400,
        'invalid',
        /X-Upload-Content-Length/,
      );
    }
    const other = await open();
    await put(other, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
    assertRefused(await put(other, 'bytes 0-99/100', 0, 100), 400, 'invalid', /already uploaded/);
  });

  it('refuse content that is not what its checksums say, and cannot be resumed then', async () => {
    for (const [json, headers] of [
      [{crc32c: 'AAAAAA=='}, {}],
      [{md5Hash: '1B2M2Y8AsgTpgAmY7PhCfg=='}, {}],
      [{}, {'x-goog-hash': 'crc32c=AAAAAA=='}],
      [{}, {'x-goog-hash': 'md5=1B2M2Y8AsgTpgAmY7PhCfg=='}],
    ]) {
      const uri = await open('name=a', {}, json);
      const refused = await put(uri, null, 0, 100, headers);
      assertRefused(refused, 400, 'invalid', /^Provided (CRC32C|MD5 hash) /);
      assertRefused(await query(uri), 404, 'notFound', /^Not Found$/);
      await assertNothingStored();
    }
  });

  it('hold their wishes at the start and at the end', async () => {
    const first = await open('name=a&ifGenerationMatch=0');
    const second = await open('name=a&ifGenerationMatch=0');
    assert.equal((await put(first, null, 0, 10)).status, 200);
    assertRefused(await put(second, null, 0, 20), 412, 'conditionNotMet', /pre-conditions/);
    assertRefused(await start('name=a&ifGenerationMatch=0'), 412, 'conditionNotMet', /./);
    await assertStored('a', 10);
  });

  it('end where their bucket is gone', async () => {
    const uri = await open();
    await fixture.call('/storage/v1/b/my-bucket', {method: 'DELETE'});
    assertRefused(await put(uri, null, 0, 10), 404, 'notFound', /bucket does not exist/);
  });

  it('start only with a name and metadata that are right', async () => {
    assertRefused(await start(''), 400, 'required', /name/);
    assertRefused(await start('name=..'), 400, 'invalid', /object name/);
    assertRefused(await start('name=a', {}, {contentType: 5}), 400, 'invalid', /contentType/);
    assertRefused(await start('name=a', {}, []), 400, 'invalid', /JSON object/);
    assertRefused(await start('name=a', {}, {crc32c: 'x'}), 400, 'invalid', /CRC32C/);
    assertRefused(await start('name=a&ifGenerationMatch=x'), 400, 'invalid', /long value/);
    assertRefused(
      await fixture.call(`${UPLOAD}?uploadType=resumable&name=a`, {method: 'POST', body: '{'}),
      400,
      'parseError',
      /Parse Error/,
    );
  });

  it('are cancelled', async () => {
    const uri = await open();
    await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
    const remove = () => fixture.call(uri, {method: 'DELETE', token: null});
    for (const send of [remove, remove, () => query(uri), () => put(uri, null, 0, 10)]) {
      const answer = await send();
      assert.equal(answer.status, 499);
      assert.equal(answer.text, '');
    }
    await assertNothingStored();
    const finished = await open();
    await put(finished, null, 0, 10);
    assert.equal((await fixture.call(finished, {method: 'DELETE'})).status, 499);
    await assertStored('a', 10);
  });

  it('are known by their id, in their bucket, for a week', async () => {
    const uri = await open();
    await fixture.createBucket('other-bucket');
    const elsewhere = uri.replace('my-bucket', 'other-bucket');
    assertRefused(await query(elsewhere), 404, 'notFound', /^Not Found$/);
    assertRefused(await query(`${UPLOAD}?upload_id=none`), 404, 'notFound', /^Not Found$/);
    assertRefused(await query(`${UPLOAD}?upload_id=__proto__`), 404, 'notFound', /./);
    assertRefused(await query(UPLOAD), 400, 'required', /upload_id/);
    await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
    const finished = await open('name=finished');
    await put(finished, null, 0, 10);
    fixture.time.now = NOW + 7 * 24 * 3600 * 1000;
    assertIncomplete(await query(uri), QUANTUM);
    fixture.time.now += 1;
    assertRefused(await query(uri), 410, 'gone', /expired/);
    assertRefused(await query(finished), 410, 'gone', /expired/);
    // The object stays, and its bytes are still counted.
    await assertStored('finished', 10);
    const all = sampleBytes(4 * 1024 * KIB);
    const save = (bytes: Uint8Array) =>
      fixture.call(`${UPLOAD}?uploadType=media&name=all`, {method: 'POST', body: bytes});
    assert.equal((await save(all.subarray(0, -9))).status, 413);
    assert.equal((await save(all.subarray(0, -10))).status, 200);
  });

  it('are not opened without end', async () => {
    for (let at = 0; at < 1000; at++) await open(`name=${at}`);
    assertRefused(await start(), 429, 'rateLimitExceeded', /at most 1000 resumable uploads/);
    fixture.time.now += 7 * 24 * 3600 * 1000 + 1;
    const uri = await open();
    readJson(await put(uri, null, 0, 10));
    // Those that are over make room.
    for (let at = 0; at < 1000; at++) await open(`name=${at}`);
    assertRefused(await query(uri), 404, 'notFound', /./);
    await assertStored('a', 10);
  });

  it('have room for so many bytes, and go on when there is more', async () => {
    const all = sampleBytes(4 * 1024 * KIB);
    const blocker = await fixture.call(`${UPLOAD}?uploadType=media&name=blocker`, {
      method: 'POST',
      body: all.subarray(0, 4 * 1024 * KIB - 2 * QUANTUM),
    });
    assert.equal(blocker.status, 200);
    const uri = await open();
    await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
    const rest = () => put(uri, `bytes ${QUANTUM}-*/${content.length}`, QUANTUM, content.length);
    assertRefused(await rest(), 413, 'uploadTooLarge', /keeps at most 4194304 bytes/);
    assertIncomplete(await query(uri), QUANTUM);
    await fixture.call(`${OBJECTS}/blocker`, {method: 'DELETE'});
    readJson(await rest());
    await assertStored('a', content.length);
  });

  describe('whose connection breaks', () => {
    /** Sends the head of a PUT and some of its bytes; what comes next is up to the caller. */
    const begin = async (uri: string, range: string, length: number, bytes: Buffer) => {
      const {pathname, search} = new URL(uri);
      const socket = connect(fixture.port, '127.0.0.1');
      socket.on('error', () => undefined);
      const head = [
        `PUT ${pathname}${search} HTTP/1.1`,
        'Host: localhost',
        `Content-Range: ${range}`,
        `Content-Length: ${length}`,
        'Expect: 100-continue',
        '',
        '',
      ];
      socket.write(head.join('\r\n'));
      // From "100 Continue" on, the service is at work.
      await once(socket, 'data');
      await new Promise(resolve => socket.write(bytes, resolve));
      return socket;
    };
    const until = async (isSo: () => boolean | Promise<boolean>) => {
      while (!(await isSo())) await new Promise(resolve => setImmediate(resolve));
    };

    it('keep what has arrived, in multiples of 256 KiB, and go on there', async () => {
      const uri = await open();
      const range = `bytes 0-${content.length - 1}/${content.length}`;
      const sent = content.subarray(0, 2 * QUANTUM + 7);
      const socket = await begin(uri, range, content.length, sent);
      // The end of the stream, after all that was sent, and not a reset that overtakes it.
      socket.end();
      await until(() => fixture.failures.length > 0);
      assertIncomplete(await query(uri), 2 * QUANTUM);
      const rest = `bytes ${2 * QUANTUM}-${content.length - 1}/${content.length}`;
      readJson(await put(uri, rest, 2 * QUANTUM, content.length));
      await assertStored('a', content.length);
    });

    it('keep nothing of a request that sent more than it said', async () => {
      const uri = await open();
      const range = `bytes 0-${QUANTUM - 1}/*`;
      const socket = await begin(uri, range, content.length, content.subarray(0, 2 * QUANTUM));
      socket.end();
      await until(() => fixture.failures.length > 0);
      assertIncomplete(await query(uri), 0);
    });

    it('keep nothing that there was no room for', async () => {
      const uri = await open();
      await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
      const blocker = sampleBytes(4 * 1024 * KIB - QUANTUM - 100_000);
      await fixture.upload('my-bucket', 'blocker', blocker);
      const range = `bytes ${QUANTUM}-${content.length - 1}/${content.length}`;
      const rest = content.subarray(QUANTUM);
      const socket = await begin(uri, range, rest.length, rest.subarray(0, 2 * QUANTUM));
      socket.end();
      await until(() => fixture.failures.length > 0);
      assertIncomplete(await query(uri), QUANTUM);
      await fixture.call(`${OBJECTS}/blocker`, {method: 'DELETE'});
      readJson(await put(uri, range, QUANTUM, content.length));
      await assertStored('a', content.length);
    });

    it('are cancelled while bytes are on their way, which give their room back', async () => {
      const uri = await open();
      await put(uri, `bytes 0-${QUANTUM - 1}/*`, 0, QUANTUM);
      const range = `bytes ${QUANTUM}-${content.length - 1}/${content.length}`;
      const rest = content.subarray(QUANTUM);
      const socket = await begin(uri, range, rest.length, rest.subarray(0, QUANTUM));
      assert.equal((await fixture.call(uri, {method: 'DELETE'})).status, 499);
      socket.write(rest.subarray(QUANTUM));
      const replies: unknown[] = await once(socket, 'data');
      assert.match(String(replies[0]), /^HTTP\/1\.1 499 /);
      socket.destroy();
      await assertNothingStored();
      await fixture.upload('my-bucket', 'all', sampleBytes(4 * 1024 * KIB));
    });

    it('take no second request while the first is under way', async () => {
      const uri = await open();
      const range = `bytes 0-${content.length - 1}/${content.length}`;
      const socket = await begin(uri, range, content.length, content.subarray(0, QUANTUM));
      assertRefused(
        await put(uri, range, 0, content.length),
        503,
        'backendError',
        /Another request is sending/,
      );
      assertIncomplete(await query(uri), 0);
      assertIncomplete(await query(uri, '0'), 0);
      socket.write(content.subarray(QUANTUM));
      await until(async () => (await query(uri)).status === 200);
      socket.destroy();
      await assertStored('a', content.length);
    });
  });
});
