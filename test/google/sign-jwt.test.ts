import assert from 'node:assert/strict';
import {readSignJwt, signJwtRequest} from '../../src/google/sign-jwt.js';
import {sampleCall} from '../support/sample-requests.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {thrownBy} from '../support/thrown.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const CALL = {...sampleCall(), claims: {iss: EMAIL, exp: 1_800_003_600}};

const read = (status: number, body: unknown, call = CALL) =>
  readSignJwt(tokenEndpointAnswer(status, body), call);
const refusal = (...given: Parameters<typeof read>) => thrownBy(() => read(...given));

describe('signJwtRequest', () => {
  it('is what the API documents: the claims are a text', () => {
    const {step, url, headers, body, secrets} = signJwtRequest(CALL);
    assert.equal(step, 'sign-jwt');
    assert.match(url, new RegExp(`/serviceAccounts/${EMAIL}:signJwt$`));
    assert.equal(headers['authorization'], `Bearer ${CALL.federatedToken}`);
    assert.deepEqual(JSON.parse(body), {payload: `{"iss":"${EMAIL}","exp":1800003600}`});
    assert.deepEqual(secrets, [CALL.federatedToken]);
  });
});

describe('readSignJwt', () => {
  it('takes an answer as Google documents it', () => {
    const signedJwt = SAMPLE_SECRETS.assertion;
    assert.equal(read(200, {keyId: 'c0ffee', signedJwt}), signedJwt);
  });

  it('refuses an answer without a signed token', () => {
    for (const body of [
      {},
      {signedJwt: ''},
      {signedJwt: 1},
      {signedJwt: 'a.b'},
      {token: 'a.b.c'},
    ]) {
      const error = refusal(200, body);
      assert.deepEqual([error.code, error.step], ['INVALID_RESPONSE', 'sign-jwt']);
      assert.match(error.message, /no "signedJwt" that is a JSON Web Token/);
    }
    assert.equal(refusal(200, '<html>').code, 'INVALID_RESPONSE');
    assert.equal(refusal(201, {}).code, 'INVALID_RESPONSE');
  });

  it('says that to sign takes another role than to act', () => {
    const command = `gcloud iam service-accounts add-iam-policy-binding ${EMAIL} --role=roles/iam.serviceAccountTokenCreator --member="principalSet://`;
    for (const status of [403, 404]) {
      const error = refusal(status, '');
      assert.deepEqual([error.code, error.step], ['IMPERSONATION_DENIED', 'sign-jwt']);
      assert.match(error.message, /refused to sign as .*let the AWS role sign as it/);
      assert.ok(error.message.includes(command), error.message);
    }
    const {message} = refusal(403, '', {...CALL, delegates: ['first@p.x']});
    assert.ok(message.includes('add-iam-policy-binding first@p.x '));
    assert.match(
      message,
      /--role=roles\/iam\.serviceAccountTokenCreator --member="serviceAccount:first@p\.x"$/,
    );
  });

  it('names other refusals', () => {
    const invalid = {error: {code: 400, status: 'INVALID_ARGUMENT', message: 'x'}};
    const error = refusal(400, invalid);
    assert.deepEqual([error.code, error.status], ['IMPERSONATION_REFUSED', 400]);
    assert.match(error.message, /twelve hours ahead: check this machine's clock/);
    assert.equal(refusal(401, '').status, 401);
    assert.equal(refusal(500, '').code, 'SERVER_ERROR');
  });
});
