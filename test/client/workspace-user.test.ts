import assert from 'node:assert/strict';
import sinon from 'sinon';
import {
  defaultPolicy,
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type GooglePolicy,
} from '../../src/emulator/index.js';
import type {AwsAuthClient, CredentialFileOverrides} from '../../src/index.js';
import {startServer} from '../support/local-server.js';
import {assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';
import {emulatedClient, federatedClient} from './emulated-client.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const ALICE = 'alice@example.com';
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly';
const DRIVE = 'https://www.googleapis.com/auth/drive.readonly';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function userClient(emulator: Emulator, overrides: CredentialFileOverrides = {}): AwsAuthClient {
  return emulatedClient(emulator, {
    subject: ALICE,
    scopes: [CALENDAR],
    oauthTokenUrl: emulator.oauthTokenUrl,
    ...overrides,
  });
}

const google = (change: Partial<GooglePolicy>): EmulatorOptions => ({
  policy: {google: {...defaultPolicy().google, ...change}},
});

const operations = (emulator: Emulator) =>
  emulator.requests.map(({service, operation}) => `${service} ${operation}`);
const count = (emulator: Emulator, operation: string) =>
  operations(emulator).filter(name => name === operation).length;

describe('a client with a subject', () => {
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

  const client = (overrides: CredentialFileOverrides = {}) =>
    userClient(emulator, {clock: () => now, ...overrides});

  it("gets the user's token by the service account's signature, once for many callers", async () => {
    const own = client();
    const tokens = await Promise.all(Array.from({length: 50}, () => own.getAccessToken()));
    assert.equal(new Set(tokens.map(({token}) => token)).size, 1);
    assert.deepEqual(operations(emulator), [
      'aws-sts GetCallerIdentity',
      'google-sts token',
      'iam-credentials signJwt',
      'google-oauth2 token',
    ]);
    const {principal, serviceAccount} = emulator.requests.at(-1) ?? {};
    assert.deepEqual([principal, serviceAccount], [`user:${ALICE}`, EMAIL]);
  });

  it('asks for all of its scopes', async () => {
    await client({scopes: [CALENDAR, DRIVE]}).getAccessToken();
    const others = ['https://mail.google.com/', 'https://www.googleapis.com/auth/tasks'];
    for (const scopes of [[CALENDAR, ...others], [CALENDAR, ...others].join(' ')]) {
      await assert.rejects(client({scopes}).getAccessToken(), {code: 'DELEGATION_DENIED'});
      // It names each that is not delegated.
      assert.equal(
        emulator.requests.at(-1)?.reason,
        `The Workspace does not delegate to ${EMAIL}: ${others.join(' ')}.`,
      );
    }
  });

  it('authorises requests, and gets a new token when an API refuses the old one', async () => {
    const seen: string[] = [];
    const api = await startServer((request, response) => {
      seen.push(request.headers.authorization ?? '');
      response.writeHead(seen.length === 2 ? 401 : 200).end('{}');
    });
    try {
      const url = `${api.url}/calendar/v3`;
      const own = client();
      await own.request({url});
      assert.equal((await own.fetch(url)).status, 200);
      assert.equal(seen[0], seen[1]);
      assert.notEqual(seen[1], seen[2]);
      for (const header of seen) assert.match(header, /^Bearer ya29\.a\./);
      assert.equal(count(emulator, 'google-oauth2 token'), 2);
    } finally {
      await api.close();
    }
  });

  it('renews the token in the background, and keeps a good one in an outage', async () => {
    const own = client({retry: {maxAttempts: 1}});
    const {token: first} = await own.getAccessToken();
    for (const service of ['iam-credentials', 'google-oauth2'] as const) {
      emulator.failNext({service, status: 503, times: 2});
    }
    now += HOUR - 3 * MINUTE;
    assert.equal((await own.getAccessToken()).token, first);
    now += 3 * MINUTE;
    const error = await assertRejected(own.getAccessToken(), {
      code: 'SERVER_ERROR',
      says: ['HTTP 503'],
    });
    assert.match(error.step, /^(?:sign-jwt|jwt-bearer)$/);
  });

  it('tries again what passes, with the assertion that it has', async () => {
    sinon.stub(Math, 'random').returns(0);
    emulator.failNext({service: 'google-oauth2', status: 503});
    emulator.failNext({service: 'google-oauth2', reset: 'before'});
    await client().getAccessToken();
    assert.equal(count(emulator, 'iam-credentials signJwt'), 1);
    assert.equal(emulator.requests.filter(({service}) => service === 'google-oauth2').length, 3);
  });

  it('waits no longer than it may for a server that never answers', async () => {
    sinon.stub(Math, 'random').returns(0);
    emulator.failNext({service: 'google-oauth2', hang: true, times: 9});
    // Long enough for the steps before, on a busy machine too.
    const timeouts = {attemptMillis: 1000, totalMillis: 8000};
    const own = client({timeouts, retry: {maxAttempts: 2}});
    const error = await assertRejected(own.getAccessToken(), {
      code: 'TIMEOUT',
      says: ["Google's OAuth endpoint (127.0.0.1"],
    });
    assert.equal(error.step, 'jwt-bearer');
  });

  it('takes a new federated token when the kept one was revoked', async () => {
    const own = client();
    await own.getAccessToken();
    emulator.revokeTokens();
    await own.withScopes(DRIVE).getAccessToken();
    assert.equal(count(emulator, 'google-sts token'), 2);
  });

  it('goes through a chain of delegates', async () => {
    const middle = 'middle@my-project.iam.gserviceaccount.com';
    const role = 'roles/iam.serviceAccountTokenCreator';
    const [demo] = defaultPolicy().google.serviceAccounts;
    assert.ok(demo);
    await using chained = await startEmulator(
      google({
        serviceAccounts: [
          {email: EMAIL, bindings: [{role, members: [`serviceAccount:${middle}`]}]},
          {...demo, email: middle},
        ],
      }),
    );
    await userClient(chained, {delegates: [middle]}).getAccessToken();
    await assertRejected(userClient(chained).getAccessToken(), {
      code: 'IMPERSONATION_DENIED',
      says: ['iam.serviceAccounts.signJwt'],
    });
  });

  describe('is derived by withSubject()', () => {
    it('and shares the federated token, also with clients of other users', async () => {
      const bob = 'bob@example.com';
      const [workspace] = defaultPolicy().google.workspaces ?? [];
      assert.ok(workspace);
      await using shared = await startEmulator(
        google({workspaces: [{...workspace, users: [ALICE, bob]}]}),
      );
      const account = emulatedClient(shared, {oauthTokenUrl: shared.oauthTokenUrl});
      const alice = account.withSubject(ALICE, {scopes: CALENDAR});
      const clients = [account, alice, alice.withSubject(bob), alice.withScopes([DRIVE])];
      const tokens = await Promise.all(clients.map(each => each.getAccessToken()));
      assert.equal(new Set(tokens.map(({token}) => token)).size, 4);
      assert.equal(count(shared, 'google-sts token'), 1);
      assert.deepEqual(
        shared.requests
          .flatMap(({service, principal}) => (service === 'google-oauth2' ? [principal] : []))
          .sort(),
        [`user:${ALICE}`, `user:${ALICE}`, `user:${bob}`],
      );
      assert.equal(alice.getServiceAccountEmail(), EMAIL);
      assert.notEqual(await account.fetchIdToken('x'), '');
    });

    it('and needs scopes, a user and a service account', () => {
      const invalid = {code: 'INVALID_OPTION'};
      const account = emulatedClient(emulator);
      assert.throws(() => account.withSubject(ALICE), {
        ...invalid,
        message: /"scopes" is missing beside "subject"/,
      });
      assert.throws(() => account.withSubject('alice', {scopes: CALENDAR}), invalid);
      assert.throws(
        () => federatedClient(emulator, {scopes: CALENDAR}).withSubject(ALICE),
        invalid,
      );
    });
  });

  describe('with a local clock that is off', () => {
    for (const minutes of [-60, -10, 10, 60]) {
      it(`by ${String(minutes)} minutes signs claims of the server's time`, async () => {
        const own = client({clock: () => now + minutes * MINUTE});
        await own.getAccessToken();
        assert.equal(count(emulator, 'iam-credentials signJwt'), 1);
      });
    }

    for (const minutes of [-130, 30, 24 * 60]) {
      it(`by ${String(minutes)} minutes since the federated token came signs once more`, async () => {
        await using long = await startEmulator({
          clock: () => now,
          federatedTokenLifetimeSeconds: 40 * 3600,
        });
        let offset = 0;
        const account = emulatedClient(long, {
          oauthTokenUrl: long.oauthTokenUrl,
          clock: () => now + offset,
        });
        await account.getAccessToken();
        offset = minutes * MINUTE;
        await account.withSubject(ALICE, {scopes: CALENDAR}).getAccessToken();
        const signatures = count(long, 'iam-credentials signJwt');
        if (minutes > 0) {
          assert.equal(count(long, 'google-sts token'), 1);
          assert.equal(signatures, 2);
        } else {
          // A clock that is set back makes the kept token due: where its refresh in the background, whose answer
          // tells the server's time, comes first, the first claims are right.
          assert.ok(signatures === 1 || signatures === 2, String(signatures));
        }
        assert.ok(long.requests.some(({principal}) => principal === `user:${ALICE}`));
      });
    }
  });

  describe('is refused', () => {
    const mayActAndNotSign = () => {
      const [demo] = defaultPolicy().google.serviceAccounts;
      const bindings = demo?.bindings?.filter(
        ({role}) => role === 'roles/iam.workloadIdentityUser',
      );
      assert.equal(bindings?.length, 1);
      return google({serviceAccounts: [{email: EMAIL, bindings}]});
    };

    const refuse = async (
      options: EmulatorOptions,
      overrides: CredentialFileOverrides,
      expected: Parameters<typeof assertRejected>[1],
    ) => {
      await using refusing = await startEmulator(options);
      return await assertRejected(userClient(refusing, overrides).getAccessToken(), expected);
    };

    it('scopes that no administrator has entered, with what is to be entered where', async () => {
      const mail = 'https://www.googleapis.com/auth/gmail.send';
      const error = await refuse(
        {},
        {scopes: [CALENDAR, mail]},
        {
          code: 'DELEGATION_DENIED',
          says: [
            `Google refused ${EMAIL} a token for ${ALICE}: HTTP 401, unauthorized_client, "Client is unauthorized`,
            'An administrator of example.com must enter',
            'https://admin.google.com/ac/owl/domainwidedelegation',
            `gcloud iam service-accounts describe ${EMAIL} --format="value(uniqueId)"`,
            `${CALENDAR},${mail}`,
          ],
        },
      );
      const {step, status, reason, transient} = error;
      assert.deepEqual(
        {step, status, reason, transient},
        {step: 'jwt-bearer', status: 401, reason: 'unauthorized_client', transient: false},
      );
    });

    it('a user who is not there', async () => {
      const error = await refuse(
        {},
        {subject: 'nobody@example.com'},
        {
          code: 'DELEGATION_REFUSED',
          says: [
            'invalid_grant, "Invalid email or User ID"',
            'Check the subject nobody@example.com',
          ],
        },
      );
      assert.equal(error.step, 'jwt-bearer');
    });

    it('scopes that are none', async () => {
      await refuse(
        {},
        {scopes: 'calendar'},
        {
          code: 'DELEGATION_REFUSED',
          says: ['invalid_scope', 'Check the scopes (calendar)'],
        },
      );
    });

    it('a role that may act as the account and not sign, with the command that lets it', async () => {
      const error = await refuse(
        mayActAndNotSign(),
        {},
        {
          code: 'IMPERSONATION_DENIED',
          says: [
            `IAM Credentials refused to sign as ${EMAIL}: HTTP 403, PERMISSION_DENIED, "Permission 'iam.serviceAccounts.signJwt' denied`,
            'let the AWS role sign as it',
            `add-iam-policy-binding ${EMAIL} --role=roles/iam.serviceAccountTokenCreator --member="principalSet://`,
          ],
        },
      );
      assert.equal(error.step, 'sign-jwt');
    });

    it('that role once alone, though the clock is off: no other time would let it sign', async () => {
      await using refusing = await startEmulator(mayActAndNotSign());
      let offset = 0;
      const account = emulatedClient(refusing, {
        oauthTokenUrl: refusing.oauthTokenUrl,
        clock: () => Date.now() + offset,
      });
      await account.getAccessToken();
      offset = 30 * MINUTE;
      await assertRejected(account.withSubject(ALICE, {scopes: CALENDAR}).getAccessToken(), {
        code: 'IMPERSONATION_DENIED',
        says: ["Permission 'iam.serviceAccounts.signJwt' denied"],
      });
      assert.equal(count(refusing, 'iam-credentials signJwt'), 1);
    });

    it('an ID token, which cannot name the user', async () => {
      await assertRejected(client().fetchIdToken('https://hello-abc-uc.a.run.app'), {
        code: 'INVALID_OPTION',
        says: ['"subject"', 'names the service account'],
      });
      assert.deepEqual(emulator.requests, []);
    });
  });

  it('shows whom it acts for, and no secret', async () => {
    const own = client();
    const {token} = await own.getAccessToken();
    assert.match(printed(own), /alice@example\.com/);
    assertHidden(printed(own), {token});
    assert.ok(!JSON.stringify(own).includes(ALICE), 'a credential file has no place for a user');
  });

  it('shows no assertion that a server repeats', async () => {
    const {fetch: before} = globalThis;
    let assertion = '';
    // What the endpoint was sent, by way of a transporter's fetch.
    const spying: typeof fetch = async (input, init) => {
      const body = init?.body;
      if (typeof body === 'string' && body.includes('assertion=')) {
        assertion = new URLSearchParams(body).get('assertion') ?? '';
        const said = {error: 'invalid_grant', error_description: `cannot take ${assertion}`};
        return Response.json(said, {status: 400});
      }
      return before(input, init);
    };
    const own = client({transporterOptions: {fetchImplementation: spying}});
    const error = await assertRejected(own.getAccessToken(), {
      code: 'DELEGATION_REFUSED',
      says: ['cannot take'],
    });
    assert.ok(assertion.length > 400);
    assertHidden(printed(error), {assertion, signature: assertion.split('.')[2] ?? ''});
  });
});
