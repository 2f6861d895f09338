import assert from 'node:assert/strict';
import {createPublicKey, verify, X509Certificate, type KeyObject} from 'node:crypto';
import type {Emulator, ServiceAccountRole} from '../../src/emulator/index.js';
import {fields, send} from './support/http.js';
import {
  account,
  assertDenied,
  assertInvalid,
  callMethod,
  claimsOf,
  DEMO,
  textsOf,
  withServiceAccounts,
} from './support/iam-credentials.js';
import {emulators} from './support/running.js';
import {federatedToken} from './support/signing.js';

const OTHER = 'other@my-project.iam.gserviceaccount.com';
const PAYLOAD = Buffer.from('bytes \0 and more');
const BLOB = {payload: PAYLOAD.toString('base64')};

/** The keys that a service account has published, by their ids. */
async function publishedKeys(
  emulator: Emulator,
  format: 'raw' | 'x509',
  email = DEMO,
): Promise<Readonly<Record<string, KeyObject>>> {
  const answer = await send(emulator.url, {
    path: `/service_accounts/v1/metadata/${format}/${email}`,
  });
  assert.equal(answer.status, 200, answer.text);
  return Object.fromEntries(
    Object.entries(fields(answer.text)).map(([id, pem]) => [id, createPublicKey(String(pem))]),
  );
}

function isSigned(data: string | Uint8Array, key: KeyObject | undefined, signature: string) {
  assert.ok(key);
  return verify('sha256', Buffer.from(data), key, Buffer.from(signature, 'base64'));
}

describe('the signatures of the emulated IAM Credentials API', () => {
  const start = emulators();

  describe('signBlob', () => {
    it("signs bytes with the account's own key", async () => {
      const emulator = await start();
      const token = await federatedToken(emulator);
      const answer = await callMethod(emulator, 'signBlob', token, BLOB);
      const {keyId, signedBlob} = textsOf(answer, 'keyId', 'signedBlob');
      assert.match(keyId, /^[0-9a-f]{40}$/);
      assert.match(signedBlob, /^[A-Za-z0-9+/]{342}==$/);
      const key = (await publishedKeys(emulator, 'raw'))[keyId];
      assert.ok(isSigned(PAYLOAD, key, signedBlob));
      assert.ok(!isSigned('others', key, signedBlob));
      const record = emulator.requests.find(({operation}) => operation === 'signBlob');
      assert.equal(record?.service, 'iam-credentials');
      assert.equal(record.serviceAccount, DEMO);
      assert.match(record.principal ?? '', /^principal:.*demo-role/);
    });

    it('signs the same with each of its accounts, and otherwise with another', async () => {
      const role = 'roles/iam.serviceAccountTokenCreator';
      const emulator = await start(withServiceAccounts(account(DEMO, role), account(OTHER, role)));
      const token = await federatedToken(emulator);
      const sign = async (email: string) =>
        textsOf(await callMethod(emulator, 'signBlob', token, BLOB, email), 'keyId', 'signedBlob');
      assert.deepEqual(await sign(DEMO), await sign(DEMO));
      assert.notEqual((await sign(DEMO)).keyId, (await sign(OTHER)).keyId);
      assert.notEqual((await sign(DEMO)).signedBlob, (await sign(OTHER)).signedBlob);
    });

    it('takes both alphabets of base64, padded or not', async () => {
      const emulator = await start();
      const token = await federatedToken(emulator);
      const signed = new Set<string>();
      for (const payload of ['+/+/+w==', '-_-_-w==', '-_-_-w']) {
        const answer = await callMethod(emulator, 'signBlob', token, {payload});
        signed.add(textsOf(answer, 'keyId', 'signedBlob').signedBlob);
      }
      assert.equal(signed.size, 1);
    });

    for (const payload of ['%%%', 'a', 'ab=', 'abc==', 'ab+-', 'abcd efgh', 7, {}]) {
      it(`does not take ${JSON.stringify(payload)} for base64`, async () => {
        const emulator = await start();
        assertInvalid(
          await callMethod(emulator, 'signBlob', await federatedToken(emulator), {payload}),
          `Invalid value at 'payload' (TYPE_BYTES), Base64 decoding failed for ${JSON.stringify(payload)}`,
        );
      });
    }

    it('needs something to sign', async () => {
      const emulator = await start();
      const token = await federatedToken(emulator);
      for (const body of [{}, {payload: ''}, {payload: null}]) {
        assertInvalid(await callMethod(emulator, 'signBlob', token, body));
      }
      assertInvalid(
        await callMethod(emulator, 'signBlob', token, {...BLOB, bytesToSign: 'YQ=='}),
        'Invalid JSON payload received. Unknown name "bytesToSign": Cannot find field.',
      );
    });
  });

  describe('signJwt', () => {
    it('signs claims as they are, under a header of its own', async () => {
      const emulator = await start();
      const payload = '{"sub": "someone",  "n": 1}';
      const answer = await callMethod(emulator, 'signJwt', await federatedToken(emulator), {
        payload,
      });
      const {keyId, signedJwt} = textsOf(answer, 'keyId', 'signedJwt');
      const [header = '', claims = '', signature = ''] = signedJwt.split('.');
      assert.deepEqual(fields(Buffer.from(header, 'base64url').toString()), {
        alg: 'RS256',
        kid: keyId,
        typ: 'JWT',
      });
      assert.equal(Buffer.from(claims, 'base64url').toString(), payload);
      const keys = await publishedKeys(emulator, 'x509');
      assert.ok(isSigned(`${header}.${claims}`, keys[keyId], signature));
    });

    it('lets a token live twelve hours at most', async () => {
      const now = Math.floor(Date.now() / 1000);
      const emulator = await start({clock: () => now * 1000});
      const token = await federatedToken(emulator);
      const sign = (exp: unknown) =>
        callMethod(emulator, 'signJwt', token, {payload: JSON.stringify({sub: 'x', exp})});
      const {signedJwt} = textsOf(await sign(now + 43_200), 'keyId', 'signedJwt');
      assert.equal(claimsOf(signedJwt)['exp'], now + 43_200);
      for (const exp of [now + 43_201, now - 1, now + 0.5, String(now), null]) {
        assertInvalid(await sign(exp));
      }
    });

    for (const payload of ['', 'x', '[]', '"{}"', 'null', undefined, null, 1, {sub: 'x'}]) {
      it(`does not take ${typeof payload} ${JSON.stringify(payload)} for claims`, async () => {
        const emulator = await start();
        const token = await federatedToken(emulator);
        assertInvalid(await callMethod(emulator, 'signJwt', token, {payload}));
      });
    }
  });

  it('publishes each key in three forms, which are one key', async () => {
    const emulator = await start();
    const raw = Object.entries(await publishedKeys(emulator, 'raw'));
    const certified = Object.entries(await publishedKeys(emulator, 'x509'));
    const spki = (key: KeyObject | undefined) => key?.export({type: 'spki', format: 'pem'});
    assert.equal(raw.length, 1);
    assert.deepEqual(
      raw.map(([id, key]) => [id, spki(key)]),
      certified.map(([id, key]) => [id, spki(key)]),
    );
    for (const path of [`metadata/jwk/${DEMO}`, `jwk/${encodeURIComponent(DEMO)}`]) {
      const answer = await send(emulator.url, {path: `/service_accounts/v1/${path}`});
      const {keys} = fields(answer.text);
      assert.ok(Array.isArray(keys) && keys.length === 1);
      const jwk: unknown = keys[0];
      assert.ok(typeof jwk === 'object' && jwk !== null);
      const {kid, alg, kty, n, e, ...rest}: Record<string, unknown> = {...jwk};
      assert.deepEqual(
        {kid, alg, kty, rest},
        {kid: raw[0]?.[0], alg: 'RS256', kty: 'RSA', rest: {use: 'sig'}},
      );
      const key = createPublicKey({key: {kty: 'RSA', n: String(n), e: String(e)}, format: 'jwk'});
      assert.equal(spki(key), spki(raw[0]?.[1]));
    }
  });

  for (const [name, time] of [
    ['now', undefined],
    ['in 2049', Date.UTC(2049, 11, 30)],
    ['in 2060', Date.UTC(2060, 5, 1)],
  ] as const) {
    it(`certifies a key ${name} with what node:crypto takes for a certificate`, async () => {
      const emulator = await start(time === undefined ? {} : {clock: () => time});
      const answer = await send(emulator.url, {
        path: `/service_accounts/v1/metadata/x509/${DEMO}`,
      });
      const [pem] = Object.values(fields(answer.text));
      const certificate = new X509Certificate(String(pem));
      assert.ok(certificate.verify(certificate.publicKey));
      const at = time ?? Date.now();
      assert.ok(Date.parse(certificate.validFrom) < at && Date.parse(certificate.validTo) > at);
      assert.equal(certificate.subject, 'CN=google-emulator');
    });
  }

  it('publishes no key of an account that is not there', async () => {
    const emulator = await start();
    for (const name of ['nobody@my-project.iam.gserviceaccount.com', '%ff']) {
      const answer = await send(emulator.url, {path: `/service_accounts/v1/metadata/jwk/${name}`});
      assert.equal(answer.status, 404);
      assert.match(answer.text, /"status": "NOT_FOUND"/);
    }
    const posted = await send(emulator.url, {method: 'POST', path: '/oauth2/v3/certs'});
    assert.equal(posted.status, 405);
  });

  const PERMISSIONS = {
    generateAccessToken: 'getAccessToken',
    generateIdToken: 'getOpenIdToken',
    signBlob: 'signBlob',
    signJwt: 'signJwt',
  } as const;
  const BODIES = {
    generateAccessToken: {scope: ['https://www.googleapis.com/auth/cloud-platform']},
    generateIdToken: {audience: 'x'},
    signBlob: BLOB,
    signJwt: {payload: '{}'},
  } as const;
  const METHODS = ['generateAccessToken', 'generateIdToken', 'signBlob', 'signJwt'] as const;
  const ROLES: readonly (readonly [ServiceAccountRole, readonly string[]])[] = [
    ['roles/iam.workloadIdentityUser', ['generateAccessToken', 'generateIdToken']],
    ['roles/iam.serviceAccountOpenIdTokenCreator', ['generateIdToken']],
    ['roles/iam.serviceAccountTokenCreator', METHODS],
  ];
  for (const [role, allowed] of ROLES) {
    it(`let ${role} do what it is for, and nothing else`, async () => {
      const emulator = await start(withServiceAccounts(account(DEMO, role)));
      const token = await federatedToken(emulator);
      for (const method of METHODS) {
        const answer = await callMethod(emulator, method, token, BODIES[method]);
        if (allowed.includes(method)) assert.equal(answer.status, 200, answer.text);
        else assertDenied(answer, PERMISSIONS[method]);
        assertDenied(
          await callMethod(emulator, method, token, BODIES[method], OTHER),
          PERMISSIONS[method],
        );
      }
    });
  }

  it('go along a chain of delegates', async () => {
    const creator = 'roles/iam.serviceAccountTokenCreator';
    const emulator = await start(
      withServiceAccounts(
        account(DEMO, creator),
        account(OTHER, creator, `serviceAccount:${DEMO}`),
      ),
    );
    const token = await federatedToken(emulator);
    for (const method of METHODS) {
      const body = BODIES[method];
      assertDenied(await callMethod(emulator, method, token, body, OTHER), PERMISSIONS[method]);
      const delegates = [`projects/-/serviceAccounts/${DEMO}`];
      const answer = await callMethod(emulator, method, token, {...body, delegates}, OTHER);
      assert.equal(answer.status, 200, answer.text);
    }
  });

  it('know nobody without a token, and name their own method then', async () => {
    const emulator = await start();
    for (const [method, rpc] of [
      ['signBlob', 'SignBlob'],
      ['signJwt', 'SignJwt'],
      ['generateIdToken', 'GenerateIdToken'],
    ] as const) {
      const answer = await callMethod(emulator, method, undefined, BODIES[method]);
      assert.equal(answer.status, 401);
      assert.match(
        answer.text,
        new RegExp(`"google\\.iam\\.credentials\\.v1\\.IAMCredentials\\.${rpc}"`),
      );
    }
  });
});
