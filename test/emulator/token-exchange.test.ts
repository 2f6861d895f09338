import assert from 'node:assert/strict';
import {
  defaultPolicy,
  type AwsProvider,
  type Emulator,
  type EmulatorOptions,
} from '../../src/emulator/index.js';
import {json, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import {
  amzDate,
  asSubjectToken,
  encodeSubjectToken,
  exchangeParameters,
  postForm,
  sign,
  subjectTokenRequest,
  type SubjectTokenRequest,
} from './support/signing.js';

const INVALID_TARGET =
  'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.';
const INVALID_AUDIENCE =
  'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.';
const INVALID_FORMAT = 'AWS request has invalid format.';

function assertRefused(answer: Answer, error: string, description: string) {
  assert.deepEqual(json(answer), {error, error_description: description});
  assert.equal(answer.status, 400);
  assert.equal(answer.headers['content-type'], 'application/json; charset=UTF-8');
}

function assertIssued(answer: Answer): string {
  assert.equal(answer.status, 200, answer.text);
  const body = json(answer);
  assert.ok(typeof body === 'object' && body !== null && 'access_token' in body);
  const {access_token: token, ...rest} = body;
  assert.deepEqual(rest, {
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    token_type: 'Bearer',
    expires_in: 3600,
  });
  assert.ok(typeof token === 'string' && /^ya29\.d\.[\w-]{300,}$/.test(token));
  return token;
}

function withProvider(provider: Partial<AwsProvider>, disabled = false): EmulatorOptions {
  const {google} = defaultPolicy();
  return {
    policy: {
      google: {
        ...google,
        workloadIdentityPools: [
          {
            poolId: 'aws-pool',
            disabled,
            providers: [
              {providerId: 'aws-test-account', aws: {accountId: '111122223333'}, ...provider},
            ],
          },
        ],
      },
    },
  };
}

describe('the emulated Google STS', () => {
  const start = emulators();

  describe('exchanges', () => {
    it('a form', async () => {
      const emulator = await start();
      assertIssued(await postForm(emulator, exchangeParameters(emulator)));
    });

    for (const [name, spell] of [
      [
        'in camelCase',
        (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      ],
      ['with underscores, as protobuf reads them too', (key: string) => key],
    ] as const) {
      it(`JSON, ${name}`, async () => {
        const emulator = await start();
        const given = Object.entries(exchangeParameters(emulator)).map(([key, value]) => [
          spell(key),
          value,
        ]);
        const answer = await send(emulator.url, {
          method: 'POST',
          path: '/v1/token',
          headers: {'content-type': 'application/json; charset=utf-8'},
          body: JSON.stringify({...Object.fromEntries(given), options: null}),
        });
        assertIssued(answer);
      });
    }

    it("at Google's own host names, where requests are led here", async () => {
      const emulator = await start();
      for (const host of [
        'sts.googleapis.com',
        'sts.mtls.googleapis.com',
        'sts.us-central1.rep.googleapis.com',
      ]) {
        assertIssued(await postForm(emulator, exchangeParameters(emulator), {host}));
      }
      const other = await postForm(emulator, exchangeParameters(emulator), {
        host: 'sts.googleapis.com.example',
      });
      assert.equal(other.status, 404);
    });

    it('with several scopes, options, and client authentication as gcloud sends it', async () => {
      const emulator = await start();
      const parameters = {
        ...exchangeParameters(emulator),
        scope:
          'openid https://www.googleapis.com/auth/iam https://www.googleapis.com/auth/devstorage.read_only',
        options: JSON.stringify({userProject: '123'}),
        resource: '',
      };
      assertIssued(await postForm(emulator, parameters, {authorization: 'Basic Z2Nsb3VkOng='}));
    });

    it('a token that lives as long as it was told', async () => {
      const clock = new Clock();
      const emulator = await start({clock: clock.now, federatedTokenLifetimeSeconds: 120});
      const keys = emulator.issueAwsCredentials();
      const subjectToken = encodeSubjectToken(
        subjectTokenRequest(emulator, keys, {date: amzDate(clock.time)}),
      );
      const answer = await postForm(emulator, {
        ...exchangeParameters(emulator),
        subject_token: subjectToken,
      });
      const body = json(answer);
      assert.ok(typeof body === 'object' && body !== null);
      assert.ok('access_token' in body && 'expires_in' in body);
      assert.equal(body.expires_in, 120);
      assert.equal(answer.headers.date, 'Fri, 02 Jan 2026 03:04:05 GMT');
      const list = () =>
        send(emulator.url, {
          path: '/storage/v1/b?project=my-project',
          headers: {authorization: `Bearer ${String(body.access_token)}`},
        });
      clock.pass(119);
      assert.equal((await list()).status, 200);
      clock.pass(1);
      assert.equal((await list()).status, 401);
    });

    const variants: Record<string, (request: SubjectTokenRequest) => unknown> = {
      'keys in another order, as gcloud writes them': ({url, method, headers}) => ({
        headers: headers.map(({key, value}) => ({value, key})).reverse(),
        method,
        url,
      }),
      'header names in lower case': request => ({
        ...request,
        headers: request.headers.map(({key, value}) => ({key: key.toLowerCase(), value})),
      }),
      'header names in upper case': request => ({
        ...request,
        headers: request.headers.map(({key, value}) => ({key: key.toUpperCase(), value})),
      }),
      'a path in the URL': request => ({...request, url: request.url.replace('.com?', '.com/?')}),
      'no path in the URL': request => ({...request, url: request.url.replace('.com/?', '.com?')}),
      'an empty body': request => ({...request, body: ''}),
      'another unsigned header': request => ({
        ...request,
        headers: [...request.headers, {key: 'accept', value: 'text/xml'}],
      }),
    };
    for (const [name, vary] of Object.entries(variants)) {
      it(`a subject token with ${name}`, async () => {
        const emulator = await start();
        const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials());
        const parameters = {
          ...exchangeParameters(emulator),
          subject_token: encodeSubjectToken(vary(request)),
        };
        assertIssued(await postForm(emulator, parameters));
      });
    }

    it('a subject token whose spaces are pluses', async () => {
      const emulator = await start();
      const parameters = exchangeParameters(emulator);
      const subjectToken = parameters['subject_token']?.replaceAll('%20', '+') ?? '';
      assertIssued(await postForm(emulator, {...parameters, subject_token: subjectToken}));
    });

    for (const prefix of ['', 'https:']) {
      it(`a target resource that begins with "${prefix}//", signed or not`, async () => {
        const emulator = await start();
        const keys = emulator.issueAwsCredentials();
        const [key, value] = ['x-goog-cloud-target-resource', `${prefix}${emulator.audience}`];
        const signed = subjectTokenRequest(emulator, keys, {headers: {[key]: value}});
        const bare = asSubjectToken(sign(keys));
        bare.headers.push({key, value});
        for (const request of [signed, bare]) {
          const subjectToken = encodeSubjectToken(request);
          const parameters = {...exchangeParameters(emulator), subject_token: subjectToken};
          assertIssued(await postForm(emulator, parameters));
        }
      });
    }
  });

  describe('refuses', () => {
    for (const name of [
      'grant_type',
      'requested_token_type',
      'subject_token_type',
      'audience',
      'scope',
      'subject_token',
    ]) {
      it(`a request without ${name}, or with an empty one`, async () => {
        const emulator = await start();
        const parameters = exchangeParameters(emulator);
        Reflect.deleteProperty(parameters, name);
        for (const form of [parameters, {...parameters, [name]: ''}]) {
          const answer = await postForm(emulator, form);
          assertRefused(answer, 'invalid_request', `Missing required parameter: ${name}.`);
        }
      });

      it(`a request with ${name} twice`, async () => {
        const emulator = await start();
        const form = `${new URLSearchParams(exchangeParameters(emulator)).toString()}&${name}=x`;
        const answer = await postForm(emulator, form);
        assertRefused(answer, 'invalid_request', `Parameter ${name} is given more than once.`);
      });
    }

    const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
    for (const [name, value, error, description] of [
      [
        'grant_type',
        'client_credentials',
        'unsupported_grant_type',
        'The grant type must be urn:ietf:params:oauth:grant-type:token-exchange.',
      ],
      [
        'requested_token_type',
        'urn:ietf:params:oauth:token-type:jwt',
        'invalid_request',
        'Invalid value for "requested_token_type".',
      ],
      [
        'subject_token_type',
        accessToken,
        'invalid_request',
        'Invalid value for "subject_token_type".',
      ],
      [
        'scope',
        'devstorage',
        'invalid_scope',
        'Some requested scopes were invalid. {invalid=[devstorage]}',
      ],
      ['options', '[]', 'invalid_request', 'Invalid value for "options".'],
      ['options', 'x', 'invalid_request', 'Invalid value for "options".'],
      [
        'options',
        JSON.stringify({userProject: 'x'.repeat(4096)}),
        'invalid_request',
        'Invalid value for "options".',
      ],
      ['audience', 'aws-pool', 'invalid_request', INVALID_AUDIENCE],
      [
        'audience',
        'https://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
        'invalid_request',
        INVALID_AUDIENCE,
      ],
      ...[
        'projects/my-project/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
        'projects/123456789013/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
        'projects/123456789012/locations/global/workloadIdentityPools/other/providers/aws-test-account',
        'projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/other',
        'projects/123456789012/locations/europe/workloadIdentityPools/aws-pool/providers/aws-test-account',
        'locations/global/workforcePools/aws-pool/providers/aws-test-account',
      ].map(
        path =>
          ['audience', `//iam.googleapis.com/${path}`, 'invalid_target', INVALID_TARGET] as const,
      ),
      [
        'subject_token',
        '%',
        'invalid_grant',
        'Invalid format of AWS credentials:Error at line 0:0: Unexpected escape sequence',
      ],
      ...['eyJhbGciOiJIUzI1NiJ9.e30.x', '%5B%5D', 'null', '%7B'].map(
        token =>
          [
            'subject_token',
            token,
            'invalid_grant',
            "Invalid format of AWS credentials:Error at line 0:0: Unexpected end of stream : expected '{'",
          ] as const,
      ),
      ['subject_token', '%7B%7D', 'invalid_grant', INVALID_FORMAT],
    ] as const) {
      it(`${name}=${value.slice(0, 130)}`, async () => {
        const emulator = await start();
        const answer = await postForm(emulator, {...exchangeParameters(emulator), [name]: value});
        assertRefused(answer, error, description);
      });
    }

    it('a subject token encoded twice', async () => {
      const emulator = await start();
      const parameters = exchangeParameters(emulator);
      const answer = await postForm(emulator, {
        ...parameters,
        subject_token: encodeURIComponent(parameters['subject_token'] ?? ''),
      });
      assert.equal(answer.status, 400);
      assert.match(answer.text, /Invalid format of AWS credentials:/);
    });

    for (const [contentType, body, description] of [
      ['application/json', '[]', 'The request body is not a JSON object.'],
      ['application/json', '{', 'The request body is not a JSON object.'],
      ['application/json', '{"grantType": 1}', 'Invalid value for "grant_type".'],
      ['application/json', '{"grantTyp": "x"}', 'Missing required parameter: grant_type.'],
      ['application/json', '{"grantType": null}', 'Missing required parameter: grant_type.'],
      [
        'application/json',
        '{"grantType": "x", "grant_type": "x"}',
        'Parameter grant_type is given more than once.',
      ],
      [
        'text/plain',
        'grant_type=x',
        'The content type must be application/x-www-form-urlencoded or application/json.',
      ],
    ] as const) {
      it(`${contentType}: ${body}`, async () => {
        const emulator = await start();
        const headers = {'content-type': contentType};
        const answer = await postForm(emulator, body, headers);
        assertRefused(answer, 'invalid_request', description);
      });
    }

    it('an Authorization header with a token', async () => {
      const emulator = await start();
      const answer = await postForm(emulator, exchangeParameters(emulator), {
        authorization: 'Bearer ya29.x',
      });
      assert.equal(answer.status, 401);
      assert.match(answer.text, /"status": "UNAUTHENTICATED"/);
      assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer /);
    });

    it('other methods, and addresses that it does not have', async () => {
      const emulator = await start();
      const get = await send(emulator.url, {path: '/v1/token'});
      assert.equal(get.status, 405);
      assert.equal(get.headers.allow, 'POST');
      const other = await send(emulator.url, {method: 'POST', path: '/v1/introspect<b>'});
      assert.equal(other.status, 404);
      assert.match(other.text, /<code>\/v1\/introspect%3Cb%3E<\/code>/);
    });

    it('when its API is disabled', async () => {
      const {google} = defaultPolicy();
      const emulator = await start({
        policy: {google: {...google, disabledServices: ['sts.googleapis.com']}},
      });
      const answer = await postForm(emulator, exchangeParameters(emulator));
      assert.equal(answer.status, 403);
      const url =
        'https://console.developers.google.com/apis/api/sts.googleapis.com/overview?project=123456789012';
      assert.deepEqual(json(answer), {
        error: {
          code: 403,
          message: `Security Token Service API has not been used in project 123456789012 before or it is disabled. Enable it by visiting ${url} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
          status: 'PERMISSION_DENIED',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.Help',
              links: [{description: 'Google developers console API activation', url}],
            },
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'SERVICE_DISABLED',
              domain: 'googleapis.com',
              metadata: {
                activationUrl: url,
                consumer: 'projects/123456789012',
                containerInfo: '123456789012',
                service: 'sts.googleapis.com',
                serviceTitle: 'Security Token Service API',
              },
            },
          ],
        },
      });
    });
  });

  describe('refuses a subject token', () => {
    const header = (name: string) => (request: SubjectTokenRequest) => {
      const found = request.headers.find(({key}) => key.toLowerCase() === name);
      assert.ok(found);
      return found;
    };
    const drop = (name: string) => (request: SubjectTokenRequest) => {
      request.headers = request.headers.filter(({key}) => key.toLowerCase() !== name);
    };
    const add = (key: string, value: string) => (request: SubjectTokenRequest) => {
      request.headers.push({key, value});
    };
    const url = (from: string | RegExp, to: string) => (request: SubjectTokenRequest) => {
      const before = request.url;
      request.url = before.replace(from, to);
      assert.notEqual(request.url, before);
    };
    const cases: Record<string, (request: SubjectTokenRequest) => unknown> = {
      'without authorization': drop('authorization'),
      'without host': drop('host'),
      'without x-amz-date': drop('x-amz-date'),
      'without x-goog-cloud-target-resource': drop('x-goog-cloud-target-resource'),
      'for another provider': request => {
        header('x-goog-cloud-target-resource')(request).value += '2';
      },
      'for a provider over http': request => {
        const found = header('x-goog-cloud-target-resource')(request);
        found.value = `http:${found.value}`;
      },
      'with x-amz-content-sha256': add('x-amz-content-sha256', 'e'.repeat(64)),
      'with Content-Type': add('Content-Type', 'application/x-www-form-urlencoded'),
      'with content-length': add('content-length', '0'),
      'with user-agent': add('user-agent', 'x'),
      'with transfer-encoding': add('transfer-encoding', 'chunked'),
      'with connection': add('connection', 'close'),
      'with a header twice': add('x-amz-date', '20260102T030405Z'),
      'with a header twice, in another case': add('HOST', 'sts.us-east-1.amazonaws.com'),
      'with a line break in a header': add('x-note', 'a\r\nx-other: b'),
      'with no character in a header': add('x-note', ''),
      'with a header whose name is none': add('x note', 'a'),
      'with a header that is none': request => ({...request, headers: [...request.headers, null]}),
      'with a header that is no text': request => ({
        ...request,
        headers: [...request.headers, {key: 'x-note', value: 1}],
      }),
      'whose headers are an object': request => ({
        ...request,
        headers: Object.fromEntries(request.headers.map(({key, value}) => [key, value])),
      }),
      'of another method': request => (request.method = 'GET'),
      'with a body': request => (request.body = 'Action=GetCallerIdentity'),
      'without a URL': ({method, headers}) => ({method, headers}),
      'over http': url('https:', 'http:'),
      'for another action': url('GetCallerIdentity', 'AssumeRole'),
      'for another version': url('2011-06-15', '2011-06-16'),
      'without an action': url('Action=GetCallerIdentity&', ''),
      'with another parameter': url(/$/, '&RoleArn=x'),
      'with a parameter twice': url(/$/, '&Version=2011-06-15'),
      'with a fragment': url(/$/, '#x'),
      'for another path': url('/?', '/x?'),
      'for a port': url('.com', '.com:443'),
      'with a user': url('//', '//sts.amazonaws.com@'),
      'for a FIPS host': url('sts.', 'sts-fips.'),
      'for a dual-stack host': url('sts.us-east-1.amazonaws.com', 'sts.us-east-1.api.aws'),
      'for a host in China': url('.com', '.com.cn'),
      "for somebody else's host": url('amazonaws.com', 'amazonaws.com.example'),
      'whose host is not the one in the URL': url('us-east-1', 'us-east-2'),
    };
    for (const [name, change] of Object.entries(cases)) {
      it(name, async () => {
        const emulator = await start();
        const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials());
        const changed = change(request);
        const isNew = typeof changed === 'object' && changed !== null && 'method' in changed;
        const answer = await postForm(emulator, {
          ...exchangeParameters(emulator),
          subject_token: encodeSubjectToken(isNew ? changed : request),
        });
        assertRefused(answer, 'invalid_grant', INVALID_FORMAT);
        assert.ok(!emulator.requests.some(({service}) => service === 'aws-sts'));
      });
    }
  });

  describe("passes on AWS's refusal", () => {
    for (const [name, prepare, description] of [
      [
        'of an unknown key',
        (emulator: Emulator) => {
          const keys = emulator.issueAwsCredentials();
          emulator.revokeAwsCredentials();
          return subjectTokenRequest(emulator, keys);
        },
        'Received invalid AWS response of type InvalidClientTokenId with error message: The security token included in the request is invalid.',
      ],
      [
        'of a wrong secret',
        (emulator: Emulator) =>
          subjectTokenRequest(emulator, {
            ...emulator.issueAwsCredentials(),
            secretAccessKey: 'wrong',
          }),
        'Received invalid AWS response of type SignatureDoesNotMatch with error message: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      ],
      [
        'of an expired key',
        (emulator: Emulator) =>
          subjectTokenRequest(emulator, emulator.issueAwsCredentials({lifetimeSeconds: 0})),
        'Received invalid AWS response of type ExpiredToken with error message: The security token included in the request is expired',
      ],
      [
        'of a target resource that was signed and exchanged',
        (emulator: Emulator) => {
          const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials(), {
            headers: {'x-goog-cloud-target-resource': '//iam.googleapis.com/other'},
          });
          for (const header of request.headers) {
            if (header.key === 'x-goog-cloud-target-resource') header.value = emulator.audience;
          }
          return request;
        },
        'Received invalid AWS response of type SignatureDoesNotMatch with error message: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      ],
      [
        'of an unsigned session token',
        (emulator: Emulator) => {
          const {sessionToken, ...keys} = emulator.issueAwsCredentials();
          const request = subjectTokenRequest(emulator, keys);
          request.headers.push({key: 'x-amz-security-token', value: sessionToken});
          return request;
        },
        "Received invalid AWS response of type SignatureDoesNotMatch with error message: 'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
      ],
      [
        'of another scheme',
        (emulator: Emulator) => {
          const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials());
          for (const header of request.headers) {
            if (header.key === 'Authorization') header.value = 'Bearer <x> & y';
          }
          return request;
        },
        'Received invalid AWS response of type MissingAuthenticationToken with error message: Request is missing Authentication Token',
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start();
        const subjectToken = encodeSubjectToken(prepare(emulator));
        const answer = await postForm(emulator, {
          ...exchangeParameters(emulator),
          subject_token: subjectToken,
        });
        assertRefused(answer, 'invalid_grant', description);
      });
    }

    it('of an old signature', async () => {
      const clock = new Clock();
      const emulator = await start({clock: clock.now});
      const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials(), {
        date: amzDate(clock.time),
      });
      clock.pass(301);
      const answer = await postForm(emulator, {
        ...exchangeParameters(emulator),
        subject_token: encodeSubjectToken(request),
      });
      assertRefused(
        answer,
        'invalid_grant',
        'Received invalid AWS response of type SignatureDoesNotMatch with error message: Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)',
      );
    });

    for (const [name, fault, description] of [
      [
        'that a test makes up',
        {
          status: 400,
          body: '<ErrorResponse><Error><Code>RequestExpired</Code><Message>It&apos;s &lt;old&gt; &amp; gone</Message></Error></ErrorResponse>',
        },
        "Received invalid AWS response of type RequestExpired with error message: It's <old> & gone",
      ],
      [
        'that says nothing',
        {status: 503},
        'Received invalid AWS response of type Unknown with error message: ',
      ],
      ['that is none', {status: 200, body: 'fine'}, 'Received invalid AWS response.'],
      [
        'that leads elsewhere',
        {redirectTo: 'https://example.com/'},
        'Received invalid AWS response of type Unknown with error message: ',
      ],
      ['that never comes', {reset: 'before'}, "Error connecting to the given credential's issuer."],
      ['that breaks off', {reset: 'body'}, "Error connecting to the given credential's issuer."],
      [
        'that is endless',
        {status: 200, body: 'x'.repeat(70_000)},
        "Error connecting to the given credential's issuer.",
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start();
        emulator.failNext({service: 'aws-sts', ...fault});
        const answer = await postForm(emulator, exchangeParameters(emulator));
        assertRefused(answer, 'invalid_grant', description);
        assertIssued(await postForm(emulator, exchangeParameters(emulator)));
      });
    }
  });

  describe('checks the identity against the provider', () => {
    for (const [name, options, error, description] of [
      ['that is disabled', withProvider({disabled: true}), 'invalid_target', INVALID_TARGET],
      ['whose pool is disabled', withProvider({}, true), 'invalid_target', INVALID_TARGET],
      [
        'of another AWS account',
        withProvider({aws: {accountId: '444455556666'}}),
        'invalid_grant',
        'The AWS account of the given credential is not the account of the provider.',
      ],
      [
        'whose condition refuses',
        withProvider({
          attributeCondition: ({arn, account, userid}, attributes) => {
            assert.equal(arn, 'arn:aws:sts::111122223333:assumed-role/demo-role/session');
            assert.equal(account, '111122223333');
            assert.match(userid, /^AROA[A-Z2-7]{17}:session$/);
            assert.equal(attributes['google.subject'], arn);
            return false;
          },
        }),
        'unauthorized_client',
        'The given credential is rejected by the attribute condition.',
      ],
      [
        'that maps a subject of 128 bytes',
        withProvider({attributeMapping: () => ({'google.subject': 'ä'.repeat(64)})}),
        'invalid_request',
        'The size of mapped attribute exceeds the 127 bytes limit.',
      ],
      [
        'that maps no subject',
        withProvider({attributeMapping: () => ({'google.subject': '', 'attribute.x': 'y'})}),
        'unauthorized_client',
        'Could not obtain a value for google.subject from the given credential.',
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start(options);
        const answer = await postForm(emulator, exchangeParameters(emulator));
        assertRefused(answer, error, description);
      });
    }

    it('and lets in whom the condition lets in, with a subject of 127 bytes', async () => {
      const emulator = await start(
        withProvider({
          attributeCondition: ({arn}) => arn.startsWith('arn:aws:sts::111122223333:'),
          attributeMapping: () => ({'google.subject': 'x'.repeat(127)}),
        }),
      );
      assertIssued(await postForm(emulator, exchangeParameters(emulator)));
    });

    it('and tells when the condition itself fails', async () => {
      const emulator = await start(
        withProvider({
          attributeCondition: () => {
            throw new Error('a slip in the condition');
          },
        }),
      );
      const answer = await postForm(emulator, exchangeParameters(emulator));
      assert.equal(answer.status, 500);
      assert.equal(answer.text, 'The emulator failed: Error: a slip in the condition\n');
    });

    it('whose session name makes the default subject too long', async () => {
      const emulator = await start();
      const keys = emulator.issueAwsCredentials({sessionName: 's'.repeat(64)});
      assertIssued(await postForm(emulator, exchangeParameters(emulator, keys)));
      const role = 'r'.repeat(64);
      const long = await start({
        policy: {aws: {accounts: [{accountId: '111122223333', roles: [{name: role}]}]}},
      });
      const answer = await postForm(
        long,
        exchangeParameters(long, long.issueAwsCredentials({sessionName: 's'.repeat(64)})),
      );
      assertRefused(
        answer,
        'invalid_request',
        'The size of mapped attribute exceeds the 127 bytes limit.',
      );
    });
  });
});
