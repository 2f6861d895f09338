import assert from 'node:assert/strict';
import {OAuth2Client} from 'google-auth-library';
import type {Emulator} from '../../src/emulator/index.js';
import {fields, send} from './support/http.js';
import {assertInvalid, callMethod, claimsOf, DEMO, textsOf} from './support/iam-credentials.js';
import {emulators} from './support/running.js';
import {federatedToken} from './support/signing.js';

const AUDIENCE = 'https://service-abc-uc.a.run.app';

async function issue(emulator: Emulator, body: unknown = {audience: AUDIENCE}): Promise<string> {
  const token = await federatedToken(emulator);
  return textsOf(await callMethod(emulator, 'generateIdToken', token, body), 'token').token;
}

/** Google's own verifier, which asks the emulator for Google's keys. */
function verifier({url}: Emulator): OAuth2Client {
  return new OAuth2Client({
    endpoints: {oauth2FederatedSignonPemCertsUrl: `${url}/oauth2/v1/certs`},
  });
}

describe('the ID tokens of the emulated IAM Credentials API', () => {
  const start = emulators();

  it('name the account, are for one audience, and live an hour', async () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    let offset = 0;
    const emulator = await start({clock: () => (offset === 0 ? Date.now() : now)});
    const federated = await federatedToken(emulator);
    offset = 1;
    const {token} = textsOf(
      await callMethod(emulator, 'generateIdToken', federated, {audience: AUDIENCE}),
      'token',
    );
    const {sub, ...claims} = claimsOf(token);
    assert.match(String(sub), /^1\d{20}$/);
    assert.deepEqual(claims, {
      aud: AUDIENCE,
      azp: sub,
      exp: Date.UTC(2026, 0, 2, 4, 4, 5) / 1000,
      iat: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000,
      iss: 'https://accounts.google.com',
    });
    assert.equal(emulator.requests.at(-1)?.lifetimeSeconds, 3600);
  });

  it("hold the account's e-mail only where it is asked for", async () => {
    const emulator = await start();
    const {email, email_verified: isVerified} = claimsOf(
      await issue(emulator, {audience: AUDIENCE, includeEmail: true}),
    );
    assert.deepEqual([email, isVerified], [DEMO, true]);
    const spelt = await issue(emulator, {audience: AUDIENCE, include_email: true});
    assert.equal(claimsOf(spelt)['email'], DEMO, 'as the .proto file spells it');
    for (const includeEmail of [false, null]) {
      const claims = claimsOf(await issue(emulator, {audience: AUDIENCE, includeEmail}));
      assert.ok(!('email' in claims) && !('email_verified' in claims));
    }
  });

  it('name the party that they are for by its e-mail where that is asked for', async () => {
    const emulator = await start();
    for (const body of [
      {useEmailAzp: true, organizationNumberIncluded: true},
      {use_email_azp: true, organization_number_included: true},
    ]) {
      const {azp, ...claims} = claimsOf(await issue(emulator, {audience: AUDIENCE, ...body}));
      assert.equal(azp, DEMO);
      assert.ok(!('google' in claims), 'the project is in no organisation');
    }
  });

  it("pass google-auth-library's verifier, which asks for Google's certificates", async () => {
    const emulator = await start();
    const idToken = await issue(emulator, {audience: AUDIENCE, includeEmail: true});
    const ticket = await verifier(emulator).verifyIdToken({idToken, audience: AUDIENCE});
    assert.equal(ticket.getPayload()?.email, DEMO);
    await assert.rejects(
      verifier(emulator).verifyIdToken({idToken, audience: 'https://another.a.run.app'}),
      /Wrong recipient/,
    );
    const [header, claims = '', signature] = idToken.split('.');
    const forged = Buffer.from(
      Buffer.from(claims, 'base64url').toString().replace('demo@', 'root@'),
    ).toString('base64url');
    await assert.rejects(
      verifier(emulator).verifyIdToken({
        idToken: [header, forged, signature].join('.'),
        audience: AUDIENCE,
      }),
      /Invalid token signature/,
    );
  });

  it("are signed with Google's key, and not with the account's", async () => {
    const emulator = await start();
    const [header = ''] = (await issue(emulator)).split('.');
    const {kid} = fields(Buffer.from(header, 'base64url').toString());
    const kidsAt = async (path: string) =>
      [...(await send(emulator.url, {path})).text.matchAll(/"kid": "(\w+)"/g)].map(
        found => found[1],
      );
    assert.deepEqual(await kidsAt('/oauth2/v3/certs'), [kid]);
    const own = await kidsAt(`/service_accounts/v1/jwk/${DEMO}`);
    assert.equal(own.length, 1);
    assert.ok(!own.includes(String(kid)));
  });

  it("keys are found under Google's own name, and may be cached", async () => {
    const emulator = await start();
    const headers = {host: 'www.googleapis.com'};
    const answer = await send(emulator.url, {path: '/oauth2/v3/certs', headers});
    assert.equal(answer.status, 200);
    assert.match(answer.headers['cache-control'] ?? '', /max-age=\d+/);
    assert.equal(emulator.requests.at(-1)?.service, 'google-certs');
  });

  it('need an audience, and a plain yes or no', async () => {
    const emulator = await start();
    const token = await federatedToken(emulator);
    for (const body of [{}, {audience: ''}, {audience: null}, {audience: 1}]) {
      assertInvalid(await callMethod(emulator, 'generateIdToken', token, body));
    }
    for (const body of [{includeEmail: 'yes'}, {include_email: 'yes'}]) {
      assertInvalid(
        await callMethod(emulator, 'generateIdToken', token, {audience: 'x', ...body}),
        'Invalid value at \'include_email\' (TYPE_BOOL), "yes"',
      );
    }
    const both = {audience: 'x', includeEmail: true, include_email: true};
    assertInvalid(await callMethod(emulator, 'generateIdToken', token, both));
    assertInvalid(
      await callMethod(emulator, 'generateIdToken', token, {audience: 'x', include_mail: true}),
      'Invalid JSON payload received. Unknown name "include_mail": Cannot find field.',
    );
  });
});
