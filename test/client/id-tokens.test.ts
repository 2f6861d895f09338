import assert from 'node:assert/strict';
import {GoogleAuth, OAuth2Client} from 'google-auth-library';
import sinon from 'sinon';
import {
  defaultPolicy,
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type ServiceAccount,
} from '../../src/emulator/index.js';
import {startServer, type LocalServer} from '../support/local-server.js';
import {assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';
import {emulatedClient, federatedClient} from './emulated-client.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const AUDIENCE = 'https://hello-abc-uc.a.run.app';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A verifier that asks the emulator for the keys that Google publishes. */
function verifier({url}: Emulator): OAuth2Client {
  return new OAuth2Client({
    endpoints: {oauth2FederatedSignonPemCertsUrl: `${url}/oauth2/v1/certs`},
  });
}

function withServiceAccounts(...serviceAccounts: readonly ServiceAccount[]): EmulatorOptions {
  return {policy: {google: {...defaultPolicy().google, serviceAccounts}}};
}

const count = (emulator: Emulator, operation: string) =>
  emulator.requests.filter(record => record.operation === operation).length;

describe('fetchIdToken()', () => {
  let now: number;
  let emulator: Emulator;

  beforeEach(async () => {
    now = Date.now();
    emulator = await startEmulator({clock: () => now});
  });

  afterEach(async () => {
    sinon.restore();
    await emulator.close();
  });

  const client = (overrides = {}) => emulatedClient(emulator, {clock: () => now, ...overrides});

  it("gives a token that Google's own verifier takes, with the account's e-mail", async () => {
    const idToken = await client().fetchIdToken(AUDIENCE);
    const ticket = await verifier(emulator).verifyIdToken({idToken, audience: AUDIENCE});
    const {email, email_verified: isVerified, aud, sub} = ticket.getPayload() ?? {};
    assert.deepEqual([email, isVerified, aud], [EMAIL, true, AUDIENCE]);
    assert.match(sub ?? '', /^\d{21}$/);
    assert.deepEqual(
      emulator.requests.slice(0, 3).map(({operation}) => operation),
      ['GetCallerIdentity', 'token', 'generateIdToken'],
    );
  });

  it('asks once for many callers, and keeps a token for each audience', async () => {
    const own = client();
    const ask = (audience: string) =>
      Promise.all(Array.from({length: 30}, () => own.fetchIdToken(audience)));
    const tokens = [...(await ask(AUDIENCE)), ...(await ask('another')), ...(await ask(AUDIENCE))];
    assert.equal(new Set(tokens).size, 2);
    assert.equal(count(emulator, 'generateIdToken'), 2);
    await own.getAccessToken();
    assert.equal(count(emulator, 'token'), 1, 'one federated token serves all');
  });

  it('renews a token in the background before its own exp, and waits for a new one after', async () => {
    const own = client();
    const first = await own.fetchIdToken(AUDIENCE);
    now += HOUR - 6 * MINUTE;
    assert.equal(await own.fetchIdToken(AUDIENCE), first);
    assert.equal(count(emulator, 'generateIdToken'), 1, 'fresh');
    now += 2 * MINUTE;
    assert.equal(await own.fetchIdToken(AUDIENCE), first, 'due: nobody waits');
    now += 4 * MINUTE;
    const second = await own.fetchIdToken(AUDIENCE);
    assert.notEqual(second, first);
  });

  it('keeps a good token in an outage, and tells of the outage when the token has ended', async () => {
    const own = client({retry: {maxAttempts: 1}});
    const first = await own.fetchIdToken(AUDIENCE);
    emulator.failNext({service: 'iam-credentials', status: 503, times: 100});
    for (const minutes of [56, 2, 1]) {
      now += minutes * MINUTE;
      assert.equal(await own.fetchIdToken(AUDIENCE), first);
    }
    now += MINUTE;
    const error = await assertRejected(own.fetchIdToken(AUDIENCE), {
      code: 'SERVER_ERROR',
      says: ['IAM Credentials failed: HTTP 503'],
    });
    assert.equal(error.step, 'id-token');
    assert.equal(error.transient, true);
  });

  it('tries again what passes', async () => {
    sinon.stub(Math, 'random').returns(0);
    emulator.failNext({service: 'iam-credentials', status: 503});
    emulator.failNext({service: 'iam-credentials', reset: 'body'});
    await client().fetchIdToken(AUDIENCE);
    assert.equal(emulator.requests.filter(({service}) => service === 'iam-credentials').length, 3);
  });

  it('counts the life by the clock of the server', async () => {
    for (const minutes of [-60, 60]) {
      await using right = await startEmulator({clock: () => now});
      const own = emulatedClient(right, {clock: () => now + minutes * MINUTE});
      const first = await own.fetchIdToken(AUDIENCE);
      now += HOUR - 6 * MINUTE;
      assert.equal(await own.fetchIdToken(AUDIENCE), first);
      now += 6 * MINUTE;
      assert.notEqual(await own.fetchIdToken(AUDIENCE), first);
      assert.equal(count(right, 'generateIdToken'), 2);
    }
  });

  it('takes a new federated token when the kept one was revoked', async () => {
    const own = client();
    await own.getAccessToken();
    emulator.revokeTokens();
    await own.fetchIdToken(AUDIENCE);
    assert.deepEqual([count(emulator, 'token'), count(emulator, 'generateIdToken')], [2, 2]);
  });

  it('keeps the audiences that were asked for last, a hundred of them', async () => {
    const own = client();
    const first = await own.fetchIdToken('0');
    for (let audience = 1; audience < 100; audience += 1) await own.fetchIdToken(String(audience));
    assert.equal(await own.fetchIdToken('0'), first);
    await own.fetchIdToken('100');
    assert.equal(await own.fetchIdToken('0'), first, 'it was asked for again meanwhile');
    assert.equal(count(emulator, 'generateIdToken'), 101);
    await own.fetchIdToken('1');
    assert.equal(count(emulator, 'generateIdToken'), 102, 'the oldest was dropped');
  });

  it('goes through a chain of delegates', async () => {
    const middle = 'middle@my-project.iam.gserviceaccount.com';
    const role = 'roles/iam.serviceAccountTokenCreator';
    const [demo] = defaultPolicy().google.serviceAccounts;
    assert.ok(demo);
    await using chained = await startEmulator(
      withServiceAccounts(
        {email: EMAIL, bindings: [{role, members: [`serviceAccount:${middle}`]}]},
        {...demo, email: middle},
      ),
    );
    await emulatedClient(chained, {delegates: [middle]}).fetchIdToken(AUDIENCE);
    await assertRejected(emulatedClient(chained).fetchIdToken(AUDIENCE), {
      code: 'IMPERSONATION_DENIED',
      says: ['iam.serviceAccounts.getOpenIdToken'],
    });
  });

  it('needs no more than the role that lets the identity act as the account', async () => {
    const [demo] = defaultPolicy().google.serviceAccounts;
    const bindings = demo?.bindings?.filter(({role}) => role === 'roles/iam.workloadIdentityUser');
    assert.equal(bindings?.length, 1);
    await using plain = await startEmulator(withServiceAccounts({email: EMAIL, bindings}));
    await emulatedClient(plain).fetchIdToken(AUDIENCE);
  });

  describe('is refused', () => {
    it('where the client acts as the federated principal: before anything is sent', async () => {
      await assertRejected(federatedClient(emulator).fetchIdToken(AUDIENCE), {
        code: 'SERVICE_ACCOUNT_REQUIRED',
        says: [
          /An ID token names a service account/,
          '"serviceAccountEmail"',
          'withServiceAccount(',
        ],
      });
      assert.deepEqual(emulator.requests, []);
    });

    it('without an audience', async () => {
      for (const audience of [undefined, null, '', 1, {}, []]) {
        await assertRejected(client().fetchIdToken(audience as string), {
          code: 'INVALID_OPTION',
          says: ['"targetAudience"', 'Cloud Run'],
        });
      }
      assert.deepEqual(emulator.requests, []);
    });

    it('where nobody may act as the account, with the command that allows it', async () => {
      await using closed = await startEmulator(withServiceAccounts({email: EMAIL}));
      const error = await assertRejected(emulatedClient(closed).fetchIdToken(AUDIENCE), {
        code: 'IMPERSONATION_DENIED',
        says: [
          `IAM Credentials refused an ID token of ${EMAIL}: HTTP 403, PERMISSION_DENIED`,
          `gcloud iam service-accounts add-iam-policy-binding ${EMAIL} --role=roles/iam.serviceAccountOpenIdTokenCreator --member="principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/`,
        ],
      });
      assert.equal(error.step, 'id-token');
      assert.equal(error.status, 403);
    });

    it('where the API is off', async () => {
      const {google} = defaultPolicy();
      await using off = await startEmulator({
        policy: {google: {...google, disabledServices: ['iamcredentials.googleapis.com']}},
      });
      const error = await assertRejected(emulatedClient(off).fetchIdToken(AUDIENCE), {
        code: 'API_DISABLED',
        says: [/Enable it at https:\/\/console\./],
      });
      assert.equal(error.step, 'id-token');
    });
  });

  it('shows the token nowhere', async () => {
    const own = client();
    const token = await own.fetchIdToken(AUDIENCE);
    assertHidden(printed(own), {token});
    emulator.failNext({
      service: 'iam-credentials',
      status: 400,
      body: {error: {code: 400, status: 'INVALID_ARGUMENT', message: `already issued ${token}`}},
    });
    const error: unknown = await own.fetchIdToken('another').catch((reason: unknown) => reason);
    assert.match(printed(error), /already issued/);
    assertHidden(printed(error), {token});
  });

  describe("serves GoogleAuth's getIdTokenClient()", () => {
    let service: LocalServer;
    let callers: (string | undefined)[];

    // As Cloud Run does it: the token is checked before the program sees the request.
    beforeEach(async () => {
      callers = [];
      service = await startServer((request, response) => {
        const idToken = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
        verifier(emulator)
          .verifyIdToken({idToken, audience: AUDIENCE})
          .then(
            ticket => {
              callers.push(ticket.getPayload()?.email);
              response.end('hello');
            },
            () => response.writeHead(403).end(),
          );
      });
    });

    afterEach(() => service.close());

    it('whose requests the service lets in', async () => {
      const auth = new GoogleAuth({authClient: client()});
      const idTokenClient = await auth.getIdTokenClient(AUDIENCE);
      const {data} = await idTokenClient.request({url: service.url});
      assert.equal(data, 'hello');
      assert.deepEqual(callers, [EMAIL]);
      const other = await auth.getIdTokenClient('https://another.a.run.app');
      await assert.rejects(other.request({url: service.url}), {status: 403});
    });

    it('and gives it a token that lasts before its own ends', async () => {
      // That client asks the time of nobody else.
      sinon.useFakeTimers({now, toFake: ['Date']});
      const auth = new GoogleAuth({authClient: client()});
      const idTokenClient = await auth.getIdTokenClient(AUDIENCE);
      const bearer = async () =>
        (await idTokenClient.getRequestHeaders()).get('authorization') ?? '';
      const pass = (millis: number) => {
        now += millis;
        sinon.clock.setSystemTime(now);
      };
      const first = await bearer();
      pass(HOUR - 6 * MINUTE);
      assert.equal(await bearer(), first);
      pass(2 * MINUTE);
      assert.equal(await bearer(), first, 'asked for, and renewed in the background');
      while (count(emulator, 'generateIdToken') < 2) await new Promise(setImmediate);
      while ((await bearer()) === first) await new Promise(setImmediate);
      assert.equal(count(emulator, 'generateIdToken'), 2);
    });
  });
});
