import type {Storage} from '@google-cloud/storage';
import assert from 'node:assert/strict';
import {
  asRecord,
  assertRefused,
  PROJECT,
  startStorage,
  type StorageFixture,
} from './storage-fixture.js';
import {assertXmlRefused} from './support/signed-storage.js';

const OBJECTS = '/storage/v1/b/my-bucket/o';

describe('what the emulated storage does not play', () => {
  let fixture: StorageFixture;
  let storage: Storage;

  before(async () => {
    fixture = await startStorage();
    storage = fixture.client();
    await fixture.createBucket('my-bucket');
    await fixture.upload('my-bucket', 'a', 'content');
  });
  after(async () => {
    assert.deepEqual(fixture.failures, []);
    await fixture.close();
  });

  // Some refusals the library throws as the bare object that the server sent.
  const refusedAs = (what: string) => (error: unknown) => {
    assert.equal(asRecord(error)['code'], 501);
    const message = String(Reflect.get(Object(error), 'message'));
    assert.match(message, new RegExp(`The Cloud Storage emulator does not play ${what}`));
    return true;
  };
  const key = Buffer.alloc(32, 7);

  for (const [wish, what, ask] of [
    ['a file that is public', "an object's acl", bucket => bucket.file('x').makePublic()],
    ['a bucket that is public', "the bucket's acl", bucket => bucket.makePublic()],
    [
      'to save for the public',
      'access control lists',
      bucket => bucket.file('x').save('x', {public: true, resumable: false}),
    ],
    [
      'to upload for the public',
      'access control lists',
      bucket => bucket.file('x').save('x', {public: true, resumable: true}),
    ],
    [
      'to copy for everyone with an account',
      'access control lists',
      bucket => bucket.file('a').copy('x', {predefinedAcl: 'authenticatedRead'}),
    ],
    [
      'an object of its own list',
      'the object field acl',
      bucket => bucket.file('a').setMetadata({acl: [{entity: 'allUsers', role: 'READER'}]}),
    ],
    [
      'a key of the customer’s for a download',
      'customer-supplied encryption keys',
      bucket => bucket.file('a', {encryptionKey: key}).download(),
    ],
    [
      'to change keys',
      'customer-supplied encryption keys',
      bucket => bucket.file('a').rotateEncryptionKey(key),
    ],
    [
      'to copy under a key of the customer’s',
      'customer-managed encryption keys',
      bucket => bucket.file('a').copy('x', {destinationKmsKeyName: 'k'}),
    ],
    [
      'an object that was deleted',
      'what was deleted softly',
      bucket => bucket.file('a', {generation: 1}).get({softDeleted: true}),
    ],
    ['to restore it', "an object's restore", bucket => bucket.file('a').restore({generation: 1})],
    [
      'a context',
      'the object field contexts',
      bucket => bucket.file('a').setMetadata({contexts: {custom: {k: {value: 'v'}}}}),
    ],
    ['a policy', "the bucket's iam", bucket => bucket.iam.getPolicy()],
  ] as const satisfies readonly (readonly [
    string,
    string,
    (bucket: ReturnType<Storage['bucket']>) => Promise<unknown>,
  ])[]) {
    it(`is told to whoever asks the client for ${wish}`, async () => {
      await assert.rejects(ask(storage.bucket('my-bucket')), refusedAs(what));
      assert.deepEqual(await storage.bucket('my-bucket').file('x').exists(), [false]);
    });
  }

  it('is told to whoever wants such a bucket, and none is made', async () => {
    for (const [json, query] of [
      [{acl: [{entity: 'allUsers', role: 'READER'}]}],
      [{defaultObjectAcl: [{entity: 'allUsers', role: 'READER'}]}],
      [{defaultEventBasedHold: true}],
      [{}, '&predefinedAcl=publicReadWrite'],
      [{}, '&predefinedDefaultObjectAcl=publicRead'],
      [{}, '&enableObjectRetention=true'],
    ] as const) {
      const path = `/storage/v1/b?project=${PROJECT}${query ?? ''}`;
      const answer = await fixture.call(path, {method: 'POST', json: {name: 'theirs', ...json}});
      assertRefused(answer, 501, 'notImplemented', /does not play/);
    }
    assert.deepEqual(await storage.bucket('theirs').exists(), [false]);
    const deleted = await fixture.call(`/storage/v1/b?project=${PROJECT}&softDeleted=true`);
    assertRefused(deleted, 501, 'notImplemented', /does not play what was deleted softly/);
  });

  it('is not what keeps others out', async () => {
    const file = storage.bucket('my-bucket').file('private');
    await file.save('x', {private: true, resumable: false});
    await file.makePrivate();
    await file.makePrivate({strict: true});
    await storage.bucket('my-bucket').makePrivate({includeFiles: true});
    assert.deepEqual(await file.isPublic(), [false]);
    const list = await fixture.call(`${OBJECTS}?softDeleted=false`);
    assert.equal(list.status, 200);
    const json = {acl: [], contexts: null};
    const patched = await fixture.call(`${OBJECTS}/private`, {method: 'PATCH', json});
    assert.equal(patched.status, 200);
  });

  it('is told after the caller was found to be let in', async () => {
    const asked = `${OBJECTS}/a?softDeleted=true`;
    assertRefused(await fixture.call(asked, {token: null}), 401, 'required', /Anonymous caller/);
  });

  it('is told by the XML API, which leaves the object as it is', async () => {
    for (const [method, query, what] of [
      ['POST', 'uploads', /multipart uploads/],
      ['PUT', 'partNumber=1&uploadId=u', /multipart uploads/],
      ['POST', 'uploadId=u', /multipart uploads/],
      ['DELETE', 'uploadId=u', /multipart uploads/],
      ['GET', 'uploadId=u', /multipart uploads/],
      ['PUT', 'acl', /an object's acl/],
      ['GET', 'acl', /an object's acl/],
      ['PUT', 'tagging', /an object's tagging/],
    ] as const) {
      const body = method === 'GET' ? {} : {body: 'other'};
      const answer = await fixture.call(`/my-bucket/a?${query}`, {method, ...body});
      assertXmlRefused(answer, 501, 'NotImplemented', what);
    }
    assert.equal((await fixture.call(`${OBJECTS}/a?alt=media`)).text, 'content');
  });
});
