import assert from 'node:assert/strict';
import {describe, it} from 'mocha';
import type {Emulator} from '../../src/emulator/index.js';
import {fields, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import {federatedToken} from './support/signing.js';

const BASIC = `Basic ${Buffer.from('client:secret').toString('base64')}`;
const PRINCIPAL =
  'principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/subject/arn:aws:sts::111122223333:assumed-role/demo-role/session';

function introspect(
  {url}: Emulator,
  body: string,
  headers: Readonly<Record<string, string>> = {authorization: BASIC},
): Promise<Answer> {
  return send(url, {
    method: 'POST',
    path: '/v1/introspect',
    headers: {'content-type': 'application/x-www-form-urlencoded', ...headers},
    body,
  });
}

const form = (token: string) => new URLSearchParams({token}).toString();

// https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/introspect
describe("the emulator's token introspection", () => {
  const start = emulators();

  it('tells for whom a federated token is, and until when', async () => {
    const clock = new Clock(Date.now());
    const emulator = await start({clock: clock.now});
    const token = await federatedToken(emulator);
    const answer = await introspect(emulator, form(token));
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(fields(answer.text), {
      active: true,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      username: PRINCIPAL,
      sub: PRINCIPAL,
      exp: String(Math.floor(clock.time / 1000) + 3600),
      iss: 'https://sts.googleapis.com/',
    });
    const json = await introspect(emulator, JSON.stringify({token}), {
      authorization: BASIC,
      'content-type': 'application/json',
    });
    assert.deepEqual(fields(json.text), fields(answer.text));
    assert.deepEqual(
      emulator.requests.slice(-2).map(record => [record.operation, record.principal]),
      [
        ['introspect', PRINCIPAL],
        ['introspect', PRINCIPAL],
      ],
    );
    assert.ok(!JSON.stringify(emulator.requests).includes(token));
  });

  it('tells of an ended, an unknown, and another token that it is not active, and no more', async () => {
    const clock = new Clock(Date.now());
    const emulator = await start({clock: clock.now});
    const token = await federatedToken(emulator);
    const impersonated = await send(emulator.url, {
      method: 'POST',
      path: '/v1/projects/-/serviceAccounts/demo@my-project.iam.gserviceaccount.com:generateAccessToken',
      headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
      body: JSON.stringify({scope: ['https://www.googleapis.com/auth/cloud-platform']}),
    });
    const {accessToken} = fields(impersonated.text);
    const inactive = async (other: string) => {
      const answer = await introspect(emulator, form(other));
      assert.deepEqual([answer.status, fields(answer.text)], [200, {active: false}]);
    };
    await inactive(String(accessToken));
    await inactive('ya29.d.unknown');
    clock.pass(3600);
    await inactive(token);
  });

  it('refuses a client that does not authenticate itself, and a request without a token', async () => {
    const emulator = await start();
    const token = await federatedToken(emulator);
    for (const headers of [{}, {authorization: `Bearer ${token}`}]) {
      assert.equal((await introspect(emulator, form(token), headers)).status, 401);
    }
    for (const body of ['', 'token=']) {
      const answer = await introspect(emulator, body);
      assert.deepEqual([answer.status, fields(answer.text)['error']], [400, 'invalid_request']);
    }
    const json = {authorization: BASIC, 'content-type': 'application/json'};
    for (const body of ['{}', '{"token":1}', 'no json']) {
      assert.equal((await introspect(emulator, body, json)).status, 400);
    }
    const answer = await send(emulator.url, {path: '/v1/introspect'});
    assert.equal(answer.status, 405);
  });
});
