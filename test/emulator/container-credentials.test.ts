import assert from 'node:assert/strict';
import {json, send} from './support/http.js';
import {Clock, emulators} from './support/running.js';

describe('the emulated container credentials endpoint', () => {
  const start = emulators();

  it("hands out the role's session credentials", async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now, awsCredentialsLifetimeSeconds: 900});
    const {pathname} = new URL(emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
    const headers = {authorization: emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN};
    const answer = await send(emulator.url, {path: pathname, headers});
    assert.equal(answer.status, 200);
    const body = json(answer);
    assert.ok(typeof body === 'object' && body !== null);
    assert.deepEqual(Object.keys(body), [
      'RoleArn',
      'AccessKeyId',
      'SecretAccessKey',
      'Token',
      'Expiration',
    ]);
    const credentials: Record<string, unknown> = {...body};
    assert.equal(credentials['RoleArn'], 'arn:aws:iam::111122223333:role/demo-role');
    assert.match(String(credentials['AccessKeyId']), /^ASIA[A-Z2-7]{16}$/);
    assert.match(String(credentials['SecretAccessKey']), /^[A-Za-z0-9+/]{40}$/);
    assert.ok(String(credentials['Token']).length > 500);
    assert.equal(credentials['Expiration'], '2026-01-02T03:19:05Z');

    const again = await send(emulator.url, {path: pathname, headers});
    assert.notEqual(again.text, answer.text);
  });

  it('refuses what the agents refuse', async () => {
    const emulator = await start();
    const {pathname} = new URL(emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
    const authorization = emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
    const cases = [
      {name: 'no token', path: pathname, headers: {}, status: 401, code: 'UnauthorizedException'},
      {
        name: 'another token',
        path: pathname,
        headers: {authorization: `${authorization}x`},
        status: 403,
        code: 'AccessDeniedException',
      },
      {
        name: 'a scheme before the token',
        path: pathname,
        headers: {authorization: `Bearer ${authorization}`},
        status: 403,
        code: 'AccessDeniedException',
      },
      {
        name: 'another task',
        path: '/v2/credentials/00000000000000000000000000000000',
        headers: {authorization},
        status: 404,
        code: 'InvalidIdInRequest',
      },
    ];
    for (const {name, path, headers, status, code} of cases) {
      const answer = await send(emulator.url, {path, headers});
      const body = json(answer);
      assert.equal(answer.status, status, name);
      assert.ok(typeof body === 'object' && body !== null && 'code' in body && 'message' in body);
      assert.equal(body.code, code, name);
      assert.ok(!answer.text.includes(authorization), name);
    }
    const post = await send(emulator.url, {
      method: 'POST',
      path: pathname,
      headers: {authorization},
    });
    assert.equal(post.status, 405);
    assert.equal(post.headers.allow, 'GET');
  });

  it("is the container's alone: at another host name it does not exist", async () => {
    const emulator = await start();
    const {pathname} = new URL(emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
    const answer = await send(emulator.url, {
      path: pathname,
      headers: {
        host: 'rebound.example',
        authorization: emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN,
      },
    });
    assert.equal(answer.status, 404);
  });
});
