import assert from 'node:assert/strict';
import type {AwsAuthError} from '../../src/errors.js';
import {
  generateAccessTokenRequest,
  readGenerateAccessToken,
  type Impersonation,
} from '../../src/google/service-account.js';
import type {GrantedToken} from '../../src/google/granted-token.js';
import type {TokenEndpointResponse} from '../../src/google/transport.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {sampleImpersonation} from '../support/sample-requests.js';
import {thrownBy} from '../support/thrown.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const NOW = Date.UTC(2027, 0, 15, 8);
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const GOOD = {accessToken: SAMPLE_SECRETS.serviceAccountToken, expireTime: '2027-01-15T09:00:00Z'};

interface Circumstances extends Partial<TokenEndpointResponse> {
  readonly impersonation?: Partial<Impersonation>;
  readonly now?: number;
}

const read = (status: number, body: unknown, circumstances: Circumstances = {}): GrantedToken => {
  const {impersonation, now = NOW, ...more} = circumstances;
  const response = tokenEndpointAnswer(status, body, more);
  return readGenerateAccessToken(response, sampleImpersonation(impersonation), [now]);
};
const refusal = (status: number, body: unknown, circumstances?: Circumstances): AwsAuthError =>
  thrownBy(() => read(status, body, circumstances));

const envelope = (code: number, status: string, message: string) => ({
  error: {code, status, message},
});

describe('generateAccessTokenRequest', () => {
  it('is what the API documents, field by field', () => {
    const request = generateAccessTokenRequest(
      sampleImpersonation({
        url: 'https://iamcredentials.example/x:generateAccessToken',
        scopes: ['https://www.googleapis.com/auth/a', 'https://www.googleapis.com/auth/b'],
        lifetimeSeconds: 600,
        delegates: ['first@p.iam.gserviceaccount.com', 'second@p.iam.gserviceaccount.com'],
        federatedToken: 'the-federated-token',
      }),
    );
    assert.deepEqual(
      {...request, body: JSON.parse(request.body) as unknown},
      {
        step: 'impersonation',
        server: 'IAM Credentials',
        url: 'https://iamcredentials.example/x:generateAccessToken',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          authorization: 'Bearer the-federated-token',
          'x-goog-api-client': 'gl-node/20.0.0 auth/0.1.0',
        },
        body: {
          scope: ['https://www.googleapis.com/auth/a', 'https://www.googleapis.com/auth/b'],
          lifetime: '600s',
          delegates: [
            'projects/-/serviceAccounts/first@p.iam.gserviceaccount.com',
            'projects/-/serviceAccounts/second@p.iam.gserviceaccount.com',
          ],
        },
        secrets: ['the-federated-token'],
      },
    );
  });

  it('names no delegates where there are none', () => {
    const body = JSON.parse(generateAccessTokenRequest(sampleImpersonation()).body) as object;
    assert.deepEqual(Object.keys(body), ['scope', 'lifetime']);
  });
});

describe('readGenerateAccessToken', () => {
  const hour = {value: GOOD.accessToken, lifetimeMillis: 3_600_000};

  it('takes an answer as Google documents it', () => {
    assert.deepEqual(read(200, GOOD), hour);
  });

  it('counts the life by the clock of the server, where it tells its time', () => {
    assert.deepEqual(read(200, GOOD, {serverTime: NOW, now: NOW + 9_000_000}), hour);
    assert.deepEqual(read(200, GOOD, {serverTime: NOW, now: NOW - 9_000_000}), hour);
    const late = read(200, GOOD, {serverTime: NOW + 3_540_000, now: NOW});
    assert.equal(late.lifetimeMillis, 60_000);
  });

  it('counts it by the clock here where by that of the server it has ended', () => {
    for (const ahead of [3_600_000, 86_400_000]) {
      assert.deepEqual(read(200, GOOD, {serverTime: NOW + ahead}), hour);
    }
  });

  it('reads every form of an RFC 3339 time', () => {
    for (const expireTime of [
      '2027-01-15T09:00:00Z',
      '2027-01-15T09:00:00.000Z',
      '2027-01-15T09:00:00.000000000Z',
      '2027-01-15T09:00:00+00:00',
      '2027-01-15T10:30:00+01:30',
      '2027-01-14T23:00:00-10:00',
      '2027-01-15t09:00:00z',
      '2027-01-15t10:30:00.0+01:30',
    ]) {
      assert.deepEqual(read(200, {...GOOD, expireTime}), hour, expireTime);
    }
  });

  it('believes in no longer life than it asked for', () => {
    const impersonation = {lifetimeSeconds: 600};
    for (const [expireTime, serverTime] of [
      ['9999-12-31T23:59:59Z', NOW],
      ['2027-01-15T09:00:00Z', NOW - 86_400_000],
      ['2027-01-15T08:10:01Z', undefined],
    ] as const) {
      const token = read(200, {...GOOD, expireTime}, {impersonation, serverTime});
      assert.equal(token.lifetimeMillis, 600_000, expireTime);
    }
  });

  describe('refuses an answer in which', () => {
    const time = /"expireTime" that is not an RFC 3339 time/;
    const value = /no usable "accessToken"/;
    for (const [title, body, words] of [
      ['accessToken is missing', {...GOOD, accessToken: undefined}, value],
      ['accessToken is empty', {...GOOD, accessToken: ''}, value],
      ['accessToken is a number', {...GOOD, accessToken: 5}, value],
      ['accessToken holds a newline', {...GOOD, accessToken: 'ya29.a\r\nb: c'}, value],
      [
        'accessToken has the name of the other API',
        {access_token: 'x', ...GOOD, accessToken: null},
        value,
      ],
      ['expireTime is missing', {...GOOD, expireTime: undefined}, time],
      ['expireTime is null', {...GOOD, expireTime: null}, time],
      ['expireTime is a number', {...GOOD, expireTime: NOW + 3_600_000}, time],
      ['expireTime is a number in a string', {...GOOD, expireTime: '3600'}, time],
      ['expireTime is garbage', {...GOOD, expireTime: 'in an hour'}, time],
      ['expireTime is empty', {...GOOD, expireTime: ''}, time],
      [
        'expireTime is of another form',
        {...GOOD, expireTime: 'Fri, 15 Jan 2027 09:00:00 GMT'},
        time,
      ],
      ['expireTime has no zone', {...GOOD, expireTime: '2027-01-15T09:00:00'}, time],
      ['expireTime is a date alone', {...GOOD, expireTime: '2027-01-15'}, time],
      ['expireTime has a month too many', {...GOOD, expireTime: '2027-13-15T09:00:00Z'}, time],
      ['expireTime has an hour too many', {...GOOD, expireTime: '2027-01-15T25:00:00Z'}, time],
      [
        'expireTime has a year of five digits',
        {...GOOD, expireTime: '+12027-01-15T09:00:00Z'},
        time,
      ],
      ['expireTime is followed by more', {...GOOD, expireTime: '2027-01-15T09:00:00Z\n'}, time],
      ['expireTime is past', {...GOOD, expireTime: '2027-01-15T07:59:59Z'}, /already passed/],
      ['expireTime is now', {...GOOD, expireTime: '2027-01-15T08:00:00Z'}, /already passed/],
      [
        'expireTime is past in its zone',
        {...GOOD, expireTime: '2027-01-15T09:00:00+02:00'},
        /already passed/,
      ],
      ['there is nothing', '', /is not a JSON object/],
      ['there is HTML', '<html>', /is not a JSON object/],
      ['there is an array', [GOOD], /is not a JSON object/],
      ['there is null', 'null', /is not a JSON object/],
    ] as const) {
      it(title, () => {
        const error = refusal(200, body);
        assert.equal(error.code, 'INVALID_RESPONSE');
        assert.equal(error.step, 'impersonation');
        assert.equal(error.transient, false);
        assert.match(error.message, /^The answer of IAM Credentials /);
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /undefined|ya29/);
      });
    }

    it('the time has passed by every clock', () => {
      const late = NOW + 3_600_000;
      assert.match(refusal(200, GOOD, {serverTime: late, now: late}).message, /already passed/);
    });

    it('the status is that of a success and not 200', () => {
      for (const status of [201, 204]) {
        assert.equal(refusal(status, GOOD).code, 'INVALID_RESPONSE');
      }
    });
  });

  describe('names what IAM Credentials refused:', () => {
    const DENIED =
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).";
    const BINDING =
      '--role=roles/iam.workloadIdentityUser --member="principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role"';

    it('to act as the service account, with the command that allows it', () => {
      for (const [status, body, said] of [
        [
          403,
          envelope(403, 'PERMISSION_DENIED', DENIED),
          `HTTP 403, PERMISSION_DENIED, "${DENIED}"`,
        ],
        [
          404,
          envelope(404, 'NOT_FOUND', 'Unknown service account'),
          'HTTP 404, NOT_FOUND, "Unknown',
        ],
        [403, '', 'HTTP 403, with no explanation'],
      ] as const) {
        const error = refusal(status, body);
        assert.equal(error.code, 'IMPERSONATION_DENIED');
        assert.equal(error.step, 'impersonation');
        assert.equal(error.transient, false);
        assert.equal(error.status, status);
        assert.ok(
          error.message.startsWith(`IAM Credentials refused a token for ${EMAIL}: ${said}`),
          error.message,
        );
        const command = `gcloud iam service-accounts add-iam-policy-binding ${EMAIL} ${BINDING}`;
        assert.ok(error.message.endsWith(command), error.message);
      }
    });

    it('what VPC Service Controls forbid, for which no binding helps', () => {
      const words = "Request is prohibited by organization's policy.";
      for (const body of [
        envelope(403, 'PERMISSION_DENIED', `${words} vpcServiceControlsUniqueIdentifier: yBL4S-x`),
        {
          error: {
            ...{code: 403, status: 'PERMISSION_DENIED', message: words},
            details: [
              {
                '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                reason: 'SECURITY_POLICY_VIOLATED',
              },
            ],
          },
        },
      ]) {
        const error = refusal(403, body);
        assert.equal(error.code, 'IMPERSONATION_REFUSED');
        assert.ok(error.what.includes(words));
        assert.match(error.fix, /^VPC Service Controls .* an ingress rule/);
        assert.doesNotMatch(error.message, /gcloud/);
      }
    });

    it('to act as the service account, and how to find the names that are not known', () => {
      for (const [awsRole, hint] of [
        [
          'arn:aws:sts::AWS_ACCOUNT_ID:assumed-role/ROLE_NAME',
          ', with AWS_ACCOUNT_ID and ROLE_NAME as "aws sts get-caller-identity" prints them',
        ],
        [
          'arn:aws:sts::111122223333:assumed-role/ROLE_NAME',
          ', with ROLE_NAME as "aws sts get-caller-identity" prints it',
        ],
      ] as const) {
        const {message} = refusal(403, envelope(403, 'PERMISSION_DENIED', DENIED), {
          impersonation: {awsRole},
        });
        assert.ok(message.includes(`to be seen)${hint}: gcloud`), message);
        assert.ok(message.endsWith(`/attribute.aws_role/${awsRole}"`), message);
      }
    });

    it('a chain of delegates, with the binding of each link filled in', () => {
      const [first, second] = [
        'first@p.iam.gserviceaccount.com',
        'second@p.iam.gserviceaccount.com',
      ];
      const {message} = refusal(403, envelope(403, 'PERMISSION_DENIED', DENIED), {
        impersonation: {delegates: [first, second]},
      });
      assert.ok(message.includes(`refused a token for ${EMAIL}`));
      const add = 'gcloud iam service-accounts add-iam-policy-binding';
      const creator = '--role=roles/iam.serviceAccountTokenCreator';
      assert.ok(
        message.endsWith(
          // To act as an account does not let anybody go on to the next.
          `Check that each service account of the chain exists, and let the AWS role act as the first and each create tokens for the next (this takes up to five minutes to be seen): ${[
            `${add} ${first} ${BINDING.replace('workloadIdentityUser', 'serviceAccountTokenCreator')}`,
            `${add} ${second} ${creator} --member="serviceAccount:${first}"`,
            `${add} ${EMAIL} ${creator} --member="serviceAccount:${second}"`,
          ].join(' && ')}`,
        ),
        message,
      );
    });

    it('the arguments, with the scopes and the lifetime that were asked for', () => {
      const said = 'Request contains an invalid argument.';
      const error = refusal(400, envelope(400, 'INVALID_ARGUMENT', said), {
        impersonation: {lifetimeSeconds: 7200, scopes: ['scope-one', 'scope-two']},
      });
      assert.equal(error.code, 'IMPERSONATION_REFUSED');
      assert.equal(error.transient, false);
      assert.equal(error.status, 400);
      assert.ok(error.message.includes(`for ${EMAIL}: HTTP 400, INVALID_ARGUMENT, "${said}".`));
      assert.match(error.message, /scopes \(scope-one scope-two\) and the lifetime \(7200 s; /);
      assert.match(error.message, /iam\.allowServiceAccountCredentialLifetimeExtension/);
    });

    it('the federated token', () => {
      const error = refusal(401, envelope(401, 'UNAUTHENTICATED', 'Invalid credentials.'));
      assert.equal(error.code, 'IMPERSONATION_REFUSED');
      assert.equal(error.status, 401);
      assert.equal(error.reason, 'UNAUTHENTICATED');
      assert.match(error.message, /"Invalid credentials\."\. The federated token was not accepted/);
    });

    it('an API that is off, with the page that turns it on, or the command for the pool’s project', () => {
      const activationUrl =
        'https://console.developers.google.com/apis/api/iamcredentials.googleapis.com/overview?project=123456789012';
      const error = refusal(403, {
        error: {
          ...envelope(403, 'PERMISSION_DENIED', 'IAM Service Account Credentials API is off.')
            .error,
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'SERVICE_DISABLED',
              metadata: {activationUrl},
            },
          ],
        },
      });
      assert.equal(error.code, 'API_DISABLED');
      assert.ok(error.message.includes(activationUrl));
      assert.match(
        error.message,
        /: gcloud services enable iamcredentials\.googleapis\.com --project=123456789012$/,
      );
    });

    it('an outage and a quota, as every endpoint does', () => {
      assert.equal(refusal(503, '').code, 'SERVER_ERROR');
      assert.equal(refusal(500, envelope(500, 'INTERNAL', 'x')).transient, true);
      const quota = refusal(429, envelope(429, 'RESOURCE_EXHAUSTED', 'x'), {retryAfter: '2'});
      assert.equal(quota.code, 'RATE_LIMITED');
      assert.equal(quota.retryAfterMillis, 2000);
    });

    it('without the federated token that it repeats, whatever that looks like', () => {
      const federatedToken = 'a/federated+token=of_another.shape';
      const body = envelope(400, 'INVALID_ARGUMENT', `Bearer: ${federatedToken}`);
      const {message} = refusal(400, body, {impersonation: {federatedToken}});
      assert.match(message, /"Bearer: \[masked\]"/);
    });

    it('what somebody else says: no binding mends that', () => {
      for (const [status, words] of [
        [403, /"Access Denied"\. .*proxy or a firewall/],
        [404, /check the URL/],
        [407, /The proxy .* in HTTPS_PROXY/],
      ] as const) {
        const error = refusal(status, '<html><title>Access Denied</title></html>');
        assert.equal(error.code, 'IMPERSONATION_REFUSED');
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /gcloud/);
      }
    });

    it('what it says in another form, or does not say', () => {
      for (const [status, body, words] of [
        [400, {error: {code: 400}}, /HTTP 400, with no explanation/],
        [405, '<html><title>405 Not Allowed</title></html>', /"405 Not Allowed"/],
        [407, 'proxy', /HTTP 407, "proxy"/],
      ] as const) {
        const error = refusal(status, body);
        assert.equal(error.code, 'IMPERSONATION_REFUSED');
        assert.match(error.message, words);
      }
    });
  });
});
