import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {connect} from 'node:net';
import {
  assertRefused,
  readJson,
  sampleBytes,
  startStorage,
  type StorageFixture,
} from './storage-fixture.js';

const UPLOAD = '/upload/storage/v1/b/my-bucket/o';
const OBJECTS = '/storage/v1/b/my-bucket/o';
const md5 = (content: string | Uint8Array) => createHash('md5').update(content).digest('base64');

describe('uploads to the emulated storage', () => {
  let fixture: StorageFixture;

  beforeEach(async () => {
    fixture = await startStorage({maxBytes: 1024 * 1024});
    await fixture.createBucket('my-bucket');
  });
  afterEach(() => fixture.close());

  const media = (
    query: string,
    body: string | Uint8Array = 'content',
    headers: Record<string, string> = {},
  ) => fixture.call(`${UPLOAD}?uploadType=media&${query}`, {method: 'POST', body, headers});
  const multipart = (
    body: string | Uint8Array,
    contentType = 'multipart/related; boundary=xyz',
    query = '',
  ) =>
    fixture.call(`${UPLOAD}?uploadType=multipart${query}`, {
      method: 'POST',
      body,
      headers: {'content-type': contentType},
    });
  const parts = (metadata: unknown, content = 'content', headers = 'Content-Type: text/css') =>
    [
      '--xyz',
      'Content-Type: application/json; charset=UTF-8',
      '',
      JSON.stringify(metadata),
      '--xyz',
      headers,
      '',
      content,
      '--xyz--',
      '',
    ].join('\r\n');
  const download = async (name: string) =>
    (await fixture.call(`${OBJECTS}/${encodeURIComponent(name)}?alt=media`)).text;

  it('of media alone have a type of their own or the one for any bytes', async () => {
    assert.equal(
      readJson(await media('name=a', 'a', {'content-type': 'image/png'}))['contentType'],
      'image/png',
    );
    const bytes = readJson(await media('name=b&contentEncoding=gzip', new Uint8Array([1, 2])));
    assert.equal(bytes['contentType'], 'application/octet-stream');
    assert.equal(bytes['contentEncoding'], 'gzip');
    assert.equal(bytes['size'], '2');
  });

  it('of two parts are metadata and media', async () => {
    const object = readJson(
      await multipart(parts({name: 'a', contentType: 'text/html', metadata: {k: 'v'}})),
    );
    assert.equal(object['contentType'], 'text/html');
    assert.deepEqual(object['metadata'], {k: 'v'});
    assert.equal(object['md5Hash'], md5('content'));
    assert.equal(readJson(await multipart(parts({name: 'b'})))['contentType'], 'text/css');
    const named = readJson(await multipart(parts({name: 'b'}), undefined, '&name=from-url'));
    assert.equal(named['name'], 'from-url');
    assert.equal(await download('from-url'), 'content');
  });

  for (const [what, body, contentType, expected] of [
    ['a quoted boundary', parts({name: 'a'}), 'multipart/related; boundary="xyz"', 'content'],
    ['a type before it', parts({name: 'a'}), 'Multipart/Related; type=a; BOUNDARY=xyz', 'content'],
    ['a preamble and an epilogue', `hello\r\n${parts({name: 'a'})}bye`, undefined, 'content'],
    [
      'blanks after a boundary',
      parts({name: 'a'}).replace('--xyz\r', '--xyz \t\r'),
      undefined,
      'content',
    ],
    ['an empty content', parts({name: 'a'}, ''), undefined, ''],
    ['line breaks around it', parts({name: 'a'}, '\r\ncontent\r\n'), undefined, '\r\ncontent\r\n'],
    ['half a boundary in it', parts({name: 'a'}, '--xy\r\n--x'), undefined, '--xy\r\n--x'],
    [
      'base64',
      parts({name: 'a'}, 'Y29udGVudA==', 'Content-Transfer-Encoding: base64'),
      undefined,
      'content',
    ],
    [
      'no headers',
      parts({name: 'a'}).replace('Content-Type: text/css\r\n', ''),
      undefined,
      'content',
    ],
  ] as const) {
    it(`of two parts with ${what} are read`, async () => {
      readJson(await multipart(body, contentType));
      assert.equal(await download('a'), expected);
    });
  }

  for (const [what, body, contentType, message] of [
    ['no boundary in its type', parts({name: 'a'}), 'multipart/related', /with a boundary/],
    ['another type', parts({name: 'a'}), 'application/json', /multipart\/related/],
    ['another boundary', parts({name: 'a'}), 'multipart/related; boundary=abc', /^Malformed/],
    ['nothing', '', undefined, /^Malformed multipart body\.$/],
    ['one part', '--xyz\r\n\r\n{"name":"a"}\r\n--xyz--', undefined, /^Malformed/],
    ['three parts', parts({name: 'a'}, 'x\r\n--xyz\r\n\r\ny'), undefined, /^Malformed/],
    ['no end', parts({name: 'a'}).replace('--xyz--', ''), undefined, /^Missing end boundary/],
    [
      'a part that is headers only',
      parts({name: 'a'}).replace('\r\n\r\ncontent', ''),
      undefined,
      /^Malformed/,
    ],
    [
      'words after a boundary',
      parts({name: 'a'}).replace('--xyz\r', '--xyz abc\r'),
      undefined,
      /^Malformed/,
    ],
    [
      'an encoding of its own',
      parts({name: 'a'}, 'x', 'Content-Transfer-Encoding: uuencode'),
      undefined,
      /uuencode/,
    ],
    ['metadata that are no object', parts(['a']), undefined, /JSON object/],
    ['metadata that are no JSON', parts({name: 'a'}).replace('{', '['), undefined, /^Parse Error$/],
    ['metadata of the wrong kind', parts({name: 'a', contentType: 5}), undefined, /contentType/],
  ] as const) {
    it(`of two parts with ${what} are refused`, async () => {
      const reason = what.endsWith('no JSON') ? 'parseError' : 'invalid';
      assertRefused(await multipart(body, contentType), 400, reason, message);
      assert.equal((await fixture.call(`${OBJECTS}/a`)).status, 404);
    });
  }

  it('of two parts are refused where the metadata are large', async () => {
    const answer = await multipart(parts({name: 'a', metadata: {k: 'x'.repeat(1000)}}));
    assert.equal(answer.status, 200);
    await using roomy = await startStorage();
    await roomy.createBucket('my-bucket');
    const large = await roomy.call(`${UPLOAD}?uploadType=multipart`, {
      method: 'POST',
      body: parts({name: 'a', metadata: {k: 'x'.repeat(1024 * 1024)}}),
      headers: {'content-type': 'multipart/related; boundary=xyz'},
    });
    assertRefused(large, 413, 'uploadTooLarge', /^Metadata is larger than 1048576 bytes\.$/);
  });

  it('are refused without a way or with an unknown one', async () => {
    for (const path of [UPLOAD, `${UPLOAD}?uploadType=fast`, `${OBJECTS}?name=a`]) {
      assertRefused(
        await fixture.call(path, {method: 'POST', body: 'content'}),
        400,
        'badRequest',
        /^Upload requests must include an uploadType URL parameter/,
      );
    }
  });

  it('are refused without a name or with one that no object can have', async () => {
    assertRefused(await media(''), 400, 'required', /^Required parameter: name$/);
    assertRefused(await media('name='), 400, 'required', /name/);
    assertRefused(await multipart(parts({})), 400, 'required', /name/);
    assertRefused(await multipart(parts({name: 5})), 400, 'required', /name/);
    for (const name of ['.', '..', 'a\nb', 'a\rb', '.well-known/acme-challenge/x']) {
      const answer = await media(`name=${encodeURIComponent(name)}`);
      assertRefused(answer, 400, 'invalid', /object name/);
    }
    const long = encodeURIComponent('ä'.repeat(513));
    assertRefused(await media(`name=${long}`), 400, 'invalid', /maximum object length is 1024/);
    assert.equal((await media(`name=${encodeURIComponent('ä'.repeat(512))}`)).status, 200);
    // Half of a pair, which JSON can spell.
    const surrogate = parts({name: 'a'}).replace('"a"', '"\\ud83e"');
    assertRefused(await multipart(surrogate), 400, 'invalid', /Disallowed unicode/);
  });

  it('are refused with checksums that are not those of the content', async () => {
    const good = {crc32c: '4waSgw==', md5Hash: md5('123456789')};
    const header = (value: string) => ({'x-goog-hash': value});
    assert.equal((await multipart(parts({name: 'a', ...good}, '123456789'))).status, 200);
    for (const value of [
      `crc32c=${good.crc32c},md5=${good.md5Hash}`,
      `md5=${good.md5Hash}, crc32c=4waSgw`,
    ]) {
      assert.equal((await media('name=a', '123456789', header(value))).status, 200);
    }
    for (const [answer, message] of [
      [
        await multipart(parts({name: 'b', crc32c: good.crc32c})),
        /^Provided CRC32C "4waSgw==" doesn't match calculated CRC32C ".{6}=="\.$/,
      ],
      [
        await multipart(parts({name: 'b', md5Hash: good.md5Hash})),
        /^Provided MD5 hash ".{22}==" doesn't match calculated MD5 hash ".{22}=="\.$/,
      ],
      [await media('name=b', 'x', header(`crc32c=${good.crc32c}`)), /^Provided CRC32C/],
      [await media('name=b', 'x', header(`md5=${good.md5Hash}`)), /^Provided MD5 hash/],
      [await media('name=b', 'x', header('md5=abc')), /^Invalid MD5 hash/],
      [await multipart(parts({name: 'b', crc32c: '!!!'})), /^Invalid CRC32C/],
      [await multipart(parts({name: 'b', crc32c: 5})), /crc32c/],
      [await multipart(parts({name: 'b', md5Hash: ''})), /^Invalid MD5 hash/],
    ] as const) {
      assertRefused(answer, 400, 'invalid', message);
    }
    assert.equal((await fixture.call(`${OBJECTS}/b`)).status, 404);
  });

  it('are refused with keys of the customer’s own', async () => {
    for (const answer of [
      await media('name=a', 'a', {'x-goog-encryption-algorithm': 'AES256'}),
      await media('name=a&kmsKeyName=k'),
      await multipart(parts({name: 'a', kmsKeyName: 'k'})),
    ]) {
      assertRefused(answer, 501, 'notImplemented', /does not play/);
    }
  });

  describe('have room for so many bytes', () => {
    const half = sampleBytes(512 * 1024);
    const full =
      /^The Cloud Storage emulator keeps at most 1048576 bytes in memory and \d+ are in use\. Delete objects, or upload smaller ones\.$/;

    it('and no more; what is refused, deleted or replaced gives its room back', async () => {
      assert.equal((await media('name=a', half)).status, 200);
      const tooMuch = sampleBytes(512 * 1024 + 1);
      for (const answer of [
        await media('name=b', tooMuch),
        await multipart(
          Buffer.concat([Buffer.from(parts({name: 'b'}).split('content')[0] ?? ''), tooMuch]),
        ),
        await media('name=b', sampleBytes(3 * 1024 * 1024)),
      ]) {
        assertRefused(answer, 413, 'uploadTooLarge', full);
      }
      assert.equal((await media('name=bad', half, {'x-goog-hash': 'md5=abc'})).status, 400);
      assert.equal((await media('name=..', half)).status, 400);
      assert.equal((await media('name=b&ifGenerationMatch=7', half)).status, 412);
      assert.equal((await media('name=b', half)).status, 200);
      for (const path of ['a/copyTo/b/my-bucket/o/c', 'a/rewriteTo/b/my-bucket/o/c']) {
        const answer = await fixture.call(`${OBJECTS}/${path}`, {method: 'POST'});
        assertRefused(answer, 413, 'uploadTooLarge', full);
      }
      assertRefused(
        await fixture.call(`${OBJECTS}/c/compose`, {
          method: 'POST',
          json: {sourceObjects: [{name: 'a'}]},
        }),
        413,
        'uploadTooLarge',
        full,
      );
      // A patch is not a second copy.
      await fixture.call(`${OBJECTS}/b`, {method: 'PATCH', json: {contentType: 'a/b'}});
      await fixture.call(`${OBJECTS}/b`, {method: 'DELETE'});
      for (let times = 0; times < 3; times++) {
        assert.equal((await media('name=a', half)).status, 200);
      }
      assert.equal((await media('name=b', half)).status, 200);
      assert.equal((await media('name=c', 'x')).status, 413);
    });

    it('which a client that hangs up gives back', async () => {
      await new Promise<void>(resolve => {
        const socket = connect(fixture.port, '127.0.0.1', () => {
          socket.write(
            [
              `POST ${UPLOAD}?uploadType=media&name=a HTTP/1.1`,
              'Host: localhost',
              'Authorization: Bearer token-platform',
              'Content-Length: 1000000',
              '',
              '',
            ].join('\r\n'),
          );
          socket.write(half, () => socket.destroy());
        });
        socket.on('close', () => resolve());
      });
      while (fixture.failures.length === 0) await new Promise(resolve => setImmediate(resolve));
      assert.equal(fixture.failures.length, 1);
      assert.equal((await fixture.call(`${OBJECTS}/a`)).status, 404);
      assert.equal((await media('name=a', sampleBytes(1024 * 1024))).status, 200);
    });
  });
});
