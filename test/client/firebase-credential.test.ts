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

  // The real firebase-admin, in two majors, is asked by the matrix.
  describe("where firebase-admin's Firestore and Storage are about to refuse it", () => {
    // Named as in firebase-admin, which reads the constructor of all that it copies.
    const getExplicitProjectId = (credential: object): unknown => credential.constructor;
    function getFirestoreOptions(credential: object): unknown {
      return [getExplicitProjectId(credential)];
    }
    class Storage {
      readonly projectId: unknown;
      constructor(credential: object, read = getExplicitProjectId) {
        this.projectId = read(credential);
      }
    }

    it('says which client to use instead', () => {
      const credential = firebaseCredential(emulatedClient(emulator, {projectId: 'a-project'}));
      assert.throws(() => getFirestoreOptions(credential), {
        name: 'AwsAuthError',
        code: 'CLIENT_UNSUPPORTED',
        step: 'config',
        message: /getFirestore\(\).*new Firestore\(\{authClient, projectId: 'a-project'\}\)/,
      });
      assert.throws(() => new Storage(credential), {
        code: 'CLIENT_UNSUPPORTED',
        message: /getStorage\(\).*'@google-cloud\/storage'; new Storage\(/,
      });
    });

    it('has a blank where the project is not known', () => {
      const credential = firebaseCredential(emulatedClient(emulator, {projectId: undefined}));
      assert.throws(() => getFirestoreOptions(credential), /projectId: 'PROJECT'/);
    });

    it('disturbs nobody else who looks at it', () => {
      const credential = firebaseCredential(client);
      const look = (seen: object): unknown => seen.constructor;
      assert.equal(typeof getExplicitProjectId(credential), 'function');
      assert.equal(typeof new Storage(credential, look).projectId, 'function');
      assert.equal(
        inspect(credential),
        'AwsFirebaseCredential { getAccessToken: [AsyncFunction (anonymous)] }',
      );
      assert.doesNotThrow(() => inspect(credential, {showHidden: true, getters: true}));
      assert.equal(JSON.stringify(credential), '{}');
      assert.deepEqual(Object.keys(credential), ['getAccessToken']);
    });

    it('leaves them to their own refusal where no stack is kept', () => {
      const {stackTraceLimit} = Error;
      Error.stackTraceLimit = 0;
      try {
        assert.doesNotThrow(() => getFirestoreOptions(firebaseCredential(client)));
      } finally {
        Error.stackTraceLimit = stackTraceLimit;
      }
    });
  });
});
