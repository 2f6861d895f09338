import assert from 'node:assert/strict';
import {
  asRecord,
  assertRefused,
  NOW,
  PROJECT,
  startStorage,
  type CallOptions,
  type StorageFixture,
  type TokenName,
} from './storage-fixture.js';

type Need = 'read' | 'write' | 'control';

interface Case {
  readonly method: string;
  readonly path: string;
  readonly need: Need;
  readonly permission: string;
  readonly resource: 'bucket' | 'object' | 'project';
  readonly options?: CallOptions;
}

const LIST_PATH = `/storage/v1/b?project=${PROJECT}`;

// Every method that the service plays, each with what the caller must be allowed.
const CASES: readonly Case[] = [
  {
    method: 'GET',
    path: LIST_PATH,
    need: 'read',
    permission: 'storage.buckets.list',
    resource: 'project',
  },
  {
    method: 'POST',
    path: LIST_PATH,
    need: 'write',
    permission: 'storage.buckets.create',
    resource: 'project',
    options: {json: {name: 'made-by-case'}},
  },
  {
    method: 'GET',
    path: '/storage/v1/b/guarded',
    need: 'read',
    permission: 'storage.buckets.get',
    resource: 'bucket',
  },
  {
    method: 'PATCH',
    path: '/storage/v1/b/guarded',
    need: 'control',
    permission: 'storage.buckets.update',
    resource: 'bucket',
    options: {json: {labels: {a: '1'}}},
  },
  {
    method: 'DELETE',
    path: '/storage/v1/b/guarded',
    need: 'write',
    permission: 'storage.buckets.delete',
    resource: 'bucket',
  },
  {
    method: 'GET',
    path: '/storage/v1/b/guarded/o',
    need: 'read',
    permission: 'storage.objects.list',
    resource: 'bucket',
  },
  {
    method: 'GET',
    path: '/storage/v1/b/guarded/o/a',
    need: 'read',
    permission: 'storage.objects.get',
    resource: 'object',
  },
  {
    method: 'PATCH',
    path: '/storage/v1/b/guarded/o/a',
    need: 'control',
    permission: 'storage.objects.update',
    resource: 'object',
    options: {json: {contentType: 'a/b'}},
  },
  {
    method: 'PUT',
    path: '/storage/v1/b/guarded/o/a',
    need: 'control',
    permission: 'storage.objects.update',
    resource: 'object',
    options: {json: {contentType: 'a/b'}},
  },
  {
    method: 'POST',
    path: '/upload/storage/v1/b/guarded/o?uploadType=media&name=b',
    need: 'write',
    permission: 'storage.objects.create',
    resource: 'object',
    options: {body: 'b'},
  },
  {
    method: 'POST',
    path: '/upload/storage/v1/b/guarded/o?uploadType=resumable&name=b',
    need: 'write',
    permission: 'storage.objects.create',
    resource: 'object',
    options: {json: {}},
  },
  {
    method: 'POST',
    path: '/resumable/upload/storage/v1/b/guarded/o?uploadType=resumable&name=b',
    need: 'write',
    permission: 'storage.objects.create',
    resource: 'object',
    options: {json: {}},
  },
  {
    method: 'POST',
    path: '/storage/v1/b/guarded/o/a/copyTo/b/guarded/o/c',
    need: 'write',
    permission: 'storage.objects.get',
    resource: 'object',
  },
  {
    method: 'POST',
    path: '/storage/v1/b/guarded/o/a/rewriteTo/b/guarded/o/c',
    need: 'write',
    permission: 'storage.objects.get',
    resource: 'object',
  },
  {
    method: 'POST',
    path: '/storage/v1/b/guarded/o/d/compose',
    need: 'write',
    permission: 'storage.objects.get',
    resource: 'object',
    options: {json: {sourceObjects: [{name: 'a'}]}},
  },
  {
    method: 'DELETE',
    path: '/storage/v1/b/guarded/o/a',
    need: 'write',
    permission: 'storage.objects.delete',
    resource: 'object',
  },
];

const MAY: Readonly<Record<Need, readonly TokenName[]>> = {
  control: ['platform', 'full-control'],
  write: ['platform', 'full-control', 'read-write'],
  read: ['platform', 'full-control', 'read-write', 'read-only', 'platform-read-only'],
};
const ALL_TOKENS: readonly TokenName[] = [
  'platform',
  'platform-read-only',
  'full-control',
  'read-write',
  'read-only',
  'unrelated',
  'scopeless',
];

describe('the emulated storage lets in', () => {
  let fixture: StorageFixture;

  beforeEach(async () => {
    fixture = await startStorage();
    await fixture.createBucket('guarded');
    await fixture.upload('guarded', 'a', 'content');
  });
  afterEach(() => fixture.close());

  for (const {method, need, options, path, permission, resource} of CASES) {
    describe(`${method} ${path}`, () => {
      it('nobody without a token', async () => {
        const answer = await fixture.call(path, {...options, method, token: null});
        const error = assertRefused(
          answer,
          401,
          'required',
          new RegExp(
            `^Anonymous caller does not have ${permission} access to the Google Cloud.* ${resource}\\. Permission '${permission}' denied on resource \\(or it may not exist\\)\\.$`,
          ),
        );
        assert.equal(error['status'], 'UNAUTHENTICATED');
        assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer realm=/);
      });

      it('nobody with a token that is unknown, has expired or is no bearer token', async () => {
        for (const authorization of [
          'Bearer token-unknown',
          'Bearer token-expired',
          'Bearer',
          'Bearer two words',
          'Basic dG9rZW4tcGxhdGZvcm0=',
          'token-platform',
          '',
        ]) {
          const answer = await fixture.call(path, {
            ...options,
            method,
            token: null,
            headers: {authorization},
          });
          assertRefused(answer, 401, 'authError', /^Invalid Credentials$/);
          assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
        }
      });

      it(`only whose scope is enough to ${need}`, async () => {
        const refused = ALL_TOKENS.filter(token => !MAY[need].includes(token));
        for (const token of refused) {
          const answer = await fixture.call(path, {...options, method, token});
          const error = assertRefused(answer, 403, 'insufficientPermissions', /scopes/);
          assert.equal(error['status'], 'PERMISSION_DENIED');
          const details = error['details'];
          assert.ok(Array.isArray(details));
          const [detail] = details.map(asRecord);
          assert.equal(detail?.['@type'], 'type.googleapis.com/google.rpc.ErrorInfo');
          assert.equal(detail['reason'], 'ACCESS_TOKEN_SCOPE_INSUFFICIENT');
          assert.match(
            answer.headers.get('www-authenticate') ?? '',
            /error="insufficient_scope", scope="https:/,
          );
        }
      });
    });

    for (const token of MAY[need]) {
      it(`${token} to ${method} ${path}`, async () => {
        const answer = await fixture.call(path, {...options, method, token});
        const isFullBucket = method === 'DELETE' && permission === 'storage.buckets.delete';
        assert.equal(answer.status, isFullBucket ? 409 : method === 'DELETE' ? 204 : 200);
      });
    }
  }

  it('no caller whose token runs out while the service runs', async () => {
    assert.equal((await fixture.call(LIST_PATH)).status, 200);
    fixture.time.now = NOW + 31 * 24 * 3600 * 1000;
    assertRefused(await fixture.call(LIST_PATH), 401, 'authError', /Invalid Credentials/);
  });

  it('downloads as it does everything, and refuses them in plain text', async () => {
    for (const path of [
      '/storage/v1/b/guarded/o/a?alt=media',
      '/download/storage/v1/b/guarded/o/a?alt=media',
      '/download/storage/v1/b/guarded/o/a',
    ]) {
      assert.equal((await fixture.call(path, {token: 'read-only'})).text, 'content');
      const anonymous = await fixture.call(path, {token: null});
      assert.equal(anonymous.status, 401);
      assert.match(anonymous.text, /^Anonymous caller does not have storage\.objects\.get access/);
      assert.equal((await fixture.call(path, {token: 'expired'})).status, 401);
      assert.equal((await fixture.call(path, {token: 'unrelated'})).status, 403);
    }
  });

  it('whoever holds the URI of an upload session, but with no bad token', async () => {
    const opened = await fixture.call(
      '/upload/storage/v1/b/guarded/o?uploadType=resumable&name=session',
      {method: 'POST', json: {}},
    );
    const uri = opened.headers.get('location') ?? '';
    const put = (token: TokenName | null) => fixture.call(uri, {method: 'PUT', body: 'c', token});
    const end = (token: TokenName | null) => fixture.call(uri, {method: 'DELETE', token});
    for (const send of [put, end]) {
      assertRefused(await send('expired'), 401, 'authError', /Invalid Credentials/);
      assertRefused(await send('read-only'), 403, 'insufficientPermissions', /scopes/);
    }
    assert.equal((await put(null)).status, 200);
    const guessed = uri.replace(/upload_id=.{8}/, 'upload_id=AAAAAAAA');
    assertRefused(await fixture.call(guessed, {method: 'PUT'}), 404, 'notFound', /Not Found/);
  });
});
