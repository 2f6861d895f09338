import assert from 'node:assert/strict';
import {assertRefused, readJson, startStorage, type StorageFixture} from './storage-fixture.js';

const OBJECTS = '/storage/v1/b/my-bucket/o';

describe('partial responses of the emulated storage', () => {
  let fixture: StorageFixture;

  before(async () => {
    fixture = await startStorage();
    await fixture.createBucket('my-bucket');
    for (const name of ['a', 'b', 'c']) await fixture.upload('my-bucket', name, name);
    const json = {metadata: {k: 'v', 'l-2.x': 'w'}};
    await fixture.call(`${OBJECTS}/a`, {method: 'PATCH', json});
  });
  after(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  for (const [path, fields, expected] of [
    ['/a', 'name,size', {name: 'a', size: '1'}],
    ['/a', 'name, bucket', {name: 'a', bucket: 'my-bucket'}],
    ['/a', 'metadata', {metadata: {k: 'v', 'l-2.x': 'w'}}],
    ['/a', 'metadata/k', {metadata: {k: 'v'}}],
    ['/a', 'metadata(l-2.x),name', {name: 'a', metadata: {'l-2.x': 'w'}}],
    ['/a', 'metadata/k,metadata/l-2.x', {metadata: {k: 'v', 'l-2.x': 'w'}}],
    ['/a', 'metadata/k,metadata', {metadata: {k: 'v', 'l-2.x': 'w'}}],
    ['/a', 'metadata,metadata/k', {metadata: {k: 'v', 'l-2.x': 'w'}}],
    ['/a', 'metadata/*', {metadata: {k: 'v', 'l-2.x': 'w'}}],
    ['/a', 'nothing', {}],
    ['', 'items/name', {items: [{name: 'a'}, {name: 'b'}, {name: 'c'}]}],
    [
      '?prefix=a',
      'kind,items(name,metadata/k)',
      {
        kind: 'storage#objects',
        items: [{name: 'a', metadata: {k: 'v'}}],
      },
    ],
  ] as const) {
    it(`of ${fields} at ${path === '' ? 'the list' : path} have these fields alone`, async () => {
      const mark = path.includes('?') ? '&' : '?';
      const query = `${mark}fields=${encodeURIComponent(fields)}`;
      assert.deepEqual(readJson(await fixture.call(`${OBJECTS}${path}${query}`)), expected);
    });
  }

  it('are whole where every field is wished for, or none is named', async () => {
    const whole = readJson(await fixture.call(`${OBJECTS}/a`));
    for (const fields of ['', '*', '*,name', 'name,*']) {
      assert.deepEqual(readJson(await fixture.call(`${OBJECTS}/a?fields=${fields}`)), whole);
    }
  });

  it('are what the client gives out, over all pages', async () => {
    const bucket = fixture.client().bucket('my-bucket');
    const [files] = await bucket.getFiles({
      fields: 'items(name)',
      maxApiCalls: 5,
      maxResults: 3,
      autoPaginate: true,
    });
    assert.deepEqual(files, [{name: 'a'}, {name: 'b'}, {name: 'c'}]);
  });

  it('leave content and refusals as they are', async () => {
    assert.equal((await fixture.call(`${OBJECTS}/a?alt=media&fields=name`)).text, 'a');
    const missing = await fixture.call(`${OBJECTS}/missing?fields=name`);
    assertRefused(missing, 404, 'notFound', /No such object/);
  });

  it('are refused where the selection is none, and nothing is done', async () => {
    for (const fields of [
      '(',
      'a(',
      'a)',
      'a(b',
      'a()',
      'a,',
      ',a',
      'a//b',
      'a b',
      'a(b)c',
      'a/',
    ]) {
      const answer = await fixture.call(`${OBJECTS}/a?fields=${encodeURIComponent(fields)}`, {
        method: 'DELETE',
      });
      assertRefused(answer, 400, 'invalidParameter', /^Invalid field selection /);
    }
    assert.equal((await fixture.call(`${OBJECTS}/a`)).status, 200);
  });
});
