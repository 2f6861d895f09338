import assert from 'node:assert/strict';
import type {AwsAuthError} from '../../src/errors.js';
import type {GrantedToken} from '../../src/google/granted-token.js';
import {
  generateIdTokenRequest,
  readGenerateIdToken,
  type IdTokenCall,
} from '../../src/google/id-token.js';
import type {TokenEndpointResponse} from '../../src/google/transport.js';
import {sampleCall} from '../support/sample-requests.js';
import {jsonWebToken, SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {thrownBy} from '../support/thrown.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const NOW = 1_800_000_000_000;
const EXP = NOW / 1000 + 3600;
const AUDIENCE = 'https://hello-abc-uc.a.run.app';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';

const sampleIdTokenCall = (change: Partial<IdTokenCall> = {}): IdTokenCall => ({
  ...sampleCall(change),
  targetAudience: AUDIENCE,
  ...change,
});

const read = (
  status: number,
  body: unknown,
  {now = NOW, ...more}: Partial<TokenEndpointResponse> & {now?: number} = {},
): GrantedToken =>
  readGenerateIdToken(tokenEndpointAnswer(status, body, more), sampleIdTokenCall(), [now]);
const refusal = (...given: Parameters<typeof read>): AwsAuthError => thrownBy(() => read(...given));

describe('generateIdTokenRequest', () => {
  it('is what the API documents, field by field', () => {
    const request = generateIdTokenRequest(
      sampleIdTokenCall({federatedToken: 'the-federated-token', delegates: ['first@p.x']}),
    );
    assert.deepEqual(
      {...request, body: JSON.parse(request.body) as unknown},
      {
        step: 'id-token',
        server: 'IAM Credentials',
        url: `https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/${EMAIL}:generateIdToken`,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          authorization: 'Bearer the-federated-token',
          'x-goog-api-client': 'gl-node/20.0.0 auth/0.1.0',
        },
        body: {
          audience: AUDIENCE,
          includeEmail: true,
          delegates: ['projects/-/serviceAccounts/first@p.x'],
        },
        secrets: ['the-federated-token'],
      },
    );
  });

  it('keeps what else the URL holds', () => {
    const url =
      'https://proxy.example/v1/projects/-/serviceAccounts/a@b.cd:generateAccessToken?k=v';
    assert.equal(
      generateIdTokenRequest(sampleIdTokenCall({url})).url,
      'https://proxy.example/v1/projects/-/serviceAccounts/a@b.cd:generateIdToken?k=v',
    );
  });
});

describe('readGenerateIdToken', () => {
  const good = {token: SAMPLE_SECRETS.idToken};

  it('takes an answer as Google documents it', () => {
    assert.deepEqual(read(200, good), {value: good.token, lifetimeMillis: 3_600_000});
  });

  it("counts the life to the token's own exp, by the clock of the server", () => {
    const token = jsonWebToken({exp: EXP - 3000});
    assert.equal(read(200, {token}).lifetimeMillis, 600_000);
    const serverTime = NOW + 60_000;
    for (const now of [NOW, NOW + 9_000_000, NOW - 9_000_000]) {
      assert.equal(read(200, {token}, {serverTime, now}).lifetimeMillis, 540_000);
    }
  });

  it('counts it by the clock here where by that of the server it has ended', () => {
    const token = jsonWebToken({exp: EXP});
    const serverTime = NOW + 86_400_000;
    assert.equal(read(200, {token}, {serverTime}).lifetimeMillis, 3_600_000);
    assert.match(refusal(200, {token}, {serverTime, now: serverTime}).message, /already passed/);
  });

  it('believes in no life of more than an hour', () => {
    const token = jsonWebToken({exp: EXP + 86_400});
    assert.equal(read(200, {token}).lifetimeMillis, 3_600_000);
  });

  describe('refuses an answer in which', () => {
    const none = /no "token" that is a JSON Web Token/;
    const noExp = /"token" without "exp"/;
    for (const [title, body, words] of [
      ['the token is missing', {}, none],
      ['the token is empty', {token: ''}, none],
      ['the token is a number', {token: 5}, none],
      ['the token is opaque', {token: 'ya29.c.abc def'}, none],
      ['the token has two parts', {token: 'eyJh.eyJh'}, none],
      ['the token has four parts', {token: 'eyJh.eyJh.eyJh.eyJh'}, none],
      ['the token holds a newline', {token: `${good.token}\r\nx: y`}, none],
      ['the token is followed by a newline', {token: `${good.token}\n`}, none],
      ['the claims are no JSON', {token: 'eyJh.YWJj.eyJh'}, noExp],
      ['the claims are an array', {token: jsonWebToken([EXP])}, noExp],
      ['the claims have no exp', {token: jsonWebToken({iat: 1})}, noExp],
      ['exp is a text', {token: jsonWebToken({exp: String(EXP)})}, noExp],
      ['exp is now', {token: jsonWebToken({exp: NOW / 1000})}, /already passed/],
      ['exp is past', {token: jsonWebToken({exp: 1})}, /already passed/],
      ['there is nothing', '', /is not a JSON object/],
      ['there is HTML', '<html>', /is not a JSON object/],
    ] as const) {
      it(title, () => {
        const error = refusal(200, body);
        assert.equal(error.code, 'INVALID_RESPONSE');
        assert.equal(error.step, 'id-token');
        assert.match(error.message, /^The answer of IAM Credentials /);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /undefined|eyJ|ya29/);
      });
    }

    it('the status is that of a success and not 200', () => {
      assert.equal(refusal(204, good).code, 'INVALID_RESPONSE');
    });
  });

  describe('names what IAM Credentials refused:', () => {
    it('the audience, which the message shows', () => {
      const error = refusal(400, {
        error: {
          code: 400,
          status: 'INVALID_ARGUMENT',
          message: 'Request contains an invalid argument.',
        },
      });
      assert.equal(error.code, 'IMPERSONATION_REFUSED');
      assert.ok(error.message.includes(`Check the audience "${AUDIENCE}"`), error.message);
    });

    it('an account that may not be used, or the federated token', () => {
      const body = (status: string) => ({error: {status, message: 'No.'}});
      assert.equal(refusal(403, body('PERMISSION_DENIED')).code, 'IMPERSONATION_DENIED');
      assert.equal(refusal(404, body('NOT_FOUND')).code, 'IMPERSONATION_DENIED');
      const error = refusal(401, body('UNAUTHENTICATED'));
      assert.deepEqual([error.code, error.status], ['IMPERSONATION_REFUSED', 401]);
      assert.match(error.message, /The federated token was not accepted/);
    });

    it('an outage and a quota, as every endpoint does', () => {
      assert.equal(refusal(503, '').code, 'SERVER_ERROR');
      const quota = refusal(429, '', {retryAfter: '2'});
      assert.deepEqual([quota.code, quota.retryAfterMillis], ['RATE_LIMITED', 2000]);
    });
  });
});
