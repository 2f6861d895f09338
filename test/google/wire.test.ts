import assert from 'node:assert/strict';
import nock from 'nock';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {
  generateAccessTokenRequest,
  readGenerateAccessToken,
} from '../../src/google/service-account.js';
import {readTokenExchange, tokenExchangeRequest} from '../../src/google/token-exchange.js';
import {send} from '../../src/google/transport.js';
import {sampleExchange, sampleImpersonation} from '../support/sample-requests.js';
import {directGaxios} from '../support/token-request.js';

// It takes hold of every socket as soon as it is imported; other tests are about real ones.
nock.restore();

const OPTIONS = {timeoutMillis: 5000};

/** What the HTTP client adds by itself. */
const ADDED = ['host', 'content-length', 'connection', 'accept-encoding', 'user-agent'];

function ownHeaders(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.entries(headers).filter(([name]) => !ADDED.includes(name.toLowerCase()));
  return Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

for (const [name, transporter] of [
  ['a Gaxios', directGaxios()],
  ['node:https', createHttpsDelivery()],
] as const) {
  describe(`on the wire, through ${name}`, () => {
    beforeEach(() => {
      nock.activate();
      nock.disableNetConnect();
    });

    afterEach(() => {
      const pending = nock.pendingMocks();
      nock.cleanAll();
      nock.enableNetConnect();
      nock.restore();
      assert.deepEqual(pending, [], 'every prepared answer was asked for');
    });

    it('a token exchange is a form of six fields, with no Authorization', async () => {
      const exchange = sampleExchange({subjectToken: '%7B%22url%22%3A%22https%3A%2F%2Fsts%22%7D'});
      let headers: Record<string, unknown> = {};
      let body: Record<string, unknown> = {};
      nock('https://sts.googleapis.com')
        .post('/v1/token', (sent: Record<string, unknown>) => {
          body = {...sent};
          return true;
        })
        .reply(function () {
          headers = this.req.headers;
          return [200, {access_token: 'federated', token_type: 'Bearer', expires_in: 900}];
        });
      const response = await send(transporter, tokenExchangeRequest(exchange), OPTIONS);
      assert.deepEqual(readTokenExchange(response, exchange), {
        value: 'federated',
        lifetimeMillis: 900_000,
      });
      assert.deepEqual(body, {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: exchange.audience,
        scope: exchange.scopes.join(' '),
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        // Once decoded it is still encoded once, as Google STS takes it.
        subject_token: '%7B%22url%22%3A%22https%3A%2F%2Fsts%22%7D',
        subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
      });
      assert.deepEqual(ownHeaders(headers), {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'x-goog-api-client': exchange.apiClient,
      });
    });

    it('an impersonation is JSON with the federated token as its bearer', async () => {
      const impersonation = sampleImpersonation();
      let headers: Record<string, unknown> = {};
      nock('https://iamcredentials.googleapis.com')
        .post(
          '/v1/projects/-/serviceAccounts/demo@my-project.iam.gserviceaccount.com:generateAccessToken',
          {scope: [...impersonation.scopes], lifetime: '3600s'},
        )
        .reply(function () {
          headers = this.req.headers;
          return [
            200,
            {accessToken: 'impersonated', expireTime: '2027-01-15T09:00:00Z'},
            {date: 'Fri, 15 Jan 2027 08:00:00 GMT'},
          ];
        });
      const response = await send(transporter, generateAccessTokenRequest(impersonation), OPTIONS);
      assert.deepEqual(readGenerateAccessToken(response, impersonation, [0]), {
        value: 'impersonated',
        lifetimeMillis: 3_600_000,
      });
      assert.deepEqual(ownHeaders(headers), {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${impersonation.federatedToken}`,
        'x-goog-api-client': impersonation.apiClient,
      });
    });
  });
}
