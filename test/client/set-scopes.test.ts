import assert from 'node:assert/strict';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {emulatedClient, federatedClient} from './emulated-client.js';

const READ_ONLY = 'https://www.googleapis.com/auth/devstorage.read_only';
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';

// As the README of google-auth-library sets them on its external account clients.
describe('scopes that are set on a client', () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.close());

  const count = (operation: string): number =>
    emulator.requests.filter(record => record.operation === operation).length;
  const create = (client: ReturnType<typeof emulatedClient>) =>
    client.request({
      url: `${emulator.url}/storage/v1/b?project=my-project`,
      method: 'POST',
      data: {name: 'a-bucket'},
    });

  for (const [kind, make] of [
    ['of a service account', emulatedClient],
    ['of the federated principal', federatedClient],
  ] as const) {
    it(`are what its next token has: ${kind}`, async () => {
      const client = make(emulator);
      const before = (await client.getAccessToken()).token;
      client.scopes = [READ_ONLY];
      await assert.rejects(create(client), {status: 403});
      assert.notEqual((await client.getAccessToken()).token, before);
      assert.deepEqual(client.scopes, [READ_ONLY]);
      client.scopes = CLOUD_PLATFORM;
      assert.equal((await create(client)).status, 200);
    });
  }

  it('are those of clients that are derived from it afterwards, and of no other', async () => {
    const client = emulatedClient(emulator);
    const earlier = client.withServiceAccount(client.getServiceAccountEmail() ?? '');
    client.scopes = READ_ONLY;
    const later = client.withServiceAccount(client.getServiceAccountEmail() ?? '');
    await assert.rejects(create(later), {status: 403});
    assert.equal((await create(earlier)).status, 200);
    assert.equal(count('token'), 1, 'they share the federated token');
  });

  it('ask for no new token where they are the same', async () => {
    const client = emulatedClient(emulator);
    for (let call = 0; call < 3; call += 1) {
      client.scopes = [CLOUD_PLATFORM];
      await client.getAccessToken();
    }
    assert.equal(count('generateAccessToken'), 1);
  });

  it('let the event "tokens" tell of their tokens, and no longer of the others', async () => {
    const client = federatedClient(emulator);
    const twin = client.withScopes(CLOUD_PLATFORM);
    const told: unknown[] = [];
    client.on('tokens', ({access_token: token}) => told.push(token));
    client.scopes = READ_ONLY;
    await twin.getAccessToken();
    assert.deepEqual(told, [], 'what the others got');
    const {token} = await client.getAccessToken();
    assert.deepEqual(told, [token]);
  });

  it('are the default where there are none', async () => {
    const client = emulatedClient(emulator, {scopes: READ_ONLY});
    Reflect.set(client, 'scopes', undefined);
    assert.deepEqual(client.scopes, [CLOUD_PLATFORM]);
    assert.equal((await create(client)).status, 200);
  });

  it('are refused where they are none, and the client keeps its own', () => {
    const client = emulatedClient(emulator);
    for (const wrong of [[], '', [''], 7, {}, 'two\nlines']) {
      assert.throws(() => Reflect.set(client, 'scopes', wrong), {
        code: 'INVALID_OPTION',
        message: /scopes/,
      });
    }
    assert.deepEqual(client.scopes, [CLOUD_PLATFORM]);
    const {scopes} = client;
    assert.ok(Array.isArray(scopes));
    assert.throws(() => scopes.push(READ_ONLY), TypeError);
  });
});
