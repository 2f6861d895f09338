import assert from 'node:assert/strict';
import {delegationClaims, jwtBearerRequest, readJwtBearer} from '../../src/google/jwt-bearer.js';
import {sampleJwtBearer} from '../support/sample-requests.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {assertHidden, printed} from '../support/secrets.js';
import {thrownBy} from '../support/thrown.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const ALICE = 'alice@example.com';
const GOOD = {access_token: SAMPLE_SECRETS.userToken, token_type: 'Bearer', expires_in: 3599};

const read = (status: number, body: unknown, change = {}, more = {}) =>
  readJwtBearer(tokenEndpointAnswer(status, body, more), sampleJwtBearer(change));
const refusal = (...given: Parameters<typeof read>) => thrownBy(() => read(...given));
const said = (error: string, description: string) => ({error, error_description: description});

describe('delegationClaims', () => {
  it('are those of a service account that acts for a user, for an hour', () => {
    const delegation = {email: EMAIL, subject: ALICE, scopes: ['a', 'b']};
    const now = 1_800_000_000_999;
    assert.deepEqual(delegationClaims(delegation, 'https://oauth2.googleapis.com/token', now), {
      iss: EMAIL,
      sub: ALICE,
      scope: 'a b',
      aud: 'https://oauth2.googleapis.com/token',
      iat: 1_800_000_000,
      exp: 1_800_003_600,
    });
  });
});

describe('jwtBearerRequest', () => {
  it('is that of RFC 7523, without other authorization', () => {
    const {body, ...request} = jwtBearerRequest(sampleJwtBearer());
    assert.deepEqual(request, {
      step: 'jwt-bearer',
      server: "Google's OAuth endpoint",
      url: 'https://oauth2.googleapis.com/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'x-goog-api-client': 'gl-node/20.0.0 auth/0.1.0',
      },
      secrets: [SAMPLE_SECRETS.assertion],
    });
    assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: SAMPLE_SECRETS.assertion,
    });
  });
});

describe('readJwtBearer', () => {
  it('takes an answer as Google documents it', () => {
    assert.deepEqual(read(200, GOOD), {value: GOOD.access_token, lifetimeMillis: 3_599_000});
  });

  for (const [title, body, words] of [
    ['has no token', {...GOOD, access_token: undefined}, /no usable "access_token"/],
    ['has an ID token instead', {id_token: SAMPLE_SECRETS.idToken}, /no usable "access_token"/],
    ['has a token with a newline', {...GOOD, access_token: 'a\nb'}, /no usable "access_token"/],
    ['has another type', {...GOOD, token_type: 'mac'}, /"token_type" other than Bearer/],
    ['has no type', {...GOOD, token_type: undefined}, /"token_type" other than Bearer/],
    ['never ends', {...GOOD, expires_in: undefined}, /"expires_in" that is not/],
    ['has ended', {...GOOD, expires_in: 0}, /"expires_in" that is not/],
    ['is a page', '<html>', /not a JSON object/],
  ] as const) {
    it(`refuses an answer that ${title}`, () => {
      const error = refusal(200, body);
      assert.deepEqual([error.code, error.step], ['INVALID_RESPONSE', 'jwt-bearer']);
      assert.match(error.message, words);
      assertHidden(printed(error), SAMPLE_SECRETS);
    });
  }

  it('tells an administrator what to enter where the Workspace does not know the account', () => {
    const scopes = ['https://www.googleapis.com/auth/a', 'https://www.googleapis.com/auth/b'];
    for (const [status, code] of [
      [401, 'unauthorized_client'],
      [403, 'access_denied'],
    ] as const) {
      const error = refusal(status, said(code, 'Client is unauthorized.'), {scopes});
      assert.deepEqual(
        [error.code, error.status, error.reason],
        ['DELEGATION_DENIED', status, code],
      );
      assert.equal(
        error.message,
        `Google refused ${EMAIL} a token for ${ALICE}: HTTP ${String(status)}, ${code}, "Client is unauthorized.". An administrator of example.com must enter the service account at https://admin.google.com/ac/owl/domainwidedelegation with each of these scopes, spelled so: https://www.googleapis.com/auth/a,https://www.googleapis.com/auth/b (it is usually seen in minutes, and may take 24 hours). The client ID to enter is what this prints: gcloud iam service-accounts describe ${EMAIL} --format="value(uniqueId)"`,
      );
    }
  });

  for (const [error, description, words] of [
    [
      'invalid_grant',
      'Invalid email or User ID',
      /subject alice@example\.com: it must be .* active user/,
    ],
    [
      'invalid_grant',
      'Invalid grant: account not found',
      /service-accounts describe demo@my-project/,
    ],
    [
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      /clock is off: synchronise it/,
    ],
    ['invalid_grant', 'Invalid JWT Signature.', /in another cloud/],
    [
      'invalid_scope',
      'Invalid OAuth scope or ID token audience provided.',
      /Check the scopes \(https/,
    ],
    ['invalid_grant', 'Bad Request', /Check the subject \(alice@example\.com\), the scopes/],
    ['invalid_request', '', /Check the subject/],
  ] as const) {
    it(`says what to do about ${error}, "${description.slice(0, 40)}"`, () => {
      const refused = refusal(400, said(error, description));
      assert.deepEqual(
        [refused.code, refused.step, refused.transient, refused.reason],
        ['DELEGATION_REFUSED', 'jwt-bearer', false, error],
      );
      assert.match(refused.message, words);
    });
  }

  it('names an outage and a quota, as every endpoint does', () => {
    assert.equal(refusal(503, '').code, 'SERVER_ERROR');
    const quota = refusal(429, said('rate_limit_exceeded', 'x'), {}, {retryAfter: '2'});
    assert.deepEqual([quota.code, quota.retryAfterMillis], ['RATE_LIMITED', 2000]);
  });

  it('does not repeat the assertion that a server repeats, whatever that looks like', () => {
    const assertion = 'an/assertion+of=another.shape';
    const error = refusal(400, said('invalid_grant', `cannot read ${assertion}`), {assertion});
    assert.match(error.message, /"cannot read \[masked\]"/);
  });
});
