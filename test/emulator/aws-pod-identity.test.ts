import assert from 'node:assert/strict';
import {fields, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import type {Emulator} from '../../src/emulator/index.js';

const AUDIENCE = 'pods.eks.amazonaws.com';

function ask(emulator: Emulator, token?: string, method = 'GET'): Promise<Answer> {
  const headers = token === undefined ? {} : {authorization: token};
  return send(emulator.url, {method, path: '/v1/credentials', headers});
}

describe('the emulated EKS Pod Identity agent', () => {
  const start = emulators();

  it("gives the pod's role to the bearer of its token", async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now, awsCredentialsLifetimeSeconds: 900});
    const answer = await ask(emulator, emulator.issueWebIdentityToken({audience: AUDIENCE}));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    const {AccessKeyId, SecretAccessKey, Token, ...rest} = fields(answer.text);
    assert.match(String(AccessKeyId), /^ASIA/);
    assert.equal(String(SecretAccessKey).length, 40);
    assert.ok(String(Token).length > 500);
    assert.deepEqual(rest, {AccountId: '111122223333', Expiration: '2026-01-02T03:19:05Z'});
    assert.equal(emulator.requests[0]?.lifetimeSeconds, 900);
  });

  it("refuses what the agent refuses, in the agent's words", async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now});
    const other = await start({clock: clock.now});
    const options = {audience: AUDIENCE};
    const good = emulator.issueWebIdentityToken(options);
    const [head, , signature] = good.split('.');
    const claims = Buffer.from(
      JSON.stringify({aud: AUDIENCE, exp: clock.time / 1000 + 60, jti: 'x'}),
    ).toString('base64url');
    const invalid =
      /^\[[0-9a-f-]{36}\]: \(InvalidTokenException\): The token included in the request is invalid\., fault: client\n$/;
    const malformed = 'Service account token cannot be parsed: token is malformed\n';
    const cases: readonly (readonly [string, string | undefined, string | RegExp])[] = [
      ['no token', undefined, 'Service account token cannot be empty\n'],
      ['an empty one', '', 'Service account token cannot be empty\n'],
      ['one that is none', 'x', malformed],
      ['half a one', good.split('.').slice(0, 2).join('.'), malformed],
      ['a scheme before it', `Bearer ${good}`, malformed],
      [
        'one past its end',
        emulator.issueWebIdentityToken({...options, lifetimeSeconds: 0}),
        'Service account token failed basic claim validations: token is expired\n',
      ],
      ['one for STS', emulator.issueWebIdentityToken(), invalid],
      ['that of another cluster', other.issueWebIdentityToken(options), invalid],
      ['one that was changed', [head, claims, signature].join('.'), invalid],
      ['one that is not signed', [head, claims, ''].join('.'), invalid],
    ];
    for (const [name, token, message] of cases) {
      const answer = await ask(emulator, token);
      assert.equal(answer.status, 400, name);
      assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
      if (typeof message === 'string') assert.equal(answer.text, message, name);
      else assert.match(answer.text, message, name);
      if (token) assert.ok(!JSON.stringify(emulator.requests).includes(token), name);
    }
    assert.equal((await ask(emulator, good, 'POST')).status, 405);
  });

  it('refuses a token that was replaced, however often', async () => {
    const emulator = await start();
    const first = emulator.rotateContainerToken();
    const second = emulator.rotateContainerToken();
    const third = emulator.rotateContainerToken();
    assert.deepEqual(
      await Promise.all([first, second, third].map(async t => (await ask(emulator, t)).status)),
      [400, 400, 200],
    );
    const {files} = emulator.awsSetup('pod-identity', {folder: '/nowhere'});
    assert.equal(files[0]?.content, third);
  });

  it('is at no other host', async () => {
    const emulator = await start();
    const headers = {host: 'rebound.example', authorization: emulator.rotateContainerToken()};
    assert.equal((await send(emulator.url, {path: '/v1/credentials', headers})).status, 404);
  });
});
