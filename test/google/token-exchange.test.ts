import assert from 'node:assert/strict';
import type {AwsAuthError} from '../../src/errors.js';
import {isTokenValue, type GrantedToken} from '../../src/google/granted-token.js';
import {readTokenExchange, tokenExchangeRequest} from '../../src/google/token-exchange.js';
import {SAMPLE_SECRETS, SAMPLE_SUBJECT_TOKEN} from '../support/sample-secrets.js';
import {sampleExchange} from '../support/sample-requests.js';
import {thrownBy} from '../support/thrown.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const GOOD = {
  access_token: SAMPLE_SECRETS.federatedToken,
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 3600,
};

const read = (status: number, body: unknown): GrantedToken =>
  readTokenExchange(tokenEndpointAnswer(status, body), sampleExchange());
const refusal = (status: number, body: unknown): AwsAuthError => thrownBy(() => read(status, body));

describe('tokenExchangeRequest', () => {
  it('is the form of RFC 8693, field by field', () => {
    const request = tokenExchangeRequest(
      sampleExchange({
        tokenUrl: 'https://sts.us-central1.rep.googleapis.com/v1/token',
        scopes: ['https://www.googleapis.com/auth/a', 'https://www.googleapis.com/auth/b'],
      }),
    );
    assert.equal(request.url, 'https://sts.us-central1.rep.googleapis.com/v1/token');
    assert.equal(request.step, 'token-exchange');
    assert.equal(request.server, 'Google STS');
    assert.deepEqual(
      [...new URLSearchParams(request.body)],
      [
        ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
        ['audience', sampleExchange().audience],
        ['scope', 'https://www.googleapis.com/auth/a https://www.googleapis.com/auth/b'],
        ['requested_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
        ['subject_token', SAMPLE_SUBJECT_TOKEN],
        ['subject_token_type', 'urn:ietf:params:aws:token-type:aws4_request'],
      ],
    );
  });

  it('encodes the subject token once more, which is encoded already', () => {
    const {body} = tokenExchangeRequest(sampleExchange({subjectToken: '%7B%22a+b%22%7D'}));
    assert.match(body, /&subject_token=%257B%2522a%2Bb%2522%257D&/);
  });

  it('carries no authorization', () => {
    assert.deepEqual(tokenExchangeRequest(sampleExchange()).headers, {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'x-goog-api-client': 'gl-node/20.0.0 auth/0.1.0',
    });
  });

  it('names what must not show', () => {
    const {secrets} = tokenExchangeRequest(sampleExchange({secrets: ['one', 'two']}));
    assert.deepEqual(secrets, [SAMPLE_SUBJECT_TOKEN, 'one', 'two']);
  });
});

describe('readTokenExchange', () => {
  it('takes an answer as Google documents it', () => {
    assert.deepEqual(read(200, GOOD), {
      value: SAMPLE_SECRETS.federatedToken,
      lifetimeMillis: 3_600_000,
    });
  });

  it('takes a long token, a short life, and what RFC 8693 leaves open', () => {
    assert.equal(read(200, {...GOOD, access_token: 'a'.repeat(12_288)}).value.length, 12_288);
    assert.equal(read(200, {...GOOD, expires_in: 1}).lifetimeMillis, 1000);
    assert.equal(read(200, {...GOOD, expires_in: 43_200}).lifetimeMillis, 43_200_000);
    assert.equal(read(200, {...GOOD, expires_in: '3600'}).lifetimeMillis, 3_600_000);
    for (const change of [
      {issued_token_type: undefined},
      {token_type: 'bearer'},
      {token_type: 'BEARER'},
      {something: 'new'},
    ]) {
      assert.equal(read(200, {...GOOD, ...change}).value, GOOD.access_token);
    }
  });

  describe('refuses an answer in which', () => {
    const json = (expiresIn: string) => JSON.stringify(GOOD).replace('3600', expiresIn);
    const life = /"expires_in" that is not a positive number of seconds/;
    const value = /no usable "access_token"/;
    for (const [title, body, words] of [
      ['expires_in is 0', {...GOOD, expires_in: 0}, life],
      ['expires_in is -1', {...GOOD, expires_in: -1}, life],
      ['expires_in is a string with more than a number', {...GOOD, expires_in: '3600s'}, life],
      ['expires_in is an empty string', {...GOOD, expires_in: ''}, life],
      ['expires_in is the string 0', {...GOOD, expires_in: '0'}, life],
      ['expires_in is a string of another notation', {...GOOD, expires_in: '0x10'}, life],
      ['expires_in is null, as JSON writes NaN', {...GOOD, expires_in: NaN}, life],
      ['expires_in is missing', {...GOOD, expires_in: undefined}, life],
      ['expires_in is an object', {...GOOD, expires_in: {}}, life],
      ['expires_in is true', {...GOOD, expires_in: true}, life],
      ['expires_in is 1e400, which is infinite', json('1e400'), life],
      ['expires_in is 1e306, which is infinite in ms', json('1e306'), life],
      ['expires_in is the word NaN', json('NaN'), /is not a JSON object/],
      ['access_token is missing', {...GOOD, access_token: undefined}, value],
      ['access_token is empty', {...GOOD, access_token: ''}, value],
      ['access_token is a number', {...GOOD, access_token: 5}, value],
      ['access_token is null', {...GOOD, access_token: null}, value],
      ['access_token is an array', {...GOOD, access_token: ['a']}, value],
      ['access_token holds a newline', {...GOOD, access_token: 'a\nx-injected: b'}, value],
      ['access_token holds a space', {...GOOD, access_token: 'a b'}, value],
      ['access_token holds what no header can', {...GOOD, access_token: 'tökén'}, value],
      ['token_type is missing', {...GOOD, token_type: undefined}, /"token_type" other than Bearer/],
      ['token_type is another', {...GOOD, token_type: 'N_A'}, /"token_type" other than Bearer/],
      ['token_type is no string', {...GOOD, token_type: 5}, /"token_type" other than Bearer/],
      [
        'issued_token_type is another',
        {...GOOD, issued_token_type: 'urn:ietf:params:oauth:token-type:id_token'},
        /"issued_token_type" that is not an access token/,
      ],
      ['issued_token_type is null', {...GOOD, issued_token_type: null}, /"issued_token_type"/],
      ['there is nothing', '', /HTTP 200, 0 characters\) is not a JSON object/],
      ['there is HTML', '<html><title>Sign in</title></html>', /is not a JSON object/],
      ['there is an array', [GOOD], /is not a JSON object/],
      ['there is null', 'null', /is not a JSON object/],
      ['there is a string', '"ya29.token"', /is not a JSON object/],
      ['there is half of it', JSON.stringify(GOOD).slice(0, -9), /is not a JSON object/],
    ] as const) {
      it(title, () => {
        const error = refusal(200, body);
        assert.equal(error.code, 'INVALID_RESPONSE');
        assert.equal(error.step, 'token-exchange');
        assert.equal(error.transient, false);
        assert.match(error.message, /^The answer of Google STS /);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /undefined|ya29/);
      });
    }

    it('the status is that of a success and not 200', () => {
      for (const status of [201, 202, 204, 206, 199, 0]) {
        const error = refusal(status, status === 204 ? '' : GOOD);
        assert.equal(error.code, 'INVALID_RESPONSE');
        assert.ok(error.message.includes(`HTTP ${status},`));
      }
    });
  });
});

describe('isTokenValue', () => {
  it('takes what can stand in a header', () => {
    for (const value of ['a', 'ya29.d.c0-_~+/==', '!"#$']) assert.ok(isTokenValue(value), value);
    for (const value of ['', ' ', 'a b', 'a\n', 'a\r\nb', 'a\0', 'ä', '\u{1f680}']) {
      assert.ok(!isTokenValue(value), JSON.stringify(value));
    }
  });
});
