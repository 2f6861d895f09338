import assert from 'node:assert/strict';
import {
  assertRefused,
  readJson,
  sampleBytes,
  startStorage,
  type StorageFixture,
} from './storage-fixture.js';

const OBJECTS = '/storage/v1/b/my-bucket/o';

describe('moves in the emulated storage', () => {
  let fixture: StorageFixture;

  beforeEach(async () => {
    fixture = await startStorage({maxBytes: 1024});
    await fixture.createBucket('my-bucket');
  });
  afterEach(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  const upload = (name: string, body: string | Uint8Array = 'content') =>
    fixture.upload('my-bucket', name, body);
  const move = (from: string, to: string) =>
    fixture.call(`${OBJECTS}/${from}/moveTo/o/${to}`, {method: 'POST', json: {}});
  const text = async (name: string) => (await fixture.call(`${OBJECTS}/${name}?alt=media`)).text;

  it('give an object another name, with everything it has', async () => {
    const file = fixture.client().bucket('my-bucket').file('dir/a b');
    await file.save('content', {metadata: {contentType: 'text/css', metadata: {k: 'v'}}});
    const [{generation}] = await file.getMetadata();
    const moved = file.bucket.file('dir/ä');
    await file.moveFileAtomic(moved);
    const [metadata] = await moved.getMetadata();
    assert.equal(metadata.contentType, 'text/css');
    assert.deepEqual(metadata.metadata, {k: 'v'});
    assert.equal(metadata.metageneration, '1');
    assert.ok(Number(metadata.generation) > Number(generation));
    assert.equal((await moved.download()).toString(), 'content');
    assert.deepEqual(await file.exists(), [false]);
  });

  it('take no more room than there was, and give back that of what they replace', async () => {
    await upload('a', sampleBytes(600));
    await upload('b', sampleBytes(400));
    assert.equal((await move('a', 'c')).status, 200);
    assert.equal((await move('b', 'c')).status, 200);
    await upload('d', sampleBytes(624));
    await fixture.call(`${OBJECTS}/c`, {method: 'DELETE'});
    await fixture.call(`${OBJECTS}/d`, {method: 'DELETE'});
    assert.equal((await upload('all', sampleBytes(1024)))['size'], '1024');
  });

  it('are refused where a side is not as wished', async () => {
    const {generation} = await upload('a');
    await upload('b', 'other');
    assertRefused(await move('x', 'c'), 404, 'notFound', /my-bucket\/x/);
    assertRefused(await move('a', '..'), 404, 'notFound', /Not Found/);
    assertRefused(await move('a', 'a'), 400, 'invalid', /to where it is/);
    assertRefused(await move('a', '%0A'), 400, 'invalid', /unicode/);
    for (const query of [
      'ifGenerationMatch=0',
      'ifSourceGenerationMatch=1',
      `ifSourceGenerationNotMatch=${String(generation)}`,
      'ifSourceMetagenerationMatch=2',
    ]) {
      assertRefused(await move('a', `b?${query}`), 412, 'conditionNotMet', /pre-conditions/);
    }
    assert.equal(await text('a'), 'content');
    assert.equal(await text('b'), 'other');
    const wish = `ifSourceGenerationMatch=${String(generation)}&ifGenerationMatch=0`;
    assert.equal(readJson(await move('a', `c?${wish}`))['name'], 'c');
  });

  it('take the right to move, to create, and to delete what is there', async () => {
    let lacking = '';
    await using held = await startStorage({
      isAllowed: (_principal, permission) => permission !== `storage.objects.${lacking}`,
    });
    await held.createBucket('my-bucket');
    for (const name of ['a', 'b']) await held.upload('my-bucket', name, name);
    const answer = () => held.call(`${OBJECTS}/a/moveTo/o/b`, {method: 'POST'});
    for (lacking of ['move', 'create', 'delete']) {
      const wanted = new RegExp(`storage\\.objects\\.${lacking} access`);
      assertRefused(await answer(), 403, 'forbidden', wanted);
    }
    lacking = '';
    assert.equal((await answer()).status, 200);
  });
});
