import assert from 'node:assert/strict';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {answering, rawServers} from '../support/raw-server.js';
import {rejectionOf} from '../support/thrown.js';
import {federatedClient} from './emulated-client.js';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

describe('clients that share their tokens', () => {
  const start = rawServers();
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

  it('do not fail one that was given a token while it waited', async () => {
    const client = federatedClient(emulator, {retry: {maxAttempts: 1}});
    const twin = client.withScopes(SCOPE);
    emulator.failNext({service: 'google-sts', status: 503, delayMillis: 50});
    const api = await start(answering(200, '{}'));
    const waiting = [
      client.getAccessToken().then(({token}) => token),
      client.getRequestHeaders().then(headers => headers.get('authorization')),
      client.request({url: api.url}).then(({status}) => status),
    ];
    const other = assert.rejects(twin.getAccessToken(), {code: 'SERVER_ERROR'});
    client.setCredentials(fromOutside());
    assert.deepEqual(await Promise.all(waiting), ['from-outside', 'Bearer from-outside', 200]);
    assert.match(api.requests[0]?.head ?? '', /^authorization: Bearer from-outside\r?$/im);
    await other;
    assert.equal(emulator.requests.filter(({service}) => service === 'google-sts').length, 1);
  });

  it('fail each caller with an error of its own, to which it may add, and which tells where it called', async () => {
    const client = federatedClient(emulator, {retry: {maxAttempts: 1}});
    emulator.failNext({service: 'google-sts', status: 503, headers: {'retry-after': '7'}});
    const first = rejectionOf(
      client.getAccessToken().catch((error: unknown) => {
        // As google-auth-library's Impersonated does.
        if (error instanceof Error) error.message = `unable to impersonate: ${String(error)}`;
        throw error;
      }),
    );
    async function secondCaller(): Promise<void> {
      await client.getRequestHeaders();
    }
    const [theirs, own] = await Promise.all([first, rejectionOf(secondCaller())]);
    assert.match(
      theirs.message,
      /^unable to impersonate: AwsAuthError: Google STS failed: HTTP 503/,
    );
    assert.match(own.message, /^Google STS failed: HTTP 503/);
    assert.match(own.stack ?? '', /secondCaller/);
    for (const {code, step, status, transient, retryAfterMillis} of [theirs, own]) {
      assert.deepEqual(
        {code, step, status, transient, retryAfterMillis},
        {
          code: 'SERVER_ERROR',
          step: 'token-exchange',
          status: 503,
          transient: true,
          retryAfterMillis: 7000,
        },
      );
    }
    assert.equal(emulator.requests.filter(({service}) => service === 'google-sts').length, 1);
  });
});
