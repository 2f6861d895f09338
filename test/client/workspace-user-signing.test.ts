import assert from 'node:assert/strict';
import {GoogleAuth} from 'google-auth-library';
import {enableSignedUrls, type AwsAuthClient} from '../../src/index.js';
import type {Emulator} from '../../src/emulator/index.js';
import {delegatingWorkspace} from '../emulator/support/delegating-workspace.js';
import {emulators} from '../emulator/support/running.js';
import {assertRejected} from '../support/refusal.js';
import {emulatedClient, emulatedStorage} from './emulated-client.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const ALICE = 'alice@example.com';
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly';
const CLOUD = 'https://www.googleapis.com/auth/cloud-platform';
const ADVICE =
  'This client acts for alice@example.com, whose token does not sign: sign with a client that has no "subject".';

describe('a client derived by withSubject()', () => {
  const start = emulators();

  /** A cloud whose Workspace delegates these scopes. */
  async function set(scopes: readonly string[]) {
    const emulator = await start(delegatingWorkspace(ALICE, EMAIL, scopes));
    const own = emulatedClient(emulator, {oauthTokenUrl: emulator.oauthTokenUrl});
    await emulatedStorage(emulator, own).createBucket('my-bucket');
    return {emulator, own, user: own.withSubject(ALICE, {scopes})};
  }

  const signingEndpoint = (emulator: Emulator) => `${emulator.url}/v1/projects/-/serviceAccounts/`;
  const fileOf = (emulator: Emulator, client: AwsAuthClient) =>
    emulatedStorage(emulator, client).bucket('my-bucket').file('x');
  const wishOf = (emulator: Emulator) => ({
    expires: Date.now() + 3_600_000,
    signingEndpoint: signingEndpoint(emulator),
  });
  const signers = (emulator: Emulator) =>
    emulator.requests
      .filter(({operation}) => operation === 'signBlob')
      .map(({principal, status}) => `${String(status)} ${String(principal)}`);

  for (const [scope, words] of [
    [CLOUD, /^Permission 'iam\.serviceAccounts\.signBlob' denied/],
    [CALENDAR, /^Request had insufficient authentication scopes\./],
  ] as const) {
    const why = scope === CLOUD ? 'has no role' : 'has another scope';
    const ways: Record<string, (emulator: Emulator, client: AwsAuthClient) => Promise<unknown>> = {
      'getSignedUrl() v2': (emulator, client) =>
        fileOf(emulator, client).getSignedUrl({
          ...wishOf(emulator),
          action: 'read',
          version: 'v2',
        }),
      'getSignedUrl() v4': (emulator, client) =>
        fileOf(emulator, client).getSignedUrl({
          ...wishOf(emulator),
          action: 'read',
          version: 'v4',
        }),
      'generateSignedPostPolicyV4()': (emulator, client) =>
        fileOf(emulator, client).generateSignedPostPolicyV4(wishOf(emulator)),
      "GoogleAuth's sign()": (emulator, client) =>
        new GoogleAuth({authClient: client}).sign('data', signingEndpoint(emulator)),
      'enableSignedUrls()': (emulator, client) =>
        enableSignedUrls(emulatedStorage(emulator, client))
          .bucket('my-bucket')
          .file('x')
          .getSignedUrl({...wishOf(emulator), action: 'read', version: 'v4'}),
    };
    for (const [way, sign] of Object.entries(ways)) {
      it(`${way}: says whose token does not sign, where the user ${why}`, async () => {
        const {emulator, user} = await set([scope]);
        await assert.rejects(sign(emulator, user), (error: Error) => {
          assert.match(error.message, words);
          assert.ok(error.message.endsWith(ADVICE), error.message);
          assert.doesNotMatch(error.message, /gcloud|add one of them/);
          return true;
        });
        // A token with another scope is refused before anybody asks whose it is.
        assert.deepEqual(signers(emulator), [
          `403 ${scope === CLOUD ? `user:${ALICE}` : 'undefined'}`,
        ]);
      });
    }
  }

  it('leaves the client that it was made of to sign as the account', async () => {
    const {emulator, own, user} = await set([CALENDAR]);
    await user.getAccessToken();
    const wish = {...wishOf(emulator), action: 'write', version: 'v4'} as const;
    const [url] = await fileOf(emulator, own).getSignedUrl(wish);
    assert.equal((await fetch(url, {method: 'PUT', body: 'hello'})).status, 200);
    assert.deepEqual(signers(emulator), [`200 serviceAccount:${EMAIL}`]);
  });

  it('gives no ID token, which cannot name the user, nor asks anybody', async () => {
    const {emulator, own, user} = await set([CALENDAR]);
    const audience = 'https://service.example.com';
    const before = emulator.requests.length;
    const refusal = {
      code: 'INVALID_OPTION',
      says: ['"subject"', 'an ID token cannot name a user', 'withSubject()'],
    } as const;
    await assertRejected(user.fetchIdToken(audience), refusal);
    const {idTokenProvider} = await new GoogleAuth({authClient: user}).getIdTokenClient(audience);
    await assertRejected(idTokenProvider.fetchIdToken(audience), refusal);
    assert.equal(emulator.requests.length, before);
    const claims: unknown = JSON.parse(
      Buffer.from((await own.fetchIdToken(audience)).split('.')[1] ?? '', 'base64url').toString(),
    );
    assert.ok(typeof claims === 'object' && claims !== null && 'email' in claims);
    assert.equal(claims.email, EMAIL);
  });
});
