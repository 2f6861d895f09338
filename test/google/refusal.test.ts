import assert from 'node:assert/strict';
import {readRefusal} from '../../src/google/error-response.js';
import {commonRefusal, malformed} from '../../src/google/refusal.js';
import type {TokenEndpointResponse} from '../../src/google/transport.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const STEP = {
  step: 'impersonation',
  server: 'IAM Credentials',
  service: 'iamcredentials.googleapis.com',
} as const;
const POOL_PROJECT = '123456789012';

const common = (status: number, body: unknown, more: Partial<TokenEndpointResponse> = {}) => {
  const response = tokenEndpointAnswer(status, body, more);
  return commonRefusal(readRefusal(response, []), response, STEP, POOL_PROJECT);
};

const ACTIVATION = 'https://console.developers.google.com/apis/api/sts.googleapis.com?project=1';
const disabled = (metadata: object) => ({
  error: {
    code: 403,
    status: 'PERMISSION_DENIED',
    message: 'No.',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'SERVICE_DISABLED',
        domain: 'googleapis.com',
        metadata,
      },
    ],
  },
});

describe('commonRefusal', () => {
  describe('an API that is not enabled', () => {
    it('is enabled at the page that Google names, or by a command', () => {
      const metadata = {
        activationUrl: ACTIVATION,
        service: 'sts.googleapis.com',
        consumer: 'projects/210987654321',
      };
      const error = common(403, disabled(metadata));
      assert.equal(error?.code, 'API_DISABLED');
      assert.equal(error.transient, false);
      assert.equal(error.status, 403);
      assert.equal(error.step, 'impersonation');
      assert.equal(error.reason, 'SERVICE_DISABLED');
      assert.equal(
        error.message,
        `IAM Credentials refused, because its API is not enabled: HTTP 403, PERMISSION_DENIED, "No.". Enable it at ${ACTIVATION}, or by this command, and wait a few minutes: gcloud services enable sts.googleapis.com --project=210987654321`,
      );
    });

    it('is enabled by a command with this service and the pool’s project where Google names none, or another’s', () => {
      for (const metadata of [
        {},
        {activationUrl: 'https://evil.example/enable'},
        {service: 'x; rm -rf ~', consumer: 'projects/$(reboot)'},
        {service: '$(reboot).x', consumer: 'projects/;reboot'},
        {service: '--x', consumer: 'projects/--x'},
        {service: 5, consumer: 'folders/1'},
      ]) {
        const error = common(403, disabled(metadata));
        assert.equal(error?.code, 'API_DISABLED');
        assert.match(
          error.message,
          /\. Enable it by this command, and wait a few minutes: gcloud services enable iamcredentials\.googleapis\.com --project=123456789012$/,
        );
      }
    });

    it('is known by its words alone, and the project by them', () => {
      for (const project of ['210987654321', 'my-project', 'example.com:my-project']) {
        const message = `IAM Service Account Credentials API has not been used in project ${project} before or it is disabled. Enable it by visiting …`;
        for (const body of [{error: {message}}, {error: 'x', error_description: message}]) {
          const error = common(403, body);
          assert.equal(error?.code, 'API_DISABLED');
          assert.ok(
            error.message.endsWith(
              `gcloud services enable iamcredentials.googleapis.com --project=${project}`,
            ),
            error.message,
          );
        }
      }
    });

    it('has no command where the endpoint’s service is not one to enable', () => {
      for (const metadata of [{}, {consumer: 'projects/210987654321'}]) {
        const response = tokenEndpointAnswer(403, disabled(metadata));
        const error = commonRefusal(readRefusal(response, []), response, {
          step: 'jwt-bearer',
          server: "Google's OAuth endpoint",
        });
        assert.match(
          error?.message ?? '',
          /Enable it at https:\/\/console\.cloud\.google\.com\/apis\/library and wait a few minutes\.$/,
        );
      }
    });
  });

  describe('a quota', () => {
    for (const [title, status, body] of [
      ['by its status', 429, ''],
      ['by its name', 403, {error: {status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded.'}}],
      [
        'by its words',
        400,
        {
          error: 'invalid_request',
          error_description:
            '[Security Token Service] The request was throttled due to rate limit. Please retry after a few seconds.',
        },
      ],
    ] as const) {
      it(`is known ${title}, and passes`, () => {
        const error = common(status, body);
        assert.equal(error?.code, 'RATE_LIMITED');
        assert.equal(error.transient, true);
        assert.equal(error.status, status);
        assert.equal(error.retryAfterMillis, undefined);
      });
    }

    it('says how long to wait where the server does', () => {
      assert.equal(common(429, '', {retryAfter: '7'})?.retryAfterMillis, 7000);
      const serverTime = Date.UTC(2027, 0, 15, 8);
      const retryAfter = 'Fri, 15 Jan 2027 08:01:00 GMT';
      assert.equal(
        common(429, '', {retryAfter, serverTime})?.retryAfterMillis,
        60_000,
        'counted by the server’s own clock',
      );
      assert.equal(common(429, '', {retryAfter: 'later'})?.retryAfterMillis, undefined);
      const past = 'Fri, 15 Jan 2010 08:01:00 GMT';
      assert.equal(common(429, '', {retryAfter: past})?.retryAfterMillis, 0);
    });
  });

  it('an outage passes', () => {
    for (const [status, body, words] of [
      [
        500,
        {error: {status: 'INTERNAL', message: 'Internal error encountered.'}},
        /INTERNAL, "Int/,
      ],
      [502, '', /HTTP 502, with no explanation/],
      [502, '<html><title>502 Bad Gateway</title></html>', /HTTP 502, "502 Bad Gateway"/],
      [503, {error: {}}, /HTTP 503, with no explanation/],
      [504, 'upstream request timeout', /"upstream request timeout"/],
      [408, '', /HTTP 408/],
      [599, '', /HTTP 599/],
    ] as const) {
      const error = common(status, body, {retryAfter: '3'});
      assert.equal(error?.code, 'SERVER_ERROR');
      assert.equal(error.transient, true);
      assert.equal(error.status, status);
      assert.equal(error.retryAfterMillis, 3000);
      assert.match(error.message, words);
      assert.match(error.message, /status\.cloud\.google\.com/);
    }
  });

  it('what is an endpoint’s own is left to it', () => {
    for (const [status, body] of [
      [400, {error: 'invalid_grant', error_description: 'x'}],
      [400, {error: 'invalid_target', error_description: 'the pool or provider is disabled'}],
      [401, {error: {status: 'UNAUTHENTICATED'}}],
      [403, {error: {status: 'PERMISSION_DENIED'}}],
      [404, ''],
    ] as const) {
      assert.equal(common(status, body), undefined);
    }
  });
});

describe('malformed', () => {
  it('says what is wrong with an answer and how long it is, and quotes nothing of it', () => {
    const error = malformed(STEP, tokenEndpointAnswer(200, 'ya29.token'), 'is not a JSON object');
    assert.equal(error.code, 'INVALID_RESPONSE');
    assert.equal(error.transient, false);
    assert.equal(error.status, 200);
    assert.equal(error.step, 'impersonation');
    assert.match(
      error.message,
      /^The answer of IAM Credentials \(HTTP 200, 10 characters\) is not a JSON object\. /,
    );
    assert.doesNotMatch(error.message, /ya29/);
  });
});
