import assert from 'node:assert/strict';
import {defaultPolicy, type Emulator} from '../../src/emulator/index.js';
import {emulatedClient, emulatedStorage, federatedClient} from '../client/emulated-client.js';
import {fields, json, send} from './support/http.js';
import {callMethod} from './support/iam-credentials.js';
import {emulators} from './support/running.js';
import {assertXmlRefused} from './support/signed-storage.js';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const OBJECTS = 'projects/_/buckets/mine/objects/';
const UNDER_A = `resource.name.startsWith('${OBJECTS}a/')`;

/** The token of a client, bound to roles in the bucket `mine`. */
async function downscope(
  emulator: Emulator,
  source: string,
  roles: readonly string[],
  expression?: string,
): Promise<string> {
  const rule = {
    availableResource: '//storage.googleapis.com/projects/_/buckets/mine',
    availablePermissions: roles.map(role => `inRole:roles/storage.${role}`),
    ...(expression !== undefined && {availabilityCondition: {expression}}),
  };
  const answer = await send(emulator.url, {
    method: 'POST',
    path: '/v1/token',
    headers: {'content-type': 'application/x-www-form-urlencoded'},
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_token_type: ACCESS_TOKEN,
      subject_token_type: ACCESS_TOKEN,
      subject_token: source,
      options: JSON.stringify({accessBoundary: {accessBoundaryRules: [rule]}}),
    }).toString(),
  });
  assert.equal(answer.status, 200, answer.text);
  return String(fields(answer.text)['access_token']);
}

describe('a downscoped token in the emulator', () => {
  const start = emulators();

  async function set() {
    const emulator = await start();
    const owner = emulatedClient(emulator);
    const storage = emulatedStorage(emulator, owner);
    for (const bucket of ['mine', 'other']) {
      await storage.createBucket(bucket);
      for (const name of ['a/x', 'b/x']) {
        await storage.bucket(bucket).file(name).save('hello', {resumable: false});
      }
    }
    const {token} = await owner.getAccessToken();
    const call = (method: string, path: string, bearer: string, body?: string, more = {}) =>
      send(emulator.url, {
        method,
        path,
        body,
        headers: {authorization: `Bearer ${bearer}`, 'content-length': '0', ...more},
      });
    return {emulator, storage, token, call};
  }

  for (const [method, body] of [
    ['generateAccessToken', {scope: ['https://www.googleapis.com/auth/cloud-platform']}],
    ['generateIdToken', {audience: 'https://service.example.com'}],
    ['signBlob', {payload: 'aGVsbG8='}],
    ['signJwt', {payload: '{}'}],
  ] as const) {
    it(`may not call ${method} of IAM Credentials, which its source may`, async () => {
      const {emulator, token} = await set();
      assert.equal((await callMethod(emulator, method, token, body)).status, 200);
      const bound = await downscope(emulator, token, ['admin']);
      const answer = await callMethod(emulator, method, bound, body);
      assert.equal(answer.status, 403, answer.text);
      const rpc = method.replace(/^./, letter => letter.toUpperCase());
      assert.deepEqual(json(answer), {
        error: {
          code: 403,
          message: 'The access boundary of the token does not allow this.',
          status: 'PERMISSION_DENIED',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'IAM_PERMISSION_DENIED',
              domain: 'iam.googleapis.com',
              metadata: {
                service: 'iamcredentials.googleapis.com',
                method: `google.iam.credentials.v1.IAMCredentials.${rpc}`,
              },
            },
          ],
        },
      });
    });
  }

  it('may not act as the account either where its source is the federated principal', async () => {
    const {emulator} = await set();
    const {token} = await federatedClient(emulator).getAccessToken();
    const body = {scope: ['https://www.googleapis.com/auth/cloud-platform']};
    assert.equal((await callMethod(emulator, 'generateAccessToken', token, body)).status, 200);
    const bound = await downscope(emulator, token, ['admin']);
    assert.equal((await callMethod(emulator, 'generateAccessToken', bound, body)).status, 403);
  });

  it('adds nothing to what its source may', async () => {
    const {google} = defaultPolicy();
    const serviceAccounts = google.serviceAccounts.map(account => ({
      ...account,
      storageRoles: ['roles/storage.objectViewer' as const],
    }));
    const emulator = await start({policy: {google: {...google, serviceAccounts}}});
    const owner = emulatedStorage(emulator, federatedClient(emulator));
    await owner.createBucket('mine');
    await owner.bucket('mine').file('x').save('hello', {resumable: false});
    const {token} = await emulatedClient(emulator).getAccessToken();
    const headers = {authorization: `Bearer ${await downscope(emulator, token, ['admin'])}`};
    assert.equal((await send(emulator.url, {path: '/mine/x', headers})).text, 'hello');
    const change = {method: 'DELETE', path: '/mine/x', headers};
    assertXmlRefused(await send(emulator.url, change), 403, 'AccessDenied', /objects\.delete/);
  });

  describe('at the XML API', () => {
    const WAYS = [
      ['GET', 'get', {}],
      ['HEAD', 'get', {}],
      ['PUT', 'create', {}],
      ['POST', 'create', {'x-goog-resumable': 'start'}],
      ['DELETE', 'delete', {}],
    ] as const;

    for (const [method, permission, more] of WAYS) {
      it(`${method}: is held to its bucket, its condition and its roles`, async () => {
        const {emulator, storage, token, call} = await set();
        const {[method]: good = 200} = {POST: 201, DELETE: 204};
        const own = await downscope(emulator, token, ['objectAdmin'], UNDER_A);
        const denied = async (path: string, bearer: string) => {
          const answer = await call(method, path, bearer, undefined, more);
          assert.equal(answer.status, 403, path);
          if (method === 'HEAD') return;
          const words = new RegExp(
            `demo@my-project\\.iam\\.gserviceaccount\\.com does not have storage\\.objects\\.${permission} access`,
          );
          assertXmlRefused(answer, 403, 'AccessDenied', words);
        };
        for (const path of ['/mine/b/x', '/other/a/x', '/mine/a', '/mine/b/a/x']) {
          await denied(path, own);
        }
        // The source may do all of it, and the roles alone decide here.
        const others = permission === 'get' ? ['objectCreator'] : ['objectViewer'];
        await denied('/mine/a/x', await downscope(emulator, token, others));
        const answer = await call(method, '/mine/a/x', own, undefined, more);
        assert.equal(answer.status, good, answer.text);
        assert.deepEqual(
          (await storage.bucket('mine').getFiles())[0].map(({name}) => name),
          method === 'DELETE' ? ['b/x'] : ['a/x', 'b/x'],
        );
        assert.equal(String((await storage.bucket('mine').file('b/x').download())[0]), 'hello');
      });
    }

    it('knows a bucket by its host name, too', async () => {
      const {emulator, token, call} = await set();
      const own = await downscope(emulator, token, ['objectViewer'], UNDER_A);
      const ask = (bucket: string, path: string) =>
        call('GET', path, own, undefined, {host: `${bucket}.storage.localhost`});
      assert.equal((await ask('mine', '/a/x')).text, 'hello');
      assertXmlRefused(await ask('mine', '/b/x'), 403, 'AccessDenied');
      assertXmlRefused(await ask('other', '/a/x'), 403, 'AccessDenied');
    });

    it('decides on the name itself, however the path spells it', async () => {
      const {emulator, token, call} = await set();
      const own = await downscope(emulator, token, ['objectViewer'], UNDER_A);
      assert.equal((await call('GET', '/mine/a%2Fx', own)).text, 'hello');
      assertXmlRefused(await call('GET', '/mine/a/../b/x', own), 404, 'NoSuchKey');
      assertXmlRefused(await call('GET', '/mine/b%2Fx', own), 403, 'AccessDenied');
    });
  });

  describe('bound to a role', () => {
    const CALLS = {
      'objects.get': ['GET', '/storage/v1/b/mine/o/a%2Fx'],
      'objects.list': ['GET', '/storage/v1/b/mine/o'],
      'objects.create': ['POST', '/upload/storage/v1/b/mine/o?uploadType=media&name=new'],
      'objects.update': ['PATCH', '/storage/v1/b/mine/o/a%2Fx'],
      'objects.delete': ['DELETE', '/storage/v1/b/mine/o/a%2Fx'],
      'buckets.get': ['GET', '/storage/v1/b/mine'],
      'buckets.update': ['PATCH', '/storage/v1/b/mine'],
    } as const;
    const TO_CHANGE = ['get', 'list', 'create', 'update', 'delete'].map(verb => `objects.${verb}`);
    const TO_FILL = ['objects.list', 'objects.create', 'objects.delete', 'buckets.get'];

    // https://cloud.google.com/storage/docs/access-control/iam-roles
    for (const [role, allowed] of [
      ['admin', Object.keys(CALLS)],
      ['objectAdmin', TO_CHANGE],
      ['objectUser', TO_CHANGE],
      ['objectViewer', ['objects.get', 'objects.list']],
      ['objectCreator', ['objects.create']],
      ['legacyObjectReader', ['objects.get']],
      ['legacyObjectOwner', ['objects.get', 'objects.update']],
      ['legacyBucketReader', ['objects.list', 'buckets.get']],
      ['legacyBucketWriter', TO_FILL],
      ['legacyBucketOwner', [...TO_FILL, 'buckets.update']],
    ] as const) {
      it(`${role} may: ${allowed.join(', ')}`, async () => {
        const {emulator, token, call} = await set();
        const bound = await downscope(emulator, token, [role]);
        const done: string[] = [];
        for (const [permission, [method, path]] of Object.entries(CALLS)) {
          const body = method === 'PATCH' ? '{}' : undefined;
          const headers = body && {'content-type': 'application/json', 'content-length': '2'};
          const {status, text} = await call(method, path, bound, body, headers);
          if (status < 300) done.push(permission);
          else {
            assert.equal(status, 403, text);
            assert.match(text, new RegExp(`does not have storage\\.${permission} access`));
          }
        }
        assert.deepEqual(done.sort(), [...allowed].sort());
      });
    }

    it('to write overwrites nothing that it may not delete', async () => {
      const {emulator, token, call} = await set();
      const bound = await downscope(emulator, token, ['objectCreator']);
      const upload = async (name: string) =>
        call('POST', `/upload/storage/v1/b/mine/o?uploadType=media&name=${name}`, bound, 'x', {
          'content-length': '1',
        });
      assert.equal((await upload('once')).status, 200);
      const again = await upload('once');
      assert.equal(again.status, 403);
      assert.match(again.text, /does not have storage\.objects\.delete access/);
    });

    it('or to several, has what one of them gives', async () => {
      const {emulator, token, call} = await set();
      const bound = await downscope(emulator, token, ['legacyObjectReader', 'legacyBucketReader']);
      const ask = async (permission: keyof typeof CALLS) => {
        const [method, path] = CALLS[permission];
        return (await call(method, path, bound)).status;
      };
      for (const permission of ['objects.get', 'objects.list', 'buckets.get'] as const) {
        assert.equal(await ask(permission), 200, permission);
      }
      assert.equal(await ask('objects.delete'), 403);
    });
  });
});
