import assert from 'node:assert/strict';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {federatedClient} from './emulated-client.js';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

describe('clients that share their tokens', () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.close());

  const exchanges = (): number =>
    emulator.requests.filter(({operation}) => operation === 'token').length;
  const fromOutside = () => ({access_token: 'from-outside', expiry_date: Date.now() + 600_000});

  it('do not exchange in turn, again and again, for an API that refuses every token', async () => {
    const client = federatedClient(emulator);
    emulator.failNext({service: 'storage', status: 401, times: 20});
    for (let call = 0; call < 3; call += 1) {
      for (const each of [client, client.withScopes(SCOPE)]) {
        const url = `${emulator.url}/storage/v1/b?project=my-project`;
        await assert.rejects(each.request({url}), {status: 401});
      }
    }
    assert.equal(exchanges(), 2, 'the first token, and one in its place');
  });

  it('tell a client that has left them of its own new tokens alone', async () => {
    const client = federatedClient(emulator);
    const twin = client.withScopes(SCOPE);
    const told: unknown[] = [];
    client.on('tokens', ({access_token: token}) => told.push(token));
    client.setCredentials(fromOutside());
    await twin.getAccessToken();
    assert.deepEqual(told, [], 'what the others got');
    client.setCredentials({});
    assert.deepEqual(told, [(await client.getAccessToken()).token]);
  });
});
