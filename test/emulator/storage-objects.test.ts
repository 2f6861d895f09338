import assert from 'node:assert/strict';
import {request} from 'node:http';
import {gzipSync} from 'node:zlib';
import {
  asRecord,
  assertRefused,
  readJson,
  startStorage,
  type StorageFixture,
} from './storage-fixture.js';

const OBJECTS = '/storage/v1/b/my-bucket/o';

describe('objects of the emulated storage', () => {
  let fixture: StorageFixture;

  beforeEach(async () => {
    fixture = await startStorage();
    await fixture.createBucket('my-bucket');
  });
  afterEach(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  const upload = (name: string, body: string | Uint8Array = 'content') =>
    fixture.upload('my-bucket', name, body);
  const get = (pathAndQuery: string, headers: Record<string, string> = {}) =>
    fixture.call(`${OBJECTS}/${pathAndQuery}`, {headers});

  it('have the resource that Google gives them', async () => {
    const object = await upload('dir/ä b', '123456789');
    const path = `storage/v1/b/my-bucket/o/dir%2F%C3%A4%20b`;
    const {generation, ...rest} = object;
    assert.ok(Number(generation) > 1735787045000000);
    assert.deepEqual(rest, {
      kind: 'storage#object',
      id: `my-bucket/dir/ä b/${String(generation)}`,
      selfLink: `${fixture.origin}/${path}`,
      mediaLink: `${fixture.origin}/download/${path}?generation=${String(generation)}&alt=media`,
      name: 'dir/ä b',
      bucket: 'my-bucket',
      metageneration: '1',
      storageClass: 'STANDARD',
      contentType: 'text/plain',
      size: '9',
      crc32c: '4waSgw==',
      md5Hash: 'JfnnlDI7RTiF9RgfG2JNCw==',
      etag: 'CMGm5NGG1ooDEAE=',
      timeCreated: '2025-01-02T03:04:05.000Z',
      updated: '2025-01-02T03:04:05.000Z',
      timeStorageClassUpdated: '2025-01-02T03:04:05.000Z',
      timeFinalized: '2025-01-02T03:04:05.000Z',
    });
    assert.deepEqual(readJson(await fixture.call(String(object['selfLink']))), object);
    assert.equal((await fixture.call(String(object['mediaLink']))).text, '123456789');
  });

  it('get a new generation whenever they are written, even in the same moment', async () => {
    const generations = new Set<unknown>();
    for (let at = 0; at < 5; at++) generations.add((await upload('a'))['generation']);
    assert.equal(generations.size, 5);
    const [first, ...others] = [...generations].map(String);
    const last = others.at(-1);
    assert.equal((await get(`a?generation=${last}`)).status, 200);
    const path = `my-bucket/a`;
    assertRefused(await get(`a?generation=${first}`), 404, 'notFound', new RegExp(path));
    assertRefused(await get('a?generation=new'), 400, 'invalid', /^Invalid long value: 'new'\.$/);
  });

  describe('downloads', () => {
    it('carry the checksums and the type', async () => {
      const object = await upload('a', '123456789');
      const {headers, status, text} = await get('a?alt=media');
      assert.equal(status, 200);
      assert.equal(text, '123456789');
      assert.equal(headers.get('x-goog-hash'), 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==');
      assert.equal(headers.get('x-goog-stored-content-encoding'), 'identity');
      assert.equal(headers.get('x-goog-stored-content-length'), '9');
      assert.equal(headers.get('x-goog-generation'), object['generation']);
      assert.equal(headers.get('x-goog-metageneration'), '1');
      assert.equal(headers.get('content-type'), 'text/plain');
      assert.equal(headers.get('etag'), object['etag']);
      assert.equal(headers.get('last-modified'), 'Thu, 02 Jan 2025 03:04:05 GMT');
    });

    for (const [range, status, text, contentRange] of [
      ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
      ['bytes=2-5', 206, '2345', 'bytes 2-5/10'],
      ['bytes=8-', 206, '89', 'bytes 8-9/10'],
      ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
      ['bytes=-3', 206, '789', 'bytes 7-9/10'],
      ['bytes=-100', 206, '0123456789', 'bytes 0-9/10'],
      ['bytes=10-', 416, 'The requested range cannot be satisfied.', 'bytes */10'],
      ['bytes=10-20', 416, 'The requested range cannot be satisfied.', 'bytes */10'],
      ['bytes=-0', 416, 'The requested range cannot be satisfied.', 'bytes */10'],
      // No single range of bytes: the header does not count.
      ['bytes=5-2', 200, '0123456789', null],
      ['bytes=-', 200, '0123456789', null],
      ['bytes=0-1,4-5', 200, '0123456789', null],
      ['bytes=a-b', 200, '0123456789', null],
      ['lines=0-1', 200, '0123456789', null],
    ] as const) {
      it(`of ${range} are ${status}`, async () => {
        await upload('a', '0123456789');
        const answer = await get('a?alt=media', {range});
        assert.equal(answer.status, status);
        assert.equal(answer.text, text);
        assert.equal(answer.headers.get('content-range'), contentRange);
      });
    }

    it('of a range of nothing cannot be satisfied', async () => {
      await upload('empty', '');
      const answer = await get('empty?alt=media', {range: 'bytes=0-'});
      assert.equal(answer.status, 416);
      assert.equal(answer.headers.get('content-range'), 'bytes */0');
      assert.equal((await get('empty?alt=media')).text, '');
    });

    it('unzip what is stored zipped for whoever cannot', async () => {
      const zipped = gzipSync('plain '.repeat(100));
      await upload('zipped', zipped);
      const patch = (json: unknown) => fixture.call(`${OBJECTS}/zipped`, {method: 'PATCH', json});
      await patch({contentEncoding: 'gzip'});
      const plain = await get('zipped?alt=media', {
        'accept-encoding': 'identity',
        range: 'bytes=0-3',
      });
      assert.equal(plain.status, 200);
      assert.equal(plain.text, 'plain '.repeat(100));
      assert.equal(plain.headers.get('content-encoding'), null);
      assert.equal(plain.headers.get('x-goog-stored-content-encoding'), 'gzip');
      assert.equal(plain.headers.get('x-goog-stored-content-length'), String(zipped.length));
      const asStored = await get('zipped?alt=media', {'accept-encoding': 'gzip'});
      assert.equal(asStored.headers.get('content-encoding'), 'gzip');
      await patch({cacheControl: 'no-transform'});
      const untouched = await get('zipped?alt=media', {'accept-encoding': 'identity'});
      assert.equal(untouched.headers.get('content-encoding'), 'gzip');
    });

    it('send as it is what only claims to be zipped', async () => {
      await upload('liar', 'not zipped');
      await fixture.call(`${OBJECTS}/liar`, {method: 'PATCH', json: {contentEncoding: 'gzip'}});
      const port = fixture.port;
      const raw = await new Promise<string>((resolve, reject) => {
        const headers = {authorization: 'Bearer token-platform'};
        request({port, host: '127.0.0.1', path: `${OBJECTS}/liar?alt=media`, headers}, response => {
          response.setEncoding('utf8').on('data', resolve);
        })
          .on('error', reject)
          .end();
      });
      assert.equal(raw, 'not zipped');
    });

    it('are refused in plain text', async () => {
      for (const path of ['missing?alt=media', 'a%2Fb?alt=media']) {
        const answer = await get(path);
        assert.equal(answer.status, 404);
        assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
        assert.match(answer.text, /^No such object: my-bucket\/(missing|a\/b)$/);
      }
      await upload('a');
      const answer = await get('a?alt=media&ifGenerationMatch=1');
      assert.equal(answer.status, 412);
      assert.match(answer.text, /^At least one of the pre-conditions/);
    });
  });

  describe('lists', () => {
    const list = async (query: string) => {
      const answer = readJson(await fixture.call(`${OBJECTS}?${query}`));
      assert.equal(answer['kind'], 'storage#objects');
      const items = answer['items'] ?? [];
      assert.ok(Array.isArray(items));
      const names = items.map(item => asRecord(item)['name']);
      return {names, prefixes: answer['prefixes'], token: answer['nextPageToken']};
    };
    const pages = async (query: string) => {
      const all: {names: unknown[]; prefixes: unknown}[] = [];
      let next = '';
      for (;;) {
        const {token, ...page} = await list(query + next);
        all.push(page);
        if (typeof token !== 'string') break;
        next = `&pageToken=${token}`;
      }
      return all;
    };

    it('are empty where nothing is', async () => {
      assert.deepEqual(readJson(await fixture.call(OBJECTS)), {kind: 'storage#objects'});
    });

    it('go page by page through names and prefixes alike', async () => {
      for (const name of ['a', 'b/1', 'b/2', 'b/c/3', 'c', 'd/', 'd/1']) await upload(name);
      assert.deepEqual(await pages('delimiter=/&maxResults=1'), [
        {names: ['a'], prefixes: undefined},
        {names: [], prefixes: ['b/']},
        {names: ['c'], prefixes: undefined},
        {names: [], prefixes: ['d/']},
      ]);
      assert.deepEqual(await pages('delimiter=/&prefix=b/&maxResults=2'), [
        {names: ['b/1', 'b/2'], prefixes: undefined},
        {names: [], prefixes: ['b/c/']},
      ]);
      // An object that is called like the folder is listed in it.
      assert.deepEqual(await pages('delimiter=/&prefix=d/&maxResults=1'), [
        {names: ['d/'], prefixes: undefined},
        {names: ['d/1'], prefixes: undefined},
      ]);
      assert.deepEqual(await pages('maxResults=5'), [
        {names: ['a', 'b/1', 'b/2', 'b/c/3', 'c'], prefixes: undefined},
        {names: ['d/', 'd/1'], prefixes: undefined},
      ]);
      assert.deepEqual((await list('prefix=nothing')).names, []);
      assert.deepEqual((await list('delimiter=c')).prefixes, ['b/c', 'c']);
      assert.deepEqual((await list('startOffset=b/2&endOffset=d/')).names, ['b/2', 'b/c/3', 'c']);
    });

    it('name an object whose name is a prefix beside it, if that is wished', async () => {
      for (const name of ['a', 'd/', 'd/1', 'e/1', 'f//', 'g']) await upload(name);
      const wish = 'delimiter=/&includeTrailingDelimiter=';
      assert.deepEqual(await pages(`${wish}false`), [
        {names: ['a', 'g'], prefixes: ['d/', 'e/', 'f/']},
      ]);
      assert.deepEqual(await pages(`${wish}true`), [
        {names: ['a', 'd/', 'g'], prefixes: ['d/', 'e/', 'f/']},
      ]);
      assert.deepEqual(await pages(`${wish}true&maxResults=2`), [
        {names: ['a'], prefixes: undefined},
        {names: ['d/'], prefixes: ['d/']},
        {names: [], prefixes: ['e/', 'f/']},
        {names: ['g'], prefixes: undefined},
      ]);
      assert.equal((await pages(`${wish}true&maxResults=1`)).length, 5);
    });

    it('are in the order of the bytes, not of JavaScript', async () => {
      // U+FF5E comes before U+1F98A, though its UTF-16 is greater.
      const names = ['A', 'a', 'ä', '～', '🦊', '🦊a'];
      for (const name of [...names].reverse()) await upload(name);
      assert.deepEqual((await list('')).names, names);
      assert.deepEqual(
        (await pages('maxResults=1')).map(page => page.names[0]),
        names,
      );
    });

    it('refuse what they cannot do', async () => {
      for (const query of ['maxResults=-1', 'maxResults=x', 'pageToken=%20']) {
        assert.equal((await fixture.call(`${OBJECTS}?${query}`)).status, 400, query);
      }
      for (const query of ['matchGlob=**', 'softDeleted=true', 'filter=x']) {
        assertRefused(
          await fixture.call(`${OBJECTS}?${query}`),
          501,
          'notImplemented',
          /does not play/,
        );
      }
    });
  });

  describe('metadata', () => {
    const change = (method: string, json: unknown, query = '') =>
      fixture.call(`${OBJECTS}/a${query}`, {method, json});

    it('are patched key by key, and updated as a whole', async () => {
      await upload('a');
      const patched = readJson(
        await change('PATCH', {
          cacheControl: 'no-store',
          metadata: {a: '1', ['__proto__']: '2', b: '3'},
          // What only the server sets is ignored.
          size: '0',
          generation: '5',
          name: 'other',
        }),
      );
      assert.equal(patched['contentType'], 'text/plain');
      assert.equal(patched['name'], 'a');
      assert.equal(patched['size'], '7');
      assert.deepEqual(
        Object.entries(asRecord(patched['metadata'])).sort(),
        [
          ['__proto__', '2'],
          ['a', '1'],
          ['b', '3'],
        ].sort(),
      );
      const updated = readJson(await change('PUT', {contentType: 'a/b', metadata: {c: '4'}}));
      assert.equal(updated['contentType'], 'a/b');
      assert.equal('cacheControl' in updated, false);
      assert.deepEqual(updated['metadata'], {c: '4'});
      assert.equal(updated['metageneration'], '3');
      const cleared = readJson(await change('PATCH', {contentType: null, metadata: null}));
      assert.equal('metadata' in cleared, false);
      assert.equal('contentType' in cleared, false);
      assert.equal(
        (await get('a?alt=media')).headers.get('content-type'),
        'application/octet-stream',
      );
    });

    it('keep numbers and booleans as texts', async () => {
      await upload('a');
      const metadata = {number: -1.5, yes: true, no: false, text: ''};
      assert.deepEqual(readJson(await change('PATCH', {metadata}))['metadata'], {
        number: '-1.5',
        yes: 'true',
        no: 'false',
        text: '',
      });
    });

    it('go with the download, in UTF-8', async () => {
      await upload('a');
      await change('PATCH', {contentDisposition: 'inline; filename="ä🦊"', contentLanguage: 'de'});
      const {headers} = await get('a?alt=media');
      const disposition = Buffer.from(headers.get('content-disposition') ?? '', 'latin1');
      assert.equal(disposition.toString('utf8'), 'inline; filename="ä🦊"');
      assert.equal(headers.get('content-language'), 'de');
    });

    it('of the wrong kind are refused, and nothing changes', async () => {
      const before = await upload('a');
      for (const json of [
        {contentType: 5},
        {contentType: 'text/plain\r\nx-evil: 1'},
        {cacheControl: {}},
        {contentDisposition: '\u0000'},
        {storageClass: 'GOLD'},
        {customTime: 'yesterday'},
        {metadata: 'a=1'},
        {metadata: ['a']},
        {metadata: {a: {}}},
        {metadata: {a: [1]}},
        {metadata: {a: 'x'.repeat(8 * 1024)}},
        ['contentType'],
      ]) {
        for (const method of ['PATCH', 'PUT']) {
          const answer = await change(method, json);
          assert.equal(answer.status, 400, `${method} ${JSON.stringify(json).slice(0, 80)}`);
        }
      }
      for (const json of [
        {temporaryHold: true},
        {eventBasedHold: true},
        {retention: {mode: 'x'}},
      ]) {
        assertRefused(await change('PATCH', json), 501, 'notImplemented', /does not play/);
      }
      assert.deepEqual(readJson(await get('a')), before);
    });
  });

  describe('preconditions', () => {
    it('hold or are refused, whatever the method', async () => {
      const {generation} = await upload('a');
      const good = [
        `ifGenerationMatch=${String(generation)}`,
        'ifGenerationNotMatch=5',
        'ifMetagenerationMatch=1',
        'ifMetagenerationNotMatch=5',
      ];
      const bad = [
        'ifGenerationMatch=0',
        'ifGenerationMatch=9223372036854775807',
        `ifGenerationNotMatch=${String(generation)}`,
        'ifMetagenerationMatch=2',
        'ifMetagenerationNotMatch=1',
      ];
      for (const wish of good) assert.equal((await get(`a?${wish}`)).status, 200, wish);
      for (const wish of bad) {
        const read = await get(`a?${wish}`);
        if (wish.includes('Not')) {
          assert.equal(read.status, 304);
          assert.equal(read.text, '');
        } else {
          assertRefused(read, 412, 'conditionNotMet', /^At least one of the pre-conditions/);
        }
        for (const [method, path] of [
          ['DELETE', `${OBJECTS}/a?${wish}`],
          ['PATCH', `${OBJECTS}/a?${wish}`],
          ['PUT', `${OBJECTS}/a?${wish}`],
          ['POST', `/upload${OBJECTS}?uploadType=media&name=a&${wish}`],
          ['POST', `/upload${OBJECTS}?uploadType=resumable&name=a&${wish}`],
          ['POST', `${OBJECTS}/a/copyTo/b/my-bucket/o/a?${wish}`],
          ['POST', `${OBJECTS}/a/rewriteTo/b/my-bucket/o/a?${wish}`],
        ] as const) {
          const answer = await fixture.call(path, {method});
          const error = assertRefused(answer, 412, 'conditionNotMet', /pre-conditions/);
          assert.ok(Array.isArray(error['errors']));
        }
      }
      for (const wish of [
        'ifGenerationMatch=-1',
        'ifGenerationMatch=',
        'ifMetagenerationMatch=x',
      ]) {
        assertRefused(await get(`a?${wish}`), 400, 'invalid', /^Invalid long value: '/);
      }
      assert.equal(readJson(await get('a'))['generation'], generation);
    });

    it('let one of many win who want to be the first', async () => {
      const writers = Array.from({length: 10}, (_, at) =>
        fixture.call(`/upload${OBJECTS}?uploadType=media&name=race&ifGenerationMatch=0`, {
          method: 'POST',
          body: String(at),
        }),
      );
      const answers = await Promise.all(writers);
      assert.deepEqual(answers.map(answer => answer.status).sort(), [
        200,
        ...Array.from({length: 9}, () => 412),
      ]);
      const winner = answers.findIndex(answer => answer.status === 200);
      assert.equal((await get('race?alt=media')).text, String(winner));
    });
  });

  describe('storage classes', () => {
    const OTHERS = '/storage/v1/b/cold-bucket/o';
    const create = async () => {
      const json = {name: 'cold-bucket', storageClass: 'COLDLINE'};
      await fixture.call('/storage/v1/b?project=emulated-project', {method: 'POST', json});
      await fixture.upload('cold-bucket', 'a', 'content');
    };
    const classAt = async (path: string) => readJson(await fixture.call(path))['storageClass'];
    const post = (path: string, json: unknown = {}) => fixture.call(path, {method: 'POST', json});

    it("are the bucket's where an object is given none", async () => {
      await create();
      assert.equal(await classAt(`${OTHERS}/a`), 'COLDLINE');
      const media = await fixture.call(`${OTHERS}/a?alt=media`);
      assert.equal(media.headers.get('x-goog-storage-class'), 'COLDLINE');
      const compose = {sourceObjects: [{name: 'a'}]};
      await post(`${OTHERS}/composed/compose`, compose);
      assert.equal(await classAt(`${OTHERS}/composed`), 'COLDLINE');
      await upload('own');
      await post(`${OBJECTS}/own/rewriteTo/b/cold-bucket/o/copy`);
      assert.equal(await classAt(`${OTHERS}/copy`), 'COLDLINE');
      await post(`${OTHERS}/a/rewriteTo/b/my-bucket/o/copy`);
      assert.equal(await classAt(`${OBJECTS}/copy`), 'STANDARD');
    });

    it('are those that are asked for, and stay where metadata are updated', async () => {
      await create();
      const wish = {storageClass: 'ARCHIVE', contentType: 'a/b'};
      await post(`${OBJECTS}/a/rewriteTo/b/cold-bucket/o/x`, wish);
      await upload('a');
      await post(`${OBJECTS}/a/rewriteTo/b/cold-bucket/o/x`, wish);
      assert.equal(await classAt(`${OTHERS}/x`), 'ARCHIVE');
      await fixture.call(`${OTHERS}/x`, {method: 'PUT', json: {contentType: 'c/d'}});
      assert.equal(await classAt(`${OTHERS}/x`), 'ARCHIVE');
      await post(`${OTHERS}/x/moveTo/o/y`);
      assert.equal(await classAt(`${OTHERS}/y`), 'ARCHIVE');
      // What the bucket's becomes is that of new objects alone.
      await fixture.call('/storage/v1/b/cold-bucket', {
        method: 'PATCH',
        json: {storageClass: 'NEARLINE'},
      });
      assert.equal(await classAt(`${OTHERS}/a`), 'COLDLINE');
    });
  });

  describe('copies', () => {
    const post = (path: string, json?: unknown) =>
      fixture.call(`${OBJECTS}/${path}`, {method: 'POST', ...(json !== undefined && {json})});

    it('have the metadata of their source unless they are given others', async () => {
      await upload('a b', 'content');
      await fixture.call(`${OBJECTS}/a%20b`, {method: 'PATCH', json: {metadata: {k: 'v'}}});
      const copy = readJson(await post('a%20b/copyTo/b/my-bucket/o/c%2Fd'));
      assert.equal(copy['name'], 'c/d');
      assert.equal(copy['contentType'], 'text/plain');
      assert.deepEqual(copy['metadata'], {k: 'v'});
      assert.equal(copy['metageneration'], '1');
      const other = readJson(await post('a%20b/copyTo/b/my-bucket/o/e', {contentType: 'a/b'}));
      assert.equal(other['contentType'], 'a/b');
      assert.equal('metadata' in other, false);
      const rewritten = readJson(await post('a%20b/rewriteTo/b/my-bucket/o/f'));
      assert.equal(rewritten['kind'], 'storage#rewriteResponse');
      assert.equal(rewritten['done'], true);
      assert.equal(rewritten['objectSize'], '7');
      assert.equal(rewritten['totalBytesRewritten'], '7');
      assert.equal(asRecord(rewritten['resource'])['name'], 'f');
      await fixture.call(`${OBJECTS}/a%20b`, {method: 'DELETE'});
      assert.equal((await get('f?alt=media')).text, 'content');
    });

    it('are refused where a side is missing or not as wished', async () => {
      const {generation} = await upload('a');
      assertRefused(await post('x/copyTo/b/my-bucket/o/c'), 404, 'notFound', /my-bucket\/x/);
      assertRefused(await post('a/copyTo/b/missing/o/c'), 404, 'notFound', /bucket does not exist/);
      for (const [query, status] of [
        ['sourceGeneration=1', 404],
        ['ifSourceGenerationMatch=1', 412],
        [`ifSourceGenerationNotMatch=${String(generation)}`, 412],
        ['ifSourceMetagenerationMatch=2', 412],
        [`ifSourceGenerationMatch=${String(generation)}`, 200],
        [`sourceGeneration=${String(generation)}`, 200],
      ] as const) {
        assert.equal((await post(`a/copyTo/b/my-bucket/o/c?${query}`)).status, status, query);
      }
      assertRefused(await post('a/rewriteTo/b/my-bucket/o/..'), 404, 'notFound', /./);
      assertRefused(await post('a/copyTo/b/my-bucket'), 404, 'notFound', /Not Found/);
      assertRefused(await post('a/copyTo/b/my-bucket/o/c/d'), 404, 'notFound', /Not Found/);
      assertRefused(await post('a/copyTo/b/my-bucket/o/c', []), 400, 'invalid', /JSON object/);
    });

    it('of several objects are one', async () => {
      const one = await upload('1', 'one');
      await upload('2', 'two');
      const composed = readJson(
        await post('all/compose', {
          destination: {contentType: 'a/b'},
          sourceObjects: [
            {name: '1', objectPreconditions: {ifGenerationMatch: one['generation']}},
            {name: '2'},
            {name: '1', generation: one['generation']},
          ],
        }),
      );
      assert.equal(composed['componentCount'], 3);
      assert.equal(composed['contentType'], 'a/b');
      assert.equal('md5Hash' in composed, false);
      const download = await get('all?alt=media');
      assert.equal(download.text, 'onetwoone');
      assert.equal(download.headers.get('x-goog-hash'), `crc32c=${String(composed['crc32c'])}`);
      const again = readJson(
        await post('all/compose', {sourceObjects: [{name: 'all'}, {name: '2'}]}),
      );
      assert.equal(again['componentCount'], 4);
    });

    it('of several objects are refused where one is not right', async () => {
      await upload('1');
      for (const [json, status] of [
        [{}, 400],
        [{sourceObjects: []}, 400],
        [{sourceObjects: 'a'}, 400],
        [{sourceObjects: ['1']}, 400],
        [{sourceObjects: [{name: 5}]}, 400],
        [{sourceObjects: Array.from({length: 33}, () => ({name: '1'}))}, 400],
        [{sourceObjects: [{name: '1'}], destination: 'x'}, 400],
        [{sourceObjects: [{name: '1', generation: 'x'}]}, 400],
        [{sourceObjects: [{name: '1', generation: 1.5}]}, 400],
        [{sourceObjects: [{name: '1', objectPreconditions: {ifGenerationMatch: {}}}]}, 400],
        [{sourceObjects: [{name: '1', objectPreconditions: {ifGenerationMatch: '1'}}]}, 412],
        [{sourceObjects: [{name: '1', generation: '1'}]}, 404],
        [{sourceObjects: [{name: '1'}, {name: 'missing'}]}, 404],
      ] as const) {
        assert.equal((await post('all/compose', json)).status, status, JSON.stringify(json));
      }
      assert.equal((await get('all')).status, 404);
    });
  });

  describe('paths', () => {
    it('that mean nothing are not found, and methods that mean nothing not allowed', async () => {
      for (const path of [
        '/storage/v1',
        '/storage/v1/',
        '/storage/v1/b/',
        '/storage/v1/b/my-bucket/o/',
        '/storage/v1/x',
        '/upload/storage/v1/b/my-bucket',
        '/upload/storage/v1/b/my-bucket/o/a',
      ]) {
        assertRefused(await fixture.call(path), 404, 'notFound', /^Not Found$/);
      }
      for (const [method, path, allow] of [
        ['DELETE', '/storage/v1/b', 'GET, POST'],
        ['POST', '/storage/v1/b/my-bucket', 'GET, PATCH, DELETE'],
        ['PUT', '/storage/v1/b/my-bucket/o', 'GET, POST'],
        ['POST', '/storage/v1/b/my-bucket/o/a', 'GET, PATCH, PUT, DELETE'],
        ['GET', '/upload/storage/v1/b/my-bucket/o', 'POST, PUT, DELETE'],
        ['GET', '/storage/v1/b/my-bucket/o/a/compose', 'POST'],
        ['OPTIONS', '/storage/v1/b', 'GET, POST'],
      ] as const) {
        const answer = await fixture.call(path, {method});
        assertRefused(answer, 405, 'methodNotAllowed', /not allowed here/);
        assert.equal(answer.headers.get('allow'), allow);
      }
    });

    it('of what Google has and the emulator has not say so', async () => {
      for (const path of [
        '/storage/v1/b/my-bucket/acl',
        '/storage/v1/b/my-bucket/iam',
        '/storage/v1/b/my-bucket/notificationConfigs',
        '/storage/v1/b/my-bucket/o/a/acl',
        '/storage/v1/b/my-bucket/o/a/iam',
        '/storage/v1/projects/p/serviceAccount',
        '/batch/storage/v1',
      ]) {
        assertRefused(
          await fixture.call(path, {method: 'GET'}),
          501,
          'notImplemented',
          /^The Cloud Storage emulator does not play /,
        );
      }
    });

    it('with a slash in a name that is not encoded say how it is sent', async () => {
      await upload('a/b');
      for (const path of ['a/b', 'a/b?alt=media', 'a/moveTo', 'a/rewriteTo']) {
        const answer = await get(path);
        assert.equal(answer.status, 404);
        if (path.startsWith('a/b')) assert.match(answer.text, /slash .* is sent as %2F/);
      }
    });

    it('that are not percent-encoded UTF-8 are refused', async () => {
      for (const name of ['%FF', '%C3%28', '%', '%zz']) {
        assertRefused(
          await fixture.call(`${OBJECTS}/${name}`),
          400,
          'invalid',
          /is not percent-encoded UTF-8/,
        );
      }
    });

    it('are read as they are sent: dots and slashes are part of a name', async () => {
      await upload('a/../b', 'dots');
      await upload('a');
      assert.equal((await get('a%2F..%2Fb?alt=media')).text, 'dots');
      const status = (path: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const headers = {authorization: 'Bearer token-platform'};
          request({port: fixture.port, host: '127.0.0.1', path, method: 'DELETE', headers})
            .on('response', response => resolve(response.resume().statusCode))
            .on('error', reject)
            .end();
        });
      // A URL parser would make "DELETE the bucket's objects" or "DELETE the bucket" of these.
      assert.equal(await status(`${OBJECTS}/..`), 404);
      assert.equal(await status(`${OBJECTS}/%2e%2e`), 404);
      assert.equal(await status(`${OBJECTS}/a/..`), 404);
      assert.equal(await status(`http://localhost${OBJECTS}/a?x=/b`), 204);
    });

    it('of other services are left to them', async () => {
      for (const path of [
        '/',
        '/v1/token',
        '/storage/v2/b',
        '/storage/v10/b',
        '/no-such-bucket/a',
      ]) {
        assert.equal((await fixture.call(path)).text, 'not handled');
      }
    });
  });
});
