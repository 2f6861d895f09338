import assert from 'node:assert/strict';
import {
  asRecord,
  assertRefused,
  PROJECT,
  readJson,
  startStorage,
  type StorageFixture,
} from './storage-fixture.js';

const BUCKETS = `/storage/v1/b?project=${PROJECT}`;

describe('buckets of the emulated storage', () => {
  let fixture: StorageFixture;

  beforeEach(async () => {
    fixture = await startStorage();
  });
  afterEach(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  const insert = (json: unknown) => fixture.call(BUCKETS, {method: 'POST', json});
  const namesOf = (list: Record<string, unknown>) => {
    const items = list['items'] ?? [];
    assert.ok(Array.isArray(items));
    return items.map(item => asRecord(item)['name']);
  };

  it('have the resource that Google gives them', async () => {
    const bucket = readJson(await insert({name: 'my-bucket', location: 'eu'}));
    assert.deepEqual(bucket, {
      kind: 'storage#bucket',
      id: 'my-bucket',
      selfLink: `${fixture.origin}/storage/v1/b/my-bucket`,
      name: 'my-bucket',
      generation: '1735787045000000',
      metageneration: '1',
      etag: 'CAE=',
      timeCreated: '2025-01-02T03:04:05.000Z',
      updated: '2025-01-02T03:04:05.000Z',
      location: 'EU',
      locationType: 'multi-region',
      storageClass: 'STANDARD',
      iamConfiguration: {
        uniformBucketLevelAccess: {enabled: false},
        publicAccessPrevention: 'inherited',
      },
    });
    assert.deepEqual(readJson(await fixture.call('/storage/v1/b/my-bucket')), bucket);
  });

  for (const name of [
    'abc',
    'a-b_c.d1',
    '0a0',
    'a'.repeat(63),
    'example.com',
    `${'a'.repeat(63)}.${'b'.repeat(63)}`,
    '1.2.3',
    'my-goog',
  ]) {
    it(`may be called ${name}`, async () => {
      assert.equal(readJson(await insert({name}))['name'], name);
    });
  }

  for (const name of [
    'ab',
    'a'.repeat(64),
    `a.${'b'.repeat(64)}`,
    Array.from({length: 5}, () => 'a'.repeat(50)).join('.'),
    'Upper',
    'with space',
    '-dash',
    'dash-',
    '_under',
    'under_',
    '.dot',
    'dot.',
    'two..dots',
    'dash-.dot',
    'dot.-dash',
    '192.168.5.4',
    'goog-bucket',
    'my-google-bucket',
    'my-g00gle-bucket',
    'g0ogle1',
    'ünïcode',
    'a/b',
    'new\nline',
    '../etc',
    '__proto__',
  ]) {
    it(`may not be called ${JSON.stringify(name)}`, async () => {
      assertRefused(await insert({name}), 400, 'invalid', /^Invalid bucket name: '/);
    });
  }

  it('take a project, a name and a body that is a JSON object', async () => {
    const post = (body: string) => fixture.call(BUCKETS, {method: 'POST', body});
    assertRefused(await post('{"name":'), 400, 'parseError', /Parse Error/);
    assertRefused(await post('["my-bucket"]'), 400, 'invalid', /JSON object/);
    assertRefused(await post('null'), 400, 'invalid', /JSON object/);
    assertRefused(await post(''), 400, 'required', /Required parameter: name/);
    assertRefused(await post('{"name":null}'), 400, 'required', /name/);
    assertRefused(await post('{"name":5}'), 400, 'invalid', /name/);
    assertRefused(await post(' '.repeat(1024 * 1024 + 1)), 413, 'uploadTooLarge', /larger than/);
    for (const method of ['GET', 'POST']) {
      const json = method === 'POST' ? {json: {name: 'my-bucket'}} : {};
      for (const path of ['/storage/v1/b', '/storage/v1/b?project=']) {
        const answer = await fixture.call(path, {method, ...json});
        assertRefused(answer, 400, 'required', /^Required parameter: project$/);
      }
      const answer = await fixture.call('/storage/v1/b?project=another', {method, ...json});
      assertRefused(answer, 400, 'invalid', /^Unknown project id: another$/);
    }
  });

  it('refuse fields of the wrong kind, and wishes that are not played', async () => {
    for (const fields of [
      {location: 5},
      {location: 'a b'},
      {storageClass: 'GOLD'},
      {labels: ['a']},
      {labels: {a: 5}},
      {cors: {}},
      {website: 'index.html'},
    ]) {
      assertRefused(
        await insert({name: 'my-bucket', ...fields}),
        400,
        'invalid',
        /^Invalid value for field /,
      );
    }
    for (const fields of [
      {versioning: {enabled: true}},
      {billing: {requesterPays: true}},
      {hierarchicalNamespace: {enabled: true}},
      {retentionPolicy: {retentionPeriod: '10'}},
      {encryption: {defaultKmsKeyName: 'k'}},
    ]) {
      const answer = await insert({name: 'my-bucket', ...fields});
      assertRefused(answer, 501, 'notImplemented', /does not play/);
    }
    assert.deepEqual(namesOf(readJson(await fixture.call(BUCKETS))), []);
    assert.equal((await insert({name: 'my-bucket', versioning: {enabled: false}})).status, 200);
  });

  it('exist once', async () => {
    assert.equal((await insert({name: 'my-bucket'})).status, 200);
    assertRefused(
      await insert({name: 'my-bucket'}),
      409,
      'conflict',
      /^Your previous request to create the named bucket succeeded and you already own it\.$/,
    );
  });

  it('that do not exist are not found, by whatever method', async () => {
    for (const [method, path] of [
      ['GET', '/storage/v1/b/missing'],
      ['DELETE', '/storage/v1/b/missing'],
      ['PATCH', '/storage/v1/b/missing'],
      ['GET', '/storage/v1/b/missing/o'],
      ['GET', '/storage/v1/b/missing/o/a'],
      ['DELETE', '/storage/v1/b/missing/o/a'],
      ['POST', '/upload/storage/v1/b/missing/o?uploadType=media&name=a'],
      ['POST', '/upload/storage/v1/b/missing/o?uploadType=resumable&name=a'],
      ['POST', '/storage/v1/b/missing/o/a/compose'],
    ] as const) {
      const json = path.endsWith('compose') ? {json: {sourceObjects: [{name: 'a'}]}} : {};
      assertRefused(
        await fixture.call(path, {method, ...json}),
        404,
        'notFound',
        /^The specified bucket does not exist\.$/,
      );
    }
  });

  it('are deleted when they are empty, and not before', async () => {
    await fixture.createBucket('my-bucket');
    await fixture.upload('my-bucket', 'a', 'a');
    const remove = () => fixture.call('/storage/v1/b/my-bucket', {method: 'DELETE'});
    assertRefused(
      await remove(),
      409,
      'conflict',
      /^The bucket you tried to delete is not empty\.$/,
    );
    await fixture.call('/storage/v1/b/my-bucket/o/a', {method: 'DELETE'});
    const removed = await remove();
    assert.equal(removed.status, 204);
    assert.equal(removed.text, '');
    assert.equal((await remove()).status, 404);
    assert.equal((await insert({name: 'my-bucket'})).status, 200);
  });

  it('are listed by prefix and by page, in order', async () => {
    for (const name of ['ccc', 'aaa', 'bbb', 'aab']) await fixture.createBucket(name);
    const list = async (query: string) => readJson(await fixture.call(BUCKETS + query));
    assert.deepEqual(namesOf(await list('')), ['aaa', 'aab', 'bbb', 'ccc']);
    assert.deepEqual(namesOf(await list('&prefix=aa')), ['aaa', 'aab']);
    assert.deepEqual(namesOf(await list('&maxResults=0')).length, 4);
    const first = await list('&maxResults=3');
    assert.deepEqual(namesOf(first), ['aaa', 'aab', 'bbb']);
    const second = await list(`&maxResults=3&pageToken=${String(first['nextPageToken'])}`);
    assert.deepEqual(namesOf(second), ['ccc']);
    assert.equal('nextPageToken' in second, false);
    assert.equal('nextPageToken' in (await list('&maxResults=4')), false);
  });

  it('refuse pages that there are not', async () => {
    for (const maxResults of ['-1', 'ten', '1.5', '', '99999999999']) {
      assertRefused(
        await fixture.call(`${BUCKETS}&maxResults=${maxResults}`),
        400,
        'invalid',
        /^Invalid unsigned integer value: '/,
      );
    }
    for (const token of ['', '!', '%FF']) {
      assertRefused(
        await fixture.call(`${BUCKETS}&pageToken=${token}`),
        400,
        'invalid',
        /^Invalid argument\.$/,
      );
    }
  });

  it('keep what a patch does not name, within a field, too', async () => {
    const iamConfiguration = {uniformBucketLevelAccess: {enabled: true}};
    const bucket = readJson(await insert({name: 'my-bucket', iamConfiguration}));
    const {iamConfiguration: whole} = bucket;
    assert.deepEqual(whole, {...iamConfiguration, publicAccessPrevention: 'inherited'});
    const patch = async (json: unknown) =>
      readJson(await fixture.call('/storage/v1/b/my-bucket', {method: 'PATCH', json}));
    const prevented = {iamConfiguration: {publicAccessPrevention: 'enforced'}};
    assert.deepEqual((await patch(prevented))['iamConfiguration'], {
      ...iamConfiguration,
      ...prevented.iamConfiguration,
    });
    await patch({website: {mainPageSuffix: 'index.html', notFoundPage: '404.html'}});
    const website = {mainPageSuffix: null};
    assert.deepEqual((await patch({website}))['website'], {notFoundPage: '404.html'});
    const one = {rule: [{action: {type: 'Delete'}, condition: {age: 1}}]};
    await patch({lifecycle: one});
    assert.deepEqual((await patch({lifecycle: {rule: []}}))['lifecycle'], {rule: []});
    // A key that every object of JavaScript inherits is a key like others.
    const text = '{"labels": {"__proto__": "1", "b": "2"}}';
    const answer = await fixture.call('/storage/v1/b/my-bucket', {method: 'PATCH', body: text});
    const labels = Object.entries(asRecord(readJson(answer)['labels'])).sort();
    assert.deepEqual(labels.sort(), [
      ['__proto__', '1'],
      ['b', '2'],
    ]);
  });

  it('change their fields, at the metageneration that is wished for', async () => {
    await fixture.createBucket('my-bucket');
    const patch = (json: unknown, query = '') =>
      fixture.call(`/storage/v1/b/my-bucket${query}`, {method: 'PATCH', json});
    const patched = readJson(
      await patch({labels: {a: '1', b: '2'}, cors: [], name: 'ignored', location: 'EU'}),
    );
    assert.deepEqual(patched['labels'], {a: '1', b: '2'});
    assert.equal(patched['name'], 'my-bucket');
    assert.equal(patched['location'], 'US');
    assert.equal(patched['metageneration'], '2');
    assert.equal(patched['etag'], 'CAI=');
    const again = readJson(
      await patch({labels: {a: null}, cors: null}, '?ifMetagenerationMatch=2'),
    );
    assert.deepEqual(again['labels'], {b: '2'});
    assert.equal('cors' in again, false);
    for (const wish of ['ifMetagenerationMatch=2', 'ifMetagenerationNotMatch=3']) {
      assertRefused(await patch({}, `?${wish}`), 412, 'conditionNotMet', /pre-conditions/);
    }
    const unchanged = await fixture.call('/storage/v1/b/my-bucket?ifMetagenerationNotMatch=3');
    assert.equal(unchanged.status, 304);
    assert.equal(unchanged.text, '');
  });
});
