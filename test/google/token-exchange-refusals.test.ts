import assert from 'node:assert/strict';
import type {AwsAuthError} from '../../src/errors.js';
import {readTokenExchange} from '../../src/google/token-exchange.js';
import {sampleExchange} from '../support/sample-requests.js';
import {thrownBy} from '../support/thrown.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const refusal = (status: number, body: unknown): AwsAuthError =>
  thrownBy(() => readTokenExchange(tokenEndpointAnswer(status, body), sampleExchange()));

const PROVIDER =
  'projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const DESCRIBE = `gcloud iam workload-identity-pools providers describe ${PROVIDER}`;

describe('readTokenExchange names what Google STS refused:', () => {
  const aws = (code: string) =>
    `Received invalid AWS response of type ${code} with error message: some words of AWS`;
  for (const [title, error, description, code, fix] of [
    [
      'absent keys',
      'invalid_grant',
      aws('InvalidClientTokenId'),
      'AWS_IDENTITY_REJECTED',
      /deleted or deactivated, .* or eu-west-1 is not .*aws sts get-caller-identity$/,
    ],
    [
      'keys of nobody',
      'invalid_grant',
      aws('UnrecognizedClientException'),
      'AWS_IDENTITY_REJECTED',
      /deleted or deactivated/,
    ],
    [
      'a wrong secret',
      'invalid_grant',
      aws('SignatureDoesNotMatch'),
      'AWS_IDENTITY_REJECTED',
      /stray space, quote or newline.*clock is off/,
    ],
    [
      'an ended session',
      'invalid_grant',
      aws('ExpiredToken'),
      'AWS_IDENTITY_REJECTED',
      /aws sso login/,
    ],
    [
      'an ended session by its other name',
      'invalid_grant',
      aws('ExpiredTokenException'),
      'AWS_IDENTITY_REJECTED',
      /aws sso login/,
    ],
    [
      'a region that is switched off',
      'invalid_grant',
      aws('RegionDisabledException'),
      'AWS_IDENTITY_REJECTED',
      /not active in eu-west-1 for this account: set "awsRegion" \(or AWS_REGION\).*us-east-1/,
    ],
    [
      'a wrong clock',
      'invalid_grant',
      aws('RequestExpired'),
      'AWS_IDENTITY_REJECTED',
      /clock is off by more than five minutes.*NTP/,
    ],
    [
      'what AWS will think of next',
      'invalid_grant',
      aws('Some.NewCode'),
      'AWS_IDENTITY_REJECTED',
      /aws sts get-caller-identity$/,
    ],
    [
      'a format',
      'invalid_grant',
      'AWS request has invalid format.',
      'SUBJECT_TOKEN_REJECTED',
      /changes request bodies/,
    ],
    [
      'a subject token',
      'invalid_grant',
      'Invalid format of AWS credentials:Error at line 0:0: x',
      'SUBJECT_TOKEN_REJECTED',
      /changes request bodies/,
    ],
    [
      'a role, by the condition',
      'unauthorized_client',
      'The given credential is rejected by the attribute condition.',
      'ATTRIBUTE_CONDITION_FAILED',
      `${DESCRIBE} --format="value(attributeCondition)"`,
    ],
    [
      'an audience',
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
      'PROVIDER_NOT_FOUND',
      DESCRIBE,
    ],
    ['an audience, in other words', 'invalid_target', '', 'PROVIDER_NOT_FOUND', DESCRIBE],
    [
      'a long subject',
      'invalid_request',
      'The size of mapped attribute exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.',
      'SUBJECT_TOO_LONG',
      `providers update-aws ${PROVIDER} --attribute-mapping="google.subject=assertion.userid,attribute.aws_role=assertion.arn.contains('assumed-role') ? `,
    ],
    [
      'a scope',
      'invalid_scope',
      'Some requested scopes were invalid. {invalid=[devstorage.read_only]}',
      'TOKEN_EXCHANGE_REFUSED',
      'Check the scopes (https://www.googleapis.com/auth/cloud-platform): each is a whole URL that the API documents.',
    ],
    [
      'something else',
      'invalid_request',
      'Invalid value for "scope".',
      'TOKEN_EXCHANGE_REFUSED',
      DESCRIBE,
    ],
  ] as const) {
    it(title, () => {
      const thrown = refusal(400, {error, error_description: description});
      assert.equal(thrown.code, code);
      assert.equal(thrown.step, 'token-exchange');
      assert.equal(thrown.transient, false);
      assert.equal(thrown.status, 400);
      const awsCode = /response of type (\S+) with/.exec(description)?.[1];
      assert.equal(thrown.reason, awsCode ?? error, 'the code of whoever refused it');
      const said =
        description === '' ? `${error}, with no explanation` : `${error}, "${description}"`;
      const why = awsCode === undefined ? '' : ', since AWS STS in eu-west-1 refused its signature';
      assert.ok(
        thrown.message.startsWith(`Google STS refused the exchange${why}: HTTP 400, ${said}.`),
        thrown.message,
      );
      if (typeof fix === 'string') assert.ok(thrown.message.includes(fix), thrown.message);
      else assert.match(thrown.message, fix);
    });
  }

  it('a region of GovCloud that is switched off, and names one of GovCloud instead', () => {
    const error = thrownBy(() =>
      readTokenExchange(
        tokenEndpointAnswer(400, {
          error: 'invalid_grant',
          error_description: aws('RegionDisabledException'),
        }),
        sampleExchange({region: 'us-gov-east-1'}),
      ),
    );
    assert.match(error.message, /not active in us-gov-east-1 .* e\.g\. us-gov-west-1\.$/);
  });

  it('a quota, in its own words', () => {
    const error = refusal(400, {
      error: 'invalid_request',
      error_description:
        '[Security Token Service] The request was throttled due to rate limit. Please retry after a few seconds.',
    });
    assert.equal(error.code, 'RATE_LIMITED');
    assert.equal(error.transient, true);
  });

  it('what it says in another form, or does not say', () => {
    for (const [status, body, words] of [
      [
        403,
        {error: {status: 'PERMISSION_DENIED', message: 'No.'}},
        /HTTP 403, PERMISSION_DENIED, "No\."/,
      ],
      [401, {error: 'invalid_client'}, /HTTP 401, invalid_client, with no explanation/],
      [400, {error_description: 'No.'}, /HTTP 400, "No\."/],
    ] as const) {
      const error = refusal(status, body);
      assert.equal(error.code, 'TOKEN_EXCHANGE_REFUSED');
      assert.equal(error.status, status);
      assert.match(error.message, words);
      assert.ok(error.message.includes(DESCRIBE));
    }
  });

  it('what somebody else says: no setting of the provider mends that', () => {
    for (const [status, body, words] of [
      [403, '<html><title>Access Denied</title></html>', /"Access Denied"\. .*proxy or a firewall/],
      [404, '<html><title>Error 404 (Not Found)!!1</title></html>', /check the URL/],
      [
        407,
        '',
        /HTTP 407, with no explanation\. The proxy .*USER:PASSWORD@HOST:PORT in HTTPS_PROXY/,
      ],
      [403, '', /HTTP 403, with no explanation\. .*rarely Google's: .*proxy or a firewall/],
      [400, '[{"error": "x"}]', /HTTP 400.*check the URL/],
      [403, {message: 'Forbidden'}, /HTTP 403.*proxy or a firewall/],
      [
        403,
        {
          error: {
            status: 'PERMISSION_DENIED',
            message: 'No. vpcServiceControlsUniqueIdentifier: x',
          },
        },
        /UniqueIdentifier: x"\. VPC Service Controls .* an ingress rule/,
      ],
    ] as const) {
      const error = refusal(status, body);
      assert.equal(error.code, 'TOKEN_EXCHANGE_REFUSED');
      assert.equal(error.status, status);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /gcloud/);
    }
  });

  it('an outage, a quota and a disabled API, as every endpoint does', () => {
    assert.equal(refusal(502, '').code, 'SERVER_ERROR');
    assert.equal(refusal(429, '').code, 'RATE_LIMITED');
    const off = {error: {message: 'STS API has not been used in project 1 before'}};
    assert.equal(refusal(403, off).code, 'API_DISABLED');
  });

  it('its disabled API, with the pool’s project where it names none', () => {
    const off = {error: 'access_denied', error_description: 'Or it is disabled.'};
    assert.match(
      refusal(403, off).message,
      /: gcloud services enable sts\.googleapis\.com --project=123456789012$/,
    );
  });
});

it('prints commands that a shell takes as they are', () => {
  for (const [error, description] of [
    ['unauthorized_client', 'rejected by the attribute condition'],
    ['invalid_request', 'The size of mapped attribute exceeds the 127 bytes limit.'],
    ['invalid_target', ''],
  ] as const) {
    const {message} = refusal(400, {error, error_description: description});
    const command = /gcloud iam .*$/.exec(message)?.[0] ?? '';
    // Outside of double quotes nothing that a shell reads; inside, nothing but what it leaves alone.
    assert.match(command.replace(/"[^"$`\\!]*"/g, ''), /^[\w ./=-]+$/);
    assert.doesNotMatch(command, /…/);
  }
});
