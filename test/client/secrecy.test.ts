import assert from 'node:assert/strict';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {runNode} from '../support/run-node.js';
import {assertHidden, printed} from '../support/secrets.js';
import {emulatedClient} from './emulated-client.js';

const STEPS = [
  'aws-credentials',
  'sign',
  'token-exchange',
  'impersonation',
  'id-token',
  'sign-jwt',
  'jwt-bearer',
];

describe('no secret shows', () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.close());

  it('in the client, however it is printed', async () => {
    const keys = emulator.issueAwsCredentials();
    const client = emulatedClient(emulator, {awsCredentials: keys});
    const {token} = await client.getAccessToken();
    const subjectToken = await client.retrieveSubjectToken();
    assertHidden(printed(client), {
      secretAccessKey: keys.secretAccessKey,
      accessKeyId: keys.accessKeyId,
      sessionToken: keys.sessionToken,
      token,
      subjectToken,
    });
    assert.match(printed(client), /demo@my-project/, 'what helps is shown');
  });

  it('in the error of a call to an API', async () => {
    const client = emulatedClient(emulator);
    const {token} = await client.getAccessToken();
    emulator.failNext({service: 'storage', status: 403, body: {error: {message: 'no'}}});
    const error: unknown = await client
      .request({url: `${emulator.url}/storage/v1/b?project=my-project`})
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof Error);
    assertHidden(printed(error), {token});
  });

  // A server, or a proxy in between, may say back what it was sent.
  it('in the error of an exchange whose answer repeats the request', async () => {
    const keys = emulator.issueAwsCredentials();
    const client = emulatedClient(emulator, {awsCredentials: keys});
    const subjectToken = await client.retrieveSubjectToken();
    const decoded = decodeURIComponent(subjectToken);
    emulator.failNext({
      service: 'google-sts',
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: `cannot read ${decoded} nor ${keys.sessionToken} nor ${keys.secretAccessKey} ${keys.accessKeyId}`,
      },
    });
    const error: unknown = await client.getAccessToken().catch((reason: unknown) => reason);
    assert.ok(error instanceof Error);
    assert.match(error.message, /cannot read/);
    const signature = /Signature=([0-9a-f]{64})/.exec(decoded)?.[1] ?? '';
    assertHidden(printed(error), {
      secretAccessKey: keys.secretAccessKey,
      accessKeyId: keys.accessKeyId,
      sessionToken: keys.sessionToken,
      signature,
    });
  });

  it("in google-auth-library's log, which tells the steps all the same", async () => {
    const keys = emulator.issueAwsCredentials();
    const program = 'test/client/logged-program.ts';
    const {status, stdout, stderr} = await runNode([program], {
      ...emulator.env,
      GOOGLE_SDK_NODE_LOGGING: 'auth',
      EMULATED_CONFIG: JSON.stringify(emulator.config),
      EMULATED_OAUTH_TOKEN_URL: emulator.oauthTokenUrl,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
    });
    assert.equal(status, 0, stderr);
    // The program prints its token on purpose, so that we know what to look for.
    const tokens: unknown = JSON.parse(stdout);
    assert.ok(isTokens(tokens));
    for (const step of STEPS) {
      assert.match(stderr, new RegExp(`${step} .*ok after`));
    }
    assert.match(stderr, /token-exchange .*AWS_IDENTITY_REJECTED after/, 'a failure is logged');
    assertHidden(stderr, {
      ...tokens,
      secretAccessKey: keys.secretAccessKey,
      sessionToken: keys.sessionToken,
      accessKeyId: keys.accessKeyId,
    });
    assert.ok(!/Signature=[0-9a-f]|eyJ/.test(stderr), 'no signature and no assertion');
  });
});

function isTokens(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).join() === 'token,federated,idToken,userToken'
  );
}
