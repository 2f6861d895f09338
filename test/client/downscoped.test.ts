import assert from 'node:assert/strict';
import {DownscopedClient} from 'google-auth-library';
import nock from 'nock';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {AwsAuthClient} from '../../src/index.js';
import {send} from '../emulator/support/http.js';
import {emulatedClient, emulatedStorage, federatedClient} from './emulated-client.js';

const VIEWER = 'inRole:roles/storage.objectViewer';
const resource = (bucket: string) => `//storage.googleapis.com/projects/_/buckets/${bucket}`;

type Boundary = NonNullable<ConstructorParameters<typeof DownscopedClient>[1]>;
type Rules = Boundary['accessBoundary']['accessBoundaryRules'];

describe('google-auth-library’s DownscopedClient over this client', () => {
  let emulator: Emulator;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    emulator = await startEmulator({clock: () => now});
    // It makes its own way to Google STS, and takes no other address.
    nock('https://sts.googleapis.com')
      .persist()
      .post('/v1/token')
      .reply(async function (_, body) {
        const answer = await send(emulator.url, {
          method: 'POST',
          path: '/v1/token',
          headers: {'content-type': 'application/x-www-form-urlencoded'},
          body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
        });
        return [answer.status, answer.text, {'content-type': 'application/json'}];
      });
    const storage = emulatedStorage(emulator, emulatedClient(emulator));
    for (const bucket of ['reports', 'ledgers']) {
      await storage.createBucket(bucket);
      for (const name of ['public/a', 'secret/b']) {
        await storage.bucket(bucket).file(name).save(name, {resumable: false});
      }
    }
  });

  afterEach(async () => {
    nock.cleanAll();
    await emulator.close();
  });

  const downscoped = (
    accessBoundaryRules: Rules,
    authClient: AwsAuthClient = emulatedClient(emulator),
  ) =>
    new DownscopedClient({
      authClient,
      credentialAccessBoundary: {accessBoundary: {accessBoundaryRules}},
    });

  const url = (path: string) => `${emulator.url}/storage/v1/b/${path}`;
  const object = (bucket: string, name: string) =>
    `${bucket}/o/${encodeURIComponent(name)}?alt=media`;

  async function statusOf(
    client: DownscopedClient,
    path: string,
    method: 'GET' | 'DELETE' = 'GET',
  ) {
    const {status} = await client.request({url: url(path), method, validateStatus: () => true});
    return status;
  }

  for (const [who, made] of [
    ['a service account', emulatedClient],
    ['the federated principal', federatedClient],
  ] as const) {
    it(`does in one bucket what its rule allows ${who}, and nothing else`, async () => {
      const rules = [{availableResource: resource('reports'), availablePermissions: [VIEWER]}];
      const client = downscoped(rules, made(emulator));
      assert.equal(await statusOf(client, object('reports', 'public/a')), 200);
      assert.equal(await statusOf(client, 'reports/o'), 200);
      assert.equal(await statusOf(client, object('ledgers', 'public/a')), 403);
      assert.equal(await statusOf(client, 'reports/o/public%2Fa', 'DELETE'), 403);
      assert.equal(await statusOf(client, 'reports'), 403, 'no right to the bucket itself');
      assert.equal(await statusOf(client, '../b?project=my-project'), 403);
    });
  }

  it('reads what begins as its condition says', async () => {
    const client = downscoped([
      {
        availableResource: resource('reports'),
        availablePermissions: [VIEWER],
        availabilityCondition: {
          expression:
            "resource.name.startsWith('projects/_/buckets/reports/objects/public/') || api.getAttribute('storage.googleapis.com/objectListPrefix', '').startsWith('public/')",
        },
      },
    ]);
    assert.equal(await statusOf(client, object('reports', 'public/a')), 200);
    assert.equal(await statusOf(client, object('reports', 'secret/b')), 403);
    assert.equal(await statusOf(client, 'reports/o?prefix=public/'), 200);
    assert.equal(await statusOf(client, 'reports/o'), 403);
    assert.equal(await statusOf(client, 'reports/o?prefix=secret/'), 403);
  });

  it('ends with the token that it is made of, and is made anew of the next', async () => {
    const rules = [{availableResource: resource('reports'), availablePermissions: [VIEWER]}];
    const source = emulatedClient(emulator, {clock: () => now});
    const client = downscoped(rules, source);
    const {token, expirationTime} = await client.getAccessToken();
    assert.ok(Math.abs((expirationTime ?? 0) - (source.credentials.expiry_date ?? 0)) < 5_000);
    emulator.revokeTokens();
    source.setCredentials({});
    client.setCredentials({access_token: 'ended', expiry_date: 1});
    const again = await client.getAccessToken();
    assert.notEqual(again.token, token);
    assert.equal(await statusOf(client, object('reports', 'public/a')), 200);
  });

  it('is not good for IAM Credentials, nor for another restriction', async () => {
    const rules = [{availableResource: resource('reports'), availablePermissions: [VIEWER]}];
    const client = downscoped(rules);
    const {token} = await client.getAccessToken();
    const impersonationUrl = emulator.config.service_account_impersonation_url ?? '';
    const {status} = await client.request({
      url: impersonationUrl,
      method: 'POST',
      data: {scope: ['https://www.googleapis.com/auth/cloud-platform']},
      validateStatus: () => true,
    });
    assert.equal(status, 403);
    assert.equal((await exchange({subject_token: token ?? ''})).status, 400);
  });

  const exchange = (parameters: Readonly<Record<string, string>>) =>
    send(emulator.url, {
      method: 'POST',
      path: '/v1/token',
      headers: {'content-type': 'application/x-www-form-urlencoded'},
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        options: JSON.stringify({
          accessBoundary: {
            accessBoundaryRules: [
              {availableResource: resource('reports'), availablePermissions: [VIEWER]},
            ],
          },
        }),
        ...parameters,
      }).toString(),
    });

  describe('is refused by Google STS', () => {
    const rule = {availableResource: resource('reports'), availablePermissions: [VIEWER]};
    const boundary = (rules: readonly unknown[]) => ({
      accessBoundary: {accessBoundaryRules: rules},
    });
    for (const [title, options, says] of [
      ['without a boundary', {}, /accessBoundaryRules/],
      ['without rules', boundary([]), /accessBoundaryRules/],
      ['with eleven rules', boundary(Array(11).fill(rule)), /10 are the most/],
      ['for what is no bucket', boundary([{...rule, availableResource: '//x/y'}]), /BUCKET/],
      ['without permissions', boundary([{...rule, availablePermissions: []}]), /availablePerm/],
      [
        'for a permission that is no role',
        boundary([{...rule, availablePermissions: ['storage.objects.get']}]),
        /inRole/,
      ],
      [
        'with a condition that is not known, which must not be passed over',
        boundary([{...rule, availabilityCondition: {expression: 'request.time < x'}}]),
        /request\.time < x/,
      ],
    ] as const) {
      it(title, async () => {
        const {token} = await emulatedClient(emulator).getAccessToken();
        const answer = await exchange({subject_token: token, options: JSON.stringify(options)});
        assert.equal(answer.status, 400);
        assert.match(answer.text, /invalid_request/);
        assert.match(answer.text, says);
      });
    }

    it('with a token that it does not know, or that has ended', async () => {
      assert.match((await exchange({subject_token: 'unknown'})).text, /invalid_grant/);
      const {token} = await emulatedClient(emulator).getAccessToken();
      now += 2 * 3_600_000;
      assert.match((await exchange({subject_token: token})).text, /invalid_grant/);
    });
  });
});
