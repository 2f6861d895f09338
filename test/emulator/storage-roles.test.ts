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
    ['roles/storage.admin', ['insert', 'get', 'list', 'delete', 'bucket']],
    ['roles/storage.objectUser', ['insert', 'get', 'list', 'delete']],
    ['roles/storage.objectCreator', ['insert']],
    ['roles/storage.objectViewer', ['get', 'list']],
    [undefined, []],
  ] as const) {
    it(`${role ?? 'none'}: ${allowed.join(', ')}`, async () => {
      const emulator = await start({policy: policyWith(role === undefined ? [] : [role])});
      // The federated principal has no role that could be taken from it.
      const owner = emulatedStorage(emulator, federatedClient(emulator));
      await owner.createBucket('my-bucket');
      await owner.bucket('my-bucket').file('x').save('hello', {resumable: false});
      const bucket = emulatedStorage(emulator, emulatedClient(emulator)).bucket('my-bucket');
      const calls = {
        insert: () => bucket.file('new').save('hello', {resumable: false}),
        get: () => bucket.file('x').download(),
        list: () => bucket.getFiles(),
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

  it('are checked when the emulator starts', async () => {
    await assert.rejects(
      // @ts-expect-error -- whoever writes JavaScript can do it.
      start({policy: policyWith(['roles/editor'])}),
      /"roles\/editor": one of roles\/storage\.admin/,
    );
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
