import assert from 'node:assert/strict';
import {defaultPolicy, type StorageRole} from '../../src/emulator/index.js';
import {emulatedClient, emulatedStorage, federatedClient} from '../client/emulated-client.js';
import {send} from './support/http.js';
import {emulators} from './support/running.js';

describe("a service account's roles in the emulated Cloud Storage", () => {
  const start = emulators();
  const policyWith = (storageRoles: readonly StorageRole[]) => {
    const {google} = defaultPolicy();
    const serviceAccounts = google.serviceAccounts.map(account => ({...account, storageRoles}));
    return {google: {...google, serviceAccounts}};
  };

  for (const [role, allowed] of [
    ['roles/storage.admin', ['insert', 'get', 'list', 'move', 'delete', 'bucket']],
    ['roles/storage.objectUser', ['insert', 'get', 'list', 'move', 'delete']],
    ['roles/storage.objectCreator', ['insert']],
    ['roles/storage.objectViewer', ['get', 'list']],
    [undefined, []],
  ] as const) {
    it(`${role ?? 'none'}: ${allowed.join(', ')}`, async () => {
      const emulator = await start({policy: policyWith(role === undefined ? [] : [role])});
      // The federated principal has no role that could be taken from it.
      const owner = emulatedStorage(emulator, federatedClient(emulator));
      await owner.createBucket('my-bucket');
      for (const name of ['x', 'y']) {
        await owner.bucket('my-bucket').file(name).save('hello', {resumable: false});
      }
      const bucket = emulatedStorage(emulator, emulatedClient(emulator)).bucket('my-bucket');
      const calls = {
        insert: () => bucket.file('new').save('hello', {resumable: false}),
        get: () => bucket.file('x').download(),
        list: () => bucket.getFiles(),
        move: async () => {
          await bucket.file('y').moveFileAtomic('z');
        },
        delete: () => bucket.file('x').delete(),
        bucket: () => bucket.getMetadata(),
      };
      const done: string[] = [];
      for (const [name, call] of Object.entries(calls)) {
        try {
          await call();
          done.push(name);
        } catch (error) {
          assert.match(
            String(error),
            /demo@my-project\.iam\.gserviceaccount\.com does not have storage\.\w+\.\w+ access to the Google Cloud Storage/,
          );
        }
      }
      assert.deepEqual(done, allowed);
    });
  }

  describe('where an object is written', () => {
    const lacks = (permission: string) => (error: unknown) => {
      assert.equal(
        (error as {message?: unknown}).message,
        `demo@my-project.iam.gserviceaccount.com does not have ${permission} access to the Google Cloud Storage object. Permission '${permission}' denied on resource (or it may not exist).`,
      );
      assert.equal((error as {code?: unknown}).code, 403);
      return true;
    };
    const mayNotDelete = lacks('storage.objects.delete');
    const mayNotCreate = lacks('storage.objects.create');

    /** A bucket with the objects x and y, for an account with these roles. */
    async function bucketFor(...roles: readonly StorageRole[]) {
      const emulator = await start({policy: policyWith(roles)});
      const owner = emulatedStorage(emulator, federatedClient(emulator));
      await owner.createBucket('my-bucket');
      for (const name of ['x', 'y']) {
        await owner.bucket('my-bucket').file(name).save('hello', {resumable: false});
      }
      const client = emulatedClient(emulator);
      const bucket = emulatedStorage(emulator, client).bucket('my-bucket');
      return {
        bucket,
        emulator,
        client,
        text: async (name: string) =>
          String((await owner.bucket('my-bucket').file(name).download())[0]),
        ownerSaves: (name: string) =>
          owner.bucket('my-bucket').file(name).save('hello', {resumable: false}),
      };
    }

    it('to overwrite one takes what it takes to delete it', async () => {
      const {bucket, text} = await bucketFor('roles/storage.objectCreator');
      for (const resumable of [false, true]) {
        await assert.rejects(bucket.file('x').save('new', {resumable}), mayNotDelete);
        await bucket.file(`new-${String(resumable)}`).save('new', {resumable});
      }
      assert.equal(await text('x'), 'hello');
    });

    it('who wishes that there be none is told that there is one', async () => {
      const {bucket} = await bucketFor('roles/storage.objectCreator');
      const once = {resumable: false, preconditionOpts: {ifGenerationMatch: 0}};
      await assert.rejects(bucket.file('x').save('new', once), {code: 412});
      await bucket.file('new').save('new', once);
    });

    it('a resumable upload is held to it when it ends, too', async () => {
      const {bucket, ownerSaves, text} = await bucketFor('roles/storage.objectCreator');
      const [uri] = await bucket.file('late').createResumableUpload();
      await ownerSaves('late');
      const answer = await fetch(uri, {method: 'PUT', body: 'new'});
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /does not have storage\.objects\.delete access/);
      assert.equal(await text('late'), 'hello');
    });

    it('a copy, or a composition, creates one: to read is not enough', async () => {
      const {bucket, emulator, client} = await bucketFor('roles/storage.objectViewer');
      await assert.rejects(bucket.file('x').copy('new'), mayNotCreate);
      await assert.rejects(bucket.combine(['x', 'y'], 'new'), mayNotCreate);
      const authorization = (await client.getRequestHeaders()).get('authorization') ?? '';
      const copied = await send(emulator.url, {
        method: 'POST',
        path: '/storage/v1/b/my-bucket/o/x/copyTo/b/my-bucket/o/new',
        headers: {authorization},
      });
      assert.equal(copied.status, 403);
    });

    it('a copy over one overwrites it', async () => {
      const {bucket, text} = await bucketFor(
        'roles/storage.objectViewer',
        'roles/storage.objectCreator',
      );
      await bucket.file('x').copy('new');
      await bucket.combine(['x', 'y'], 'both');
      assert.equal(await text('both'), 'hellohello');
      await assert.rejects(bucket.file('x').copy('y'), mayNotDelete);
      await assert.rejects(bucket.combine(['x', 'y'], 'both'), mayNotDelete);
    });

    it('with everything that it takes, it is written', async () => {
      const {bucket, text} = await bucketFor('roles/storage.objectUser');
      await bucket.file('x').save('new', {resumable: false});
      await bucket.file('x').save('newer', {resumable: true});
      await bucket.file('x').copy('y');
      assert.equal(await text('y'), 'newer');
    });

    it('the XML API holds a token to it', async () => {
      const {emulator, client, text} = await bucketFor('roles/storage.objectCreator');
      const authorization = (await client.getRequestHeaders()).get('authorization') ?? '';
      const put = (name: string) =>
        send(emulator.url, {
          method: 'PUT',
          path: `/my-bucket/${name}`,
          headers: {authorization},
          body: 'new',
        });
      assert.equal((await put('new')).status, 200);
      const answer = await put('x');
      assert.equal(answer.status, 403);
      assert.match(
        answer.text,
        /<Code>AccessDenied<.*does not have storage\.objects\.delete access/,
      );
      assert.equal(await text('x'), 'hello');
    });
  });

  it('are checked when the emulator starts', async () => {
    await assert.rejects(
      // @ts-expect-error -- whoever writes JavaScript can do it.
      start({policy: policyWith(['roles/editor'])}),
      /"roles\/editor": one of roles\/storage\.admin/,
    );
  });

  it('the project goes by its number, too', async () => {
    const emulator = await start();
    const client = emulatedClient(emulator);
    await emulatedStorage(emulator, client).createBucket('my-bucket');
    const authorization = (await client.getRequestHeaders()).get('authorization') ?? '';
    const list = (project: string) =>
      send(emulator.url, {path: `/storage/v1/b?project=${project}`, headers: {authorization}});
    assert.match((await list('123456789012')).text, /"my-bucket"/);
    assert.equal((await list('123456789013')).status, 400);
  });

  it('at the bucket’s own host name, a path like the short ones is an object', async () => {
    const emulator = await start();
    const client = emulatedClient(emulator);
    const storage = emulatedStorage(emulator, client);
    await storage.createBucket('my-bucket');
    await storage.bucket('my-bucket').file('b/x').save('hello', {resumable: false});
    const authorization = (await client.getRequestHeaders()).get('authorization') ?? '';
    const headers = {host: 'my-bucket.storage.localhost', authorization};
    assert.equal((await send(emulator.url, {path: '/b/x', headers})).text, 'hello');
  });
});
