import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {firebaseCredential, type AwsAuthClient} from '../../src/index.js';
import {emulatedClient} from './emulated-client.js';

describe('the credential of firebase-admin', () => {
  let emulator: Emulator;
  let client: AwsAuthClient;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());
  beforeEach(() => {
    client = emulatedClient(emulator);
  });

  it('gives the token and the whole seconds that it has left', async () => {
    const now = Date.now();
    client.setCredentials({access_token: 'a-token', expiry_date: now + 600_900});
    const {access_token, expires_in} = await firebaseCredential(client).getAccessToken();
    assert.equal(access_token, 'a-token');
    assert.ok(
      Number.isInteger(expires_in) && expires_in <= 600 && expires_in > 500,
      `${expires_in}`,
    );
  });

  it('gives an exchanged token, the same until it ends', async () => {
    const credential = firebaseCredential(client);
    const first = await credential.getAccessToken();
    assert.equal(first.access_token, (await client.getAccessToken()).token);
    assert.ok(first.expires_in > 3000 && first.expires_in <= 3600);
    assert.equal((await credential.getAccessToken()).access_token, first.access_token);
    client.setCredentials({});
    assert.notEqual((await credential.getAccessToken()).access_token, first.access_token);
  });

  it('lets nothing be kept of a token whose end has passed or is unknown', async () => {
    const ahead = emulatedClient(emulator, {clock: () => 0});
    ahead.setCredentials({access_token: 'a-token', expiry_date: 3_600_000});
    const given = await firebaseCredential(ahead).getAccessToken();
    assert.deepEqual(given, {access_token: 'a-token', expires_in: 0});
  });

  it('fails as the client does, and shows no token', async () => {
    emulator.failNext({service: 'google-sts', status: 403});
    const credential = firebaseCredential(client);
    await assert.rejects(credential.getAccessToken(), {name: 'AwsAuthError'});
    const {access_token: token} = await credential.getAccessToken();
    assert.ok(!inspect(credential, {depth: 9}).includes(token));
  });
});
