import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {fromSSO} from '@aws-sdk/credential-providers';
import type {Emulator, EmulatorOptions} from '../../src/emulator/index.js';
import {assertIdentity, awsEnvironment} from './support/aws-environment.js';
import {fields, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';

const ACCOUNT = '111122223333';
const RESERVED = 'AWSReservedSSO_Admin_0123456789abcdef';

const CLOUDS: EmulatorOptions = {
  policy: {
    aws: {
      accounts: [
        {
          accountId: ACCOUNT,
          roles: [{name: RESERVED, identityCenter: true}, {name: 'closed'}],
        },
      ],
    },
  },
};

function getCredentials(
  emulator: Emulator,
  token: string | undefined,
  {role = 'demo-role', account = ACCOUNT}: {role?: string; account?: string} = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(emulator.url, {
    path: `/federation/credentials?role_name=${role}&account_id=${account}`,
    headers: {...(token === undefined ? {} : {'x-amz-sso_bearer_token': token}), ...headers},
  });
}

function assertRefused(answer: Answer, status: number, code: string, message: string) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers['x-amzn-errortype'], code);
  assert.equal(fields(answer.text)['message'], message);
}

describe('the emulated portal of IAM Identity Center', () => {
  const start = emulators();
  const environment = awsEnvironment();

  it('gives the credentials of a role to a user who is logged in', async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now, awsCredentialsLifetimeSeconds: 900});
    const {accessToken} = emulator.issueSsoToken();
    const answer = await getCredentials(emulator, accessToken);
    assert.equal(answer.status, 200);
    const {accessKeyId, secretAccessKey, sessionToken, ...rest} = fields(
      JSON.stringify(fields(answer.text)['roleCredentials']),
    );
    assert.match(String(accessKeyId), /^ASIA/);
    assert.equal(String(secretAccessKey).length, 40);
    assert.ok(String(sessionToken).length > 500);
    assert.deepEqual(rest, {expiration: clock.time + 900_000});
    const [record] = emulator.requests;
    assert.equal(record?.service, 'aws-sso');
    assert.equal(record.path, `/federation/credentials?role_name=demo-role&account_id=${ACCOUNT}`);
    assert.equal(record.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/demo-role/demo@example.com`);
    assert.ok(!JSON.stringify(record).includes(accessToken));
  });

  it('knows a role of a permission set by the name of the set', async () => {
    const emulator = await start(CLOUDS);
    const {accessToken} = emulator.issueSsoToken();
    assert.equal((await getCredentials(emulator, accessToken, {role: 'Admin'})).status, 200);
    assert.equal(
      emulator.requests[0]?.arn,
      `arn:aws:sts::${ACCOUNT}:assumed-role/${RESERVED}/demo@example.com`,
    );
    const {files} = emulator.awsSetup('sso', {folder: environment.folder});
    assert.match(files[0]?.content ?? '', /^sso_role_name = Admin$/m);
    for (const role of [RESERVED, 'closed', 'none', 'admin']) {
      const answer = await getCredentials(emulator, accessToken, {role});
      assertRefused(answer, 403, 'ForbiddenException', 'No access');
    }
  });

  it('refuses who is not logged in, or no more', async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now});
    const other = await start({clock: clock.now});
    const {accessToken} = emulator.issueSsoToken({lifetimeSeconds: 60});
    const foreign = other.issueSsoToken();
    const unauthorized = 'Session token not found or invalid';
    for (const token of [undefined, '', 'x', `${accessToken}x`, foreign.accessToken]) {
      const answer = await getCredentials(emulator, token);
      assertRefused(answer, 401, 'UnauthorizedException', unauthorized);
    }
    clock.pass(59);
    assert.equal((await getCredentials(emulator, accessToken)).status, 200);
    clock.pass(1);
    const late = await getCredentials(emulator, accessToken);
    assertRefused(late, 401, 'UnauthorizedException', unauthorized);
    assert.equal(emulator.requests.at(-1)?.error, 'UnauthorizedException');
    const dead = emulator.issueSsoToken({lifetimeSeconds: 0});
    assert.equal((await getCredentials(emulator, dead.accessToken)).status, 401);

    const again = emulator.issueSsoToken();
    emulator.revokeSsoTokens();
    assert.equal((await getCredentials(emulator, again.accessToken)).status, 401);
  });

  it('refuses an account that there is not, and a request that is none', async () => {
    const emulator = await start();
    const {accessToken} = emulator.issueSsoToken();
    assertRefused(
      await getCredentials(emulator, accessToken, {account: '999999999999'}),
      404,
      'ResourceNotFoundException',
      'Account not found',
    );
    for (const wrong of [{role: ''}, {account: ''}, {account: '1'.repeat(11)}, {account: 'x'}]) {
      assertRefused(
        await getCredentials(emulator, accessToken, wrong),
        400,
        'InvalidRequestException',
        'Invalid request provided',
      );
    }
    const post = await send(emulator.url, {method: 'POST', path: '/federation/credentials'});
    assert.equal(post.status, 405);
  });

  it('is at its own addresses alone', async () => {
    const emulator = await start();
    const {accessToken} = emulator.issueSsoToken();
    for (const [host, status] of [
      ['portal.sso.eu-west-1.amazonaws.com', 200],
      ['portal.sso.eu-west-1.example', 404],
    ] as const) {
      assert.equal((await getCredentials(emulator, accessToken, {}, {host})).status, status, host);
    }
  });

  it("tells the AWS SDK's provider why", async () => {
    const emulator = await start();
    const ssoToken = emulator.issueSsoToken();
    const {env} = await emulator.writeAwsSetup('sso', environment.folder, {ssoToken});
    environment.set(env);
    await fromSSO()();
    emulator.revokeSsoTokens();
    await assert.rejects(fromSSO()(), /Session token not found or invalid/);
  });
});

describe('the emulated token endpoint of IAM Identity Center', () => {
  const start = emulators();
  const environment = awsEnvironment();

  const createToken = (emulator: Emulator, body: unknown) =>
    send(emulator.url, {
      method: 'POST',
      path: '/token',
      headers: {'content-type': 'application/json'},
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('takes each refresh token once', async () => {
    const emulator = await start();
    const {clientId, clientSecret, refreshToken} = emulator.issueSsoToken({lifetimeSeconds: -1});
    const request = {clientId, clientSecret, refreshToken, grantType: 'refresh_token'};
    const answer = await createToken(emulator, request);
    assert.equal(answer.status, 200, answer.text);
    const {accessToken, refreshToken: next, ...rest} = fields(answer.text);
    assert.deepEqual(rest, {tokenType: 'Bearer', expiresIn: 28_800});
    assert.equal((await getCredentials(emulator, String(accessToken))).status, 200);
    assert.equal((await createToken(emulator, request)).status, 400);
    assert.equal((await createToken(emulator, {...request, refreshToken: next})).status, 200);
    assert.ok(!JSON.stringify(emulator.requests).includes(String(accessToken)));
  });

  it('refuses what AWS refuses', async () => {
    const emulator = await start();
    const {clientId, clientSecret, refreshToken} = emulator.issueSsoToken();
    const other = emulator.issueSsoToken();
    const good = {clientId, clientSecret, refreshToken, grantType: 'refresh_token'};
    const request = ['InvalidRequestException', 400, 'invalid_request'] as const;
    const client = ['InvalidClientException', 401, 'invalid_client'] as const;
    const grant = ['InvalidGrantException', 400, 'invalid_grant'] as const;
    const kind = ['UnsupportedGrantTypeException', 400, 'unsupported_grant_type'] as const;
    const cases: readonly (readonly [string, unknown, readonly [string, number, string]])[] = [
      ['nothing', '', request],
      ['half a JSON', '{"clientId":', request],
      ['a list', [], request],
      ['null', 'null', request],
      ['no client', {...good, clientId: undefined}, request],
      ['a secret that is a number', {...good, clientSecret: 1}, request],
      ['no kind of grant', {...good, grantType: undefined}, request],
      ['a client that there is not', {...good, clientId: 'x'}, client],
      ['a wrong secret', {...good, clientSecret: other.clientSecret}, client],
      ['no refresh token', {...good, refreshToken: undefined}, grant],
      ["another client's refresh token", {...good, refreshToken: other.refreshToken}, grant],
      ['a device code', {...good, grantType: 'urn:ietf:params:oauth:grant-type:device_code'}, kind],
    ];
    for (const [name, body, [code, status, error]] of cases) {
      const answer = await createToken(emulator, body);
      assert.equal(answer.status, status, name);
      assert.equal(answer.headers['x-amzn-errortype'], code, name);
      assert.equal(fields(answer.text)['error'], error, name);
      assert.equal(emulator.requests.at(-1)?.error, code, name);
    }
    emulator.revokeSsoTokens();
    assert.equal((await createToken(emulator, good)).status, 400);
  });

  it("renews the session of the AWS SDK's provider, which keeps it in its cache", async () => {
    const emulator = await start();
    const ssoToken = emulator.issueSsoToken({lifetimeSeconds: 60});
    const {env, files} = await emulator.writeAwsSetup('sso', environment.folder, {ssoToken});
    environment.set(env);
    await assertIdentity(emulator, await fromSSO()(), /demo@example\.com$/);
    assert.deepEqual(
      emulator.requests.slice(0, 2).map(({service, operation}) => `${service} ${operation}`),
      ['aws-sso-oidc CreateToken', 'aws-sso GetRoleCredentials'],
    );
    const cache = fields(await readFile(files.at(-1)?.path ?? '', 'utf8'));
    assert.notEqual(cache['accessToken'], ssoToken.accessToken);
    assert.notEqual(cache['refreshToken'], ssoToken.refreshToken);
  });

  it('leaves an expired session expired where it fails', async () => {
    const emulator = await start();
    const ssoToken = emulator.issueSsoToken({lifetimeSeconds: -1});
    const {env} = await emulator.writeAwsSetup('sso', environment.folder, {ssoToken});
    environment.set(env);
    emulator.failNext({service: 'aws-sso-oidc', status: 400, body: {error: 'invalid_grant'}});
    await assert.rejects(fromSSO()(), /Token is expired\. To refresh this SSO session run/);
    assert.equal(emulator.requests.length, 1);
  });
});
