import assert from 'node:assert/strict';
import {generateKeyPairSync, sign} from 'node:crypto';
import {defaultPolicy, type Emulator} from '../../src/emulator/index.js';
import {delegatingWorkspace} from './support/delegating-workspace.js';
import {fields, json, send, type Answer} from './support/http.js';
import {callMethod, DEMO, textsOf} from './support/iam-credentials.js';
import {emulators} from './support/running.js';
import {federatedToken} from './support/signing.js';

const ALICE = 'alice@example.com';
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly';
const DRIVE = 'https://www.googleapis.com/auth/drive.readonly';
const UNAUTHORIZED =
  'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.';
const UNTIMELY =
  'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';

const now = () => Math.floor(Date.now() / 1000);

function claims(more: Readonly<Record<string, unknown>> = {}): object {
  return {
    iss: DEMO,
    sub: ALICE,
    scope: CALENDAR,
    aud: 'https://oauth2.googleapis.com/token',
    iat: now(),
    exp: now() + 3600,
    ...more,
  };
}

async function assertion(emulator: Emulator, payload = claims()): Promise<string> {
  const answer = await callMethod(emulator, 'signJwt', await federatedToken(emulator), {
    payload: JSON.stringify(payload),
  });
  return textsOf(answer, 'keyId', 'signedJwt').signedJwt;
}

function post(emulator: Emulator, form: Readonly<Record<string, string>>): Promise<Answer> {
  return send(emulator.url, {
    method: 'POST',
    path: '/oauth2/v4/token',
    headers: {'content-type': 'application/x-www-form-urlencoded'},
    body: new URLSearchParams(form).toString(),
  });
}

const present = (emulator: Emulator, text: string) =>
  post(emulator, {grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: text});

async function ask(emulator: Emulator, more: Readonly<Record<string, unknown>> = {}) {
  return present(emulator, await assertion(emulator, claims(more)));
}

function assertRefused(answer: Answer, error: string, description: string, status = 400): void {
  assert.deepEqual(json(answer), {error, error_description: description});
  assert.equal(answer.status, status);
}

describe("the emulated Google's OAuth 2.0 token endpoint", () => {
  const start = emulators();

  it("gives a user's token for an assertion of a service account", async () => {
    const emulator = await start();
    const answer = await ask(emulator, {scope: `${CALENDAR} ${DRIVE}`});
    const {access_token: token, ...rest} = fields(answer.text);
    assert.match(String(token), /^ya29\.a\.[\w-]{300,}$/);
    assert.deepEqual(rest, {expires_in: 3599, token_type: 'Bearer'});
    const {service, operation, principal, serviceAccount, lifetimeSeconds, path} =
      emulator.requests.at(-1) ?? {};
    assert.deepEqual(
      {service, operation, principal, serviceAccount, lifetimeSeconds, path},
      {
        service: 'google-oauth2',
        operation: 'token',
        principal: `user:${ALICE}`,
        serviceAccount: DEMO,
        lifetimeSeconds: 3599,
        path: '/oauth2/v4/token',
      },
    );
  });

  it("gives the service account's own where it names no user", async () => {
    const emulator = await start({serviceAccountTokenLifetimeSeconds: 90});
    for (const sub of [undefined, DEMO]) {
      const answer = await ask(emulator, {sub});
      assert.match(String(fields(answer.text)['access_token']), /^ya29\.c\./);
      assert.equal(fields(answer.text)['expires_in'], 90);
      assert.equal(emulator.requests.at(-1)?.principal, `serviceAccount:${DEMO}`);
    }
  });

  it("lets other APIs see the user's scopes and nothing more", async () => {
    const readStorage = 'https://www.googleapis.com/auth/devstorage.read_only';
    const emulator = await start(delegatingWorkspace(ALICE, DEMO, [readStorage, CALENDAR]));
    const list = async (scope: string) => {
      const token = String(fields((await ask(emulator, {scope})).text)['access_token']);
      const headers = {authorization: `Bearer ${token}`};
      return send(emulator.url, {path: '/storage/v1/b?project=my-project', headers});
    };
    assert.equal((await list(readStorage)).status, 200);
    const refused = await list(CALENDAR);
    assert.equal(refused.status, 403);
    assert.match(refused.text, /ACCESS_TOKEN_SCOPE_INSUFFICIENT/);
  });

  it('lets no user act as a service account', async () => {
    const {google} = defaultPolicy();
    const cloud = 'https://www.googleapis.com/auth/cloud-platform';
    const [workspace] = google.workspaces ?? [];
    assert.ok(workspace);
    const delegations = [{serviceAccount: DEMO, scopes: [cloud]}];
    const emulator = await start({
      policy: {google: {...google, workspaces: [{...workspace, delegations}]}},
    });
    const token = String(fields((await ask(emulator, {scope: cloud})).text)['access_token']);
    const answer = await callMethod(emulator, 'generateAccessToken', token, {scope: [cloud]});
    assert.equal(answer.status, 403);
    assert.equal(emulator.requests.at(-1)?.principal, `user:${ALICE}`);
  });

  it('knows an account by the unique id that an administrator enters', async () => {
    const {google} = defaultPolicy();
    const [serviceAccount] = google.serviceAccounts;
    const [workspace] = google.workspaces ?? [];
    assert.ok(serviceAccount && workspace);
    const uniqueId = '100000000000000000001';
    const emulator = await start({
      policy: {
        google: {
          ...google,
          serviceAccounts: [{...serviceAccount, uniqueId}],
          workspaces: [
            {...workspace, delegations: [{serviceAccount: uniqueId, scopes: [CALENDAR]}]},
          ],
        },
      },
    });
    assert.equal((await ask(emulator)).status, 200);
  });

  describe('refuses', () => {
    for (const [name, more, error, description, status] of [
      [
        'a scope that is not delegated',
        {scope: `${CALENDAR} https://mail.google.com/`},
        'unauthorized_client',
        UNAUTHORIZED,
        401,
      ],
      [
        'a user who is not there',
        {sub: 'bob@example.com'},
        'invalid_grant',
        'Invalid email or User ID',
        400,
      ],
      [
        'a user of another domain',
        {sub: 'alice@example.org'},
        'invalid_grant',
        'Invalid email or User ID',
        400,
      ],
      [
        'a subject that is no address',
        {sub: 'alice'},
        'invalid_grant',
        'Invalid email or User ID',
        400,
      ],
      [
        'an issuer who is not there',
        {iss: 'nobody@my-project.iam.gserviceaccount.com'},
        'invalid_grant',
        'Invalid grant: account not found',
        400,
      ],
      ['no issuer', {iss: undefined}, 'invalid_grant', 'Invalid grant: account not found', 400],
      [
        'another audience',
        {aud: 'https://example.com/token'},
        'invalid_grant',
        'Invalid JWT: Failed audience check.',
        400,
      ],
      [
        'no audience',
        {aud: undefined},
        'invalid_grant',
        'Invalid JWT: Failed audience check.',
        400,
      ],
      [
        'no scope',
        {scope: undefined},
        'invalid_scope',
        'Invalid OAuth scope or ID token audience provided.',
        400,
      ],
      [
        'a scope that is none',
        {scope: 'calendar'},
        'invalid_scope',
        'Invalid OAuth scope or ID token audience provided.',
        400,
      ],
      [
        'scopes with commas',
        {scope: `${CALENDAR},${DRIVE}`},
        'invalid_scope',
        'Invalid OAuth scope or ID token audience provided.',
        400,
      ],
      ['more than an hour', () => ({exp: now() + 3700}), 'invalid_grant', UNTIMELY, 400],
      [
        'an end before its beginning',
        () => ({iat: now() + 200, exp: now() + 100}),
        'invalid_grant',
        UNTIMELY,
        400,
      ],
      [
        'no exp',
        {exp: undefined},
        'invalid_grant',
        'Invalid JWT: exp (expiration time) is not set.',
        400,
      ],
      [
        'no iat',
        {iat: undefined},
        'invalid_grant',
        'Invalid JWT: iat (issued at) is not set.',
        400,
      ],
      [
        'no scope, before another audience',
        {scope: '', aud: 'https://example.com/token'},
        'invalid_scope',
        'Invalid OAuth scope or ID token audience provided.',
        400,
      ],
      [
        'an iat of tomorrow',
        () => ({iat: now() + 36_000, exp: now() + 39_000}),
        'invalid_grant',
        UNTIMELY,
        400,
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start();
        assertRefused(
          await ask(emulator, typeof more === 'function' ? more() : more),
          error,
          description,
          status,
        );
        assert.equal(emulator.requests.at(-1)?.error, error);
      });
    }

    it('a client that no administrator has entered', async () => {
      const {google} = defaultPolicy();
      const workspaces = (google.workspaces ?? []).map(({domain, users}) => ({domain, users}));
      const emulator = await start({policy: {google: {...google, workspaces}}});
      assertRefused(await ask(emulator), 'unauthorized_client', UNAUTHORIZED, 401);
      assert.equal(
        emulator.requests.at(-1)?.reason,
        `The Workspace does not delegate to ${DEMO}: ${CALENDAR}.`,
      );
    });

    it('every user where there is no Workspace', async () => {
      const {projectId, projectNumber, workloadIdentityPools, serviceAccounts} =
        defaultPolicy().google;
      const google = {projectId, projectNumber, workloadIdentityPools, serviceAccounts};
      const emulator = await start({policy: {google}});
      assertRefused(await ask(emulator), 'invalid_grant', 'Invalid email or User ID');
    });

    it('an assertion that has expired since it was signed', async () => {
      let offset = 0;
      const emulator = await start({clock: () => Date.now() + offset});
      const signed = await assertion(emulator);
      offset = 3_601_000;
      assertRefused(await present(emulator, signed), 'invalid_grant', UNTIMELY);
    });

    it('a signature that is not the account’s', async () => {
      const emulator = await start();
      const [header = '', payload = '', signature = ''] = (await assertion(emulator)).split('.');
      const {privateKey} = generateKeyPairSync('rsa', {modulusLength: 2048});
      const own = sign('sha256', Buffer.from(`${header}.${payload}`), privateKey);
      const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      const other = Buffer.from(JSON.stringify(claims({sub: 'bob@example.com'}))).toString(
        'base64url',
      );
      for (const forged of [
        `${header}.${payload}.${own.toString('base64url')}`,
        `${header}.${other}.${signature}`,
        `${header}.${payload}.`,
        `${none}.${payload}.`,
      ]) {
        assertRefused(await present(emulator, forged), 'invalid_grant', 'Invalid JWT Signature.');
      }
    });

    it('what is no assertion', async () => {
      const emulator = await start();
      for (const text of ['', 'x', 'a.b', 'a.b.c', '..']) {
        assertRefused(await present(emulator, text), 'invalid_request', 'Bad Request');
      }
    });

    it('a request that is not of its grant type', async () => {
      const emulator = await start();
      assertRefused(
        await post(emulator, {grant_type: 'refresh_token', assertion: 'x'}),
        'unsupported_grant_type',
        'Invalid grant_type: refresh_token',
      );
      assertRefused(
        await post(emulator, {assertion: 'x'}),
        'unsupported_grant_type',
        'Invalid grant_type: ',
      );
      const inJson = await send(emulator.url, {
        method: 'POST',
        path: '/oauth2/v4/token',
        headers: {'content-type': 'application/json'},
        body: JSON.stringify({grant_type: 'x', assertion: 'x'}),
      });
      assertRefused(inJson, 'unsupported_grant_type', 'Invalid grant_type: ');
      assertRefused(
        await post(emulator, {grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer'}),
        'invalid_request',
        'Bad Request',
      );
      const got = await send(emulator.url, {path: '/oauth2/v4/token'});
      assert.equal(got.status, 405);
    });
  });

  it("is found under Google's own names, AWS having a /token of its own", async () => {
    const emulator = await start();
    for (const [host, path, service] of [
      ['oauth2.googleapis.com', '/token', 'google-oauth2'],
      ['www.googleapis.com', '/oauth2/v4/token', 'google-oauth2'],
      ['oauth2.googleapis.com', '/oauth2/v4/token', 'unknown'],
      ['oidc.us-east-1.amazonaws.com', '/token', 'aws-sso-oidc'],
    ] as const) {
      await send(emulator.url, {method: 'POST', path, headers: {host}, body: ''});
      assert.equal(emulator.requests.at(-1)?.service, service);
    }
  });

  it('breaks as it is told', async () => {
    const emulator = await start();
    emulator.failNext({service: 'google-oauth2', status: 503});
    assert.equal((await ask(emulator)).status, 503);
    assert.equal((await ask(emulator)).status, 200);
  });
});
