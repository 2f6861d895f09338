import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import type {EmulatorOptions} from '../../src/emulator/index.js';
import {fields, send, sendRaw, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import {amzDate, GET_CALLER_IDENTITY, sign, type SignedRequest} from './support/signing.js';

const FORM = {'content-type': 'application/x-www-form-urlencoded'};

function assertRefused(answer: Answer, status: number, code: string, message?: string | RegExp) {
  assert.equal(
    `${answer.status} ${/<Code>([^<]*)/.exec(answer.text)?.[1] ?? ''}`,
    `${status} ${code}`,
  );
  assert.equal(answer.headers['content-type'], 'text/xml');
  assert.match(
    answer.text,
    /^<ErrorResponse xmlns="[^"]+">\n {2}<Error>\n {4}<Type>Sender<\/Type>/,
  );
  assert.match(answer.text, /<RequestId>[0-9a-f-]{36}<\/RequestId>\n<\/ErrorResponse>\n$/);
  const said = /<Message>([^<]*)/.exec(answer.text)?.[1] ?? '';
  if (typeof message === 'string') assert.equal(said, message);
  if (message instanceof RegExp) assert.match(said, message);
}

const DOES_NOT_MATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const INVALID_TOKEN = 'The security token included in the request is invalid.';

describe('the emulated AWS STS', () => {
  const start = emulators();

  const user: EmulatorOptions = {
    policy: {
      aws: {
        accounts: [
          {
            accountId: '111122223333',
            roles: [{name: 'demo-role'}],
            users: [
              {
                name: 'alice',
                path: '/team/',
                accessKeys: [
                  {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret/of+alice'},
                  {accessKeyId: 'AKIAINACTIVEEXAMPLE0', secretAccessKey: 's', status: 'Inactive'},
                ],
              },
            ],
            disabledRegions: ['ap-east-1'],
          },
        ],
      },
    },
  };
  const alice = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret/of+alice'};

  describe('answers who signed', () => {
    it('a session of a role, as XML', async () => {
      const emulator = await start();
      const keys = emulator.issueAwsCredentials({sessionName: 'me@example.com'});
      const answer = await send(emulator.url, sign(keys));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'text/xml');
      const requestId = answer.headers['x-amzn-requestid'];
      assert.match(
        answer.text,
        /^<GetCallerIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">\n/,
      );
      assert.ok(
        answer.text.includes(
          '<Arn>arn:aws:sts::111122223333:assumed-role/demo-role/me@example.com</Arn>',
        ),
      );
      assert.match(answer.text, /<UserId>AROA[A-Z2-7]{17}:me@example\.com<\/UserId>/);
      assert.ok(answer.text.includes('<Account>111122223333</Account>'));
      assert.ok(answer.text.includes(`<RequestId>${String(requestId)}</RequestId>`));
    });

    it('a user, with a static key and no token', async () => {
      const emulator = await start(user);
      const answer = await send(emulator.url, sign(alice));
      assert.equal(answer.status, 200);
      assert.ok(answer.text.includes('<Arn>arn:aws:iam::111122223333:user/team/alice</Arn>'));
      assert.match(answer.text, /<UserId>AIDA[A-Z2-7]{17}<\/UserId>/);
    });

    it('as JSON where the client wants that', async () => {
      const emulator = await start();
      const keys = emulator.issueAwsCredentials();
      const signed = sign(keys, {headers: {accept: 'application/json'}});
      const answer = await send(emulator.url, signed);
      assert.equal(answer.headers['content-type'], 'application/json');
      const body: unknown = JSON.parse(answer.text);
      assert.ok(typeof body === 'object' && body !== null && 'GetCallerIdentityResponse' in body);
      const refusal = await send(emulator.url, {
        ...signed,
        headers: {host: 'sts.amazonaws.com', accept: 'application/json'},
      });
      const {Error: error} = fields(refusal.text);
      assert.deepEqual(error, {
        Code: 'MissingAuthenticationToken',
        Message: 'Request is missing Authentication Token',
        Type: 'Sender',
      });
    });

    it('at every host and in every form in which the API is called', async () => {
      const emulator = await start();
      const keys = emulator.issueAwsCredentials();
      const {host} = new URL(emulator.url);
      const body = 'Action=GetCallerIdentity&Version=2011-06-15';
      const requests = {
        'the global endpoint': sign(keys, {host: 'sts.amazonaws.com'}),
        'a regional endpoint': sign(keys, {region: 'ap-southeast-2'}),
        'an isolated-looking region': sign(keys, {region: 'us-gov-west-1'}),
        'the emulator itself': sign(keys, {host, region: 'eu-west-1'}),
        'a host in capitals': sign(keys, {host: 'STS.us-east-1.amazonaws.com'}),
        GET: sign(keys, {method: 'GET'}),
        'a form': sign(keys, {path: '/', body, headers: FORM}),
        'a form with a charset': sign(keys, {
          path: '/',
          body,
          headers: {'content-type': 'application/x-www-form-urlencoded; charset=utf-8'},
        }),
        'parameters in another order': sign(keys, {
          path: '/?Version=2011-06-15&Action=GetCallerIdentity',
        }),
        'escaped parameters': sign(keys, {
          path: '/?%41ction=GetCallerIdentity&Version=2011%2D06%2D15',
        }),
        'more parameters': sign(keys, {path: `${GET_CALLER_IDENTITY}&b=%2F%20~&a=2&a=1&c`}),
        'reserved characters': sign(keys, {
          path: `${GET_CALLER_IDENTITY}&x=a+b&y=a=b&z=!'()*&q=a?b&ab-=1&ab=1`,
        }),
        'a second Action, which does not count': sign(keys, {
          path: `${GET_CALLER_IDENTITY}&Action=Other`,
        }),
        'a header with runs of spaces': sign(keys, {headers: {'x-note': '  a   b  '}}),
        'the hash of the body': sign(keys, {
          headers: {'X-Amz-Content-Sha256': createHash('sha256').update('').digest('hex')},
        }),
      };
      // A header is sent as Latin-1: these are its bytes in UTF-8, which the signature covers.
      const letters = sign(keys, {headers: {'x-note': 'Zürich'}});
      letters.headers['x-note'] = Buffer.from('Zürich').toString('latin1');
      const all = {...requests, 'a header with letters beyond ASCII': letters};
      for (const [name, request] of Object.entries(all)) {
        const answer = await send(emulator.url, request);
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
      }
    });
  });

  describe('finds no operation', () => {
    it('without an action, and leads to the product page', async () => {
      const emulator = await start();
      const keys = emulator.issueAwsCredentials();
      const get = await send(
        emulator.url,
        sign(keys, {method: 'GET', path: '/?Version=2011-06-15'}),
      );
      assert.equal(get.status, 302);
      assert.equal(get.headers.location, 'https://aws.amazon.com/iam?Version=2011-06-15');
      const body = 'Action=GetCallerIdentity&Version=2011-06-15';
      const post = await send(
        emulator.url,
        sign(keys, {path: '/', body, headers: {'content-type': 'text/plain'}}),
      );
      assert.equal(post.status, 302);
      assert.equal(post.headers.location, 'https://aws.amazon.com/iam');
    });

    for (const [query, message] of [
      [
        'Action=Nothing&Version=2011-06-15',
        'Could not find operation Nothing for version 2011-06-15',
      ],
      [
        'Action=GetCallerIdentity',
        'Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED',
      ],
      [
        'Action=GetCallerIdentity&Version=2000-01-01',
        'Could not find operation GetCallerIdentity for version 2000-01-01',
      ],
      ['Action=&Version=2011-06-15', 'Could not find operation  for version 2011-06-15'],
      ['Action=a<b&Version=1', 'Could not find operation a&lt;b for version 1'],
    ] as const) {
      it(query, async () => {
        const emulator = await start();
        const request = sign(emulator.issueAwsCredentials(), {path: `/?${query}`});
        assertRefused(await send(emulator.url, request), 400, 'InvalidAction', message);
      });
    }

    it('for other methods and paths', async () => {
      const emulator = await start();
      const host = {host: 'sts.amazonaws.com'};
      const put = await send(emulator.url, {
        method: 'PUT',
        path: GET_CALLER_IDENTITY,
        headers: host,
      });
      assert.equal(put.status, 405);
      assert.equal(put.headers.allow, 'GET, POST');
      const path = await send(emulator.url, {path: '/other', headers: host});
      assert.equal(path.status, 404);
      const fips = await send(emulator.url, {
        path: GET_CALLER_IDENTITY,
        headers: {host: 'sts-fips.us-east-1.amazonaws.com'},
      });
      assert.equal(fips.status, 404);
    });
  });

  describe('needs an Authorization header', () => {
    const host = 'sts.amazonaws.com';
    const missing = 'Request is missing Authentication Token';
    const date = '20260102T030405Z';
    const credential = 'AKID/20260102/us-east-1/sts/aws4_request';

    for (const [name, authorization, status, code, message] of [
      ['absent', undefined, 403, 'MissingAuthenticationToken', missing],
      ['of another scheme', 'Bearer x', 403, 'MissingAuthenticationToken', missing],
      [
        'of another algorithm',
        `AWS4-HMAC-SHA512 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=a`,
        400,
        'IncompleteSignature',
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now).",
      ],
      [
        'with nothing in it',
        'AWS4-HMAC-SHA256',
        400,
        'IncompleteSignature',
        /^Authorization header requires 'Credential' parameter\. Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\. \(Hashed with SHA-256 and encoded with Base64\) Authorization=[\w+/]{43}=$/,
      ],
      [
        'without an equals sign',
        'AWS4-HMAC-SHA256 Credential',
        400,
        'IncompleteSignature',
        /missing equal-sign/,
      ],
      [
        'with a parameter twice',
        'AWS4-HMAC-SHA256 Credential=a, Credential=a, SignedHeaders=host, Signature=a',
        400,
        'IncompleteSignature',
        /not the only one/,
      ],
      [
        'with an empty signature',
        `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=`,
        400,
        'IncompleteSignature',
        /^Authorization header requires 'Signature' parameter\. /,
      ],
      [
        'with four parts of a credential',
        'AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host;x-amz-date, Signature=a',
        400,
        'IncompleteSignature',
        'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 4.',
      ],
      [
        'with six parts of a credential',
        `AWS4-HMAC-SHA256 Credential=${credential}/, SignedHeaders=host;x-amz-date, Signature=a`,
        400,
        'IncompleteSignature',
        /got 6\.$/,
      ],
      [
        'that does not sign the host',
        `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=x-amz-date, Signature=a`,
        403,
        'SignatureDoesNotMatch',
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
      ],
      [
        'that does not sign the date',
        `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=a`,
        403,
        'SignatureDoesNotMatch',
        "'x-amz-date' must be a 'SignedHeader' in the AWS Authorization.",
      ],
      [
        'of an unknown key',
        `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=a`,
        403,
        'InvalidClientTokenId',
        INVALID_TOKEN,
      ],
    ] as const) {
      it(name, async () => {
        const clock = new Clock();
        const emulator = await start({clock: clock.now});
        const answer = await send(emulator.url, {
          method: 'POST',
          path: GET_CALLER_IDENTITY,
          headers: {
            host,
            'x-amz-date': date,
            ...(authorization === undefined ? {} : {authorization}),
          },
        });
        assertRefused(answer, status, code, message);
        if (authorization !== undefined) assert.ok(!answer.text.includes(credential));
      });
    }

    it('with a date', async () => {
      const emulator = await start();
      const answer = await send(emulator.url, {
        method: 'POST',
        path: GET_CALLER_IDENTITY,
        headers: {
          host,
          authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=a`,
        },
      });
      assertRefused(
        answer,
        400,
        'IncompleteSignature',
        /^Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header\. /,
      );
    });

    it('once', async () => {
      const emulator = await start();
      const {headers} = sign(emulator.issueAwsCredentials());
      const {Authorization: authorization = '', ...rest} = headers;
      const raw = await sendRaw(emulator.url, [
        `POST ${GET_CALLER_IDENTITY} HTTP/1.1`,
        ...Object.entries(rest).map(([name, value]) => `${name}: ${value}`),
        `Authorization: ${authorization}`,
        `Authorization: ${authorization}`,
        'Content-Length: 0',
        'Connection: close',
        '',
        '',
      ]);
      assert.match(raw, /^HTTP\/1\.1 400 /);
      assert.match(raw, /<Code>IncompleteSignature<\/Code>/);
    });
  });

  describe('checks the scope of the credential', () => {
    for (const [name, options, message] of [
      [
        'region',
        {host: 'sts.us-west-2.amazonaws.com'},
        'Credential should be scoped to a valid region.',
      ],
      [
        'region of the global endpoint',
        {host: 'sts.amazonaws.com', region: 'eu-west-1'},
        'Credential should be scoped to a valid region.',
      ],
      [
        'region, at any host',
        {host: 'localhost', region: 'nowhere'},
        'Credential should be scoped to a valid region.',
      ],
      [
        'region, which is all of the name',
        {host: 'localhost', region: 'xx1-us-east-1-x'},
        'Credential should be scoped to a valid region.',
      ],
      [
        'region and service, and tells of both',
        {service: 's4', host: 'sts.us-west-2.amazonaws.com', region: 'us-east-1'},
        "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'sts'.",
      ],
      [
        'service',
        {service: 's4', host: 'sts.amazonaws.com'},
        "Credential should be scoped to correct service: 'sts'.",
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start();
        const request = sign(emulator.issueAwsCredentials(), options);
        assertRefused(await send(emulator.url, request), 403, 'SignatureDoesNotMatch', message);
      });
    }

    for (const [name, from, to, message] of [
      ['terminator', '/aws4_request', '/aws4_reques', /valid terminator: 'aws4_request'\.$/],
      [
        'day',
        '/20260102/',
        '/20260103/',
        /^Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260103' != '20260102', from '20260102T030405Z'\.$/,
      ],
    ] as const) {
      it(name, async () => {
        const clock = new Clock();
        const emulator = await start({clock: clock.now});
        const request = sign(emulator.issueAwsCredentials(), {date: amzDate(clock.time)});
        request.headers['Authorization'] = (request.headers['Authorization'] ?? '').replace(
          from,
          to,
        );
        assertRefused(await send(emulator.url, request), 403, 'SignatureDoesNotMatch', message);
      });
    }
  });

  describe('checks the clock', () => {
    const time = Date.UTC(2026, 0, 2, 3, 4, 5);

    for (const [name, offset, message] of [
      ['five minutes late', -300, undefined],
      [
        'later',
        -301,
        'Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)',
      ],
      ['five minutes early', 300, undefined],
      [
        'earlier',
        301,
        'Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)',
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start({clock: () => time});
        const date = amzDate(time + offset * 1000);
        const answer = await send(emulator.url, sign(emulator.issueAwsCredentials(), {date}));
        if (message === undefined) assert.equal(answer.status, 200, answer.text);
        else assertRefused(answer, 403, 'SignatureDoesNotMatch', message);
      });
    }

    it('in whole seconds, as a date has them', async () => {
      const emulator = await start({clock: () => time + 999});
      const keys = emulator.issueAwsCredentials();
      const answer = await send(emulator.url, sign(keys, {date: amzDate(time - 300_000)}));
      assert.equal(answer.status, 200, answer.text);
    });

    it('by X-Amz-Date, and by Date where there is no such header', async () => {
      const emulator = await start({clock: () => time});
      const request = sign(emulator.issueAwsCredentials(), {date: amzDate(time)});
      request.headers['Date'] = 'now';
      assert.equal((await send(emulator.url, request)).status, 200);
      delete request.headers['X-Amz-Date'];
      assertRefused(await send(emulator.url, request), 400, 'IncompleteSignature', /Got 'now'/);
    });

    it('by the tolerance that it was given', async () => {
      const emulator = await start({clock: () => time, maxClockSkewSeconds: 900});
      const keys = emulator.issueAwsCredentials();
      const within = sign(keys, {date: amzDate(time - 900_000)});
      assert.equal((await send(emulator.url, within)).status, 200);
      const beyond = sign(keys, {date: amzDate(time - 901_000)});
      const answer = await send(emulator.url, beyond);
      assertRefused(answer, 403, 'SignatureDoesNotMatch', /- 15 min\.\)$/);
    });

    for (const date of ['2026-01-02T03:04:05Z', '20260102T030405', '20260231T030405Z', 'now']) {
      it(`and the form of the date: ${date}`, async () => {
        const emulator = await start({clock: () => time});
        const request = sign(emulator.issueAwsCredentials(), {date: amzDate(time)});
        request.headers['X-Amz-Date'] = date;
        assertRefused(
          await send(emulator.url, request),
          400,
          'IncompleteSignature',
          `Date must be in ISO-8601 'basic format'. Got '${date}'. See http://en.wikipedia.org/wiki/ISO_8601`,
        );
      });
    }
  });

  describe('checks the key', () => {
    it('that is wrong', async () => {
      const emulator = await start(user);
      const request = sign({...alice, secretAccessKey: 'secret/of+alicf'});
      const answer = await send(emulator.url, request);
      assertRefused(answer, 403, 'SignatureDoesNotMatch', DOES_NOT_MATCH);
    });

    it('that is inactive', async () => {
      const emulator = await start(user);
      const request = sign({accessKeyId: 'AKIAINACTIVEEXAMPLE0', secretAccessKey: 's'});
      const answer = await send(emulator.url, request);
      assertRefused(answer, 403, 'InvalidClientTokenId', INVALID_TOKEN);
    });

    it('that is static and comes with a session token', async () => {
      const emulator = await start(user);
      const answer = await send(emulator.url, sign({...alice, sessionToken: 'stray'}));
      assertRefused(answer, 403, 'InvalidClientTokenId', INVALID_TOKEN);
    });

    it('that is temporary and comes with no token, or another', async () => {
      const emulator = await start();
      const {accessKeyId, secretAccessKey} = emulator.issueAwsCredentials();
      const {sessionToken} = emulator.issueAwsCredentials();
      for (const keys of [
        {accessKeyId, secretAccessKey},
        {accessKeyId, secretAccessKey, sessionToken},
      ]) {
        const answer = await send(emulator.url, sign(keys));
        assertRefused(answer, 403, 'InvalidClientTokenId', INVALID_TOKEN);
      }
    });

    it('whose token was not signed', async () => {
      const emulator = await start();
      const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials();
      const request = sign({accessKeyId, secretAccessKey});
      request.headers['x-amz-security-token'] = sessionToken;
      assertRefused(
        await send(emulator.url, request),
        403,
        'SignatureDoesNotMatch',
        "'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
      );
    });

    it('that has expired', async () => {
      const clock = new Clock();
      const emulator = await start({clock: clock.now});
      const keys = emulator.issueAwsCredentials({lifetimeSeconds: 900});
      clock.pass(899);
      const before = sign(keys, {date: amzDate(clock.time)});
      assert.equal((await send(emulator.url, before)).status, 200);
      clock.pass(1);
      const after = sign(keys, {date: amzDate(clock.time)});
      assertRefused(
        await send(emulator.url, after),
        403,
        'ExpiredToken',
        'The security token included in the request is expired',
      );
    });

    it('that was revoked, alone or with all others', async () => {
      const emulator = await start(user);
      const [first, second] = [emulator.issueAwsCredentials(), emulator.issueAwsCredentials()];
      emulator.revokeAwsCredentials(first.accessKeyId);
      const answer = await send(emulator.url, sign(first));
      assertRefused(answer, 403, 'InvalidClientTokenId', INVALID_TOKEN);
      assert.equal((await send(emulator.url, sign(second))).status, 200);
      emulator.revokeAwsCredentials();
      assertRefused(await send(emulator.url, sign(second)), 403, 'InvalidClientTokenId');
      assert.equal((await send(emulator.url, sign(alice))).status, 200);
    });

    it('whose account has switched the region off', async () => {
      const emulator = await start(user);
      for (const host of ['sts.ap-east-1.amazonaws.com', new URL(emulator.url).host]) {
        assertRefused(
          await send(emulator.url, sign(alice, {region: 'ap-east-1', host})),
          403,
          'RegionDisabledException',
          'STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.',
        );
      }
    });
  });

  describe('refuses a change of', () => {
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const changes: Record<string, (request: SignedRequest) => void> = {
      'the query': request => (request.path += '&x'),
      'the body': request => (request.body = `${body}&`),
      'a signed header': request => (request.headers['x-goog-cloud-target-resource'] = '//other'),
      'the date': request => (request.headers['X-Amz-Date'] = '20260102T030406Z'),
      'the content type': request => (request.headers['Content-Type'] = `${FORM['content-type']};`),
      'the list of signed headers': request => change(request, 'content-length;', ''),
      'the order of the signed headers': request =>
        change(request, 'content-length;content-type', 'content-type;content-length'),
      'the case of a signed header': request => change(request, 'content-length', 'Content-Length'),
      'a signed header into one that is not there': request =>
        change(request, 'x-goog-', 'x-goof-'),
      'the first character of the signature': request => flip(request, 0),
      'the last character of the signature': request => flip(request, 63),
      'the length of the signature': request => change(request, /.$/, ''),
      'the case of the signature': request =>
        change(request, /[0-9a-f]{64}$/, text => text.toUpperCase()),
      'the hash of the body': request => (request.headers['X-Amz-Content-Sha256'] = 'f'.repeat(64)),
    };

    function change(
      {headers}: SignedRequest,
      from: string | RegExp,
      to: string | ((text: string) => string),
    ) {
      const before = headers['Authorization'] ?? '';
      headers['Authorization'] = before.replace(from, typeof to === 'string' ? () => to : to);
      assert.notEqual(headers['Authorization'], before);
    }

    function flip(request: SignedRequest, index: number) {
      change(request, /[0-9a-f]{64}$/, text => {
        const other = text[index] === '0' ? '1' : '0';
        return text.slice(0, index) + other + text.slice(index + 1);
      });
    }

    for (const [name, apply] of Object.entries(changes)) {
      it(name, async () => {
        const clock = new Clock();
        const emulator = await start({clock: clock.now});
        const request = sign(emulator.issueAwsCredentials(), {
          path: '/?z=1',
          body,
          date: amzDate(clock.time),
          headers: {
            ...FORM,
            'x-goog-cloud-target-resource': '//this',
            'X-Amz-Content-Sha256': createHash('sha256').update(body).digest('hex'),
          },
        });
        assert.equal((await send(emulator.url, request)).status, 200);
        apply(request);
        if (request.body !== body) delete request.headers['Content-Length'];
        const answer = await send(emulator.url, request);
        assertRefused(answer, 403, 'SignatureDoesNotMatch', DOES_NOT_MATCH);
      });
    }

    it('the method', async () => {
      const emulator = await start();
      const request = sign(emulator.issueAwsCredentials());
      request.method = 'GET';
      const answer = await send(emulator.url, request);
      assertRefused(answer, 403, 'SignatureDoesNotMatch', DOES_NOT_MATCH);
    });

    it('the host, to another of the same region', async () => {
      const emulator = await start();
      const request = sign(emulator.issueAwsCredentials());
      request.headers['Host'] = 'sts.amazonaws.com';
      const answer = await send(emulator.url, request);
      assertRefused(answer, 403, 'SignatureDoesNotMatch', DOES_NOT_MATCH);
    });

    it('an unsigned payload into a signed one', async () => {
      const emulator = await start();
      const request = sign(emulator.issueAwsCredentials(), {
        headers: {'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD'},
      });
      assertRefused(
        await send(emulator.url, request),
        403,
        'SignatureDoesNotMatch',
        DOES_NOT_MATCH,
      );
    });
  });

  it('refuses a query that cannot be decoded', async () => {
    const emulator = await start();
    const request = sign(emulator.issueAwsCredentials());
    request.path += '&x=%zz';
    assertRefused(await send(emulator.url, request), 400, 'MalformedQueryString');
  });

  it('refuses a body that is too large', async () => {
    const emulator = await start();
    const body = 'x'.repeat(256 * 1024 + 1);
    const answer = await send(emulator.url, sign(emulator.issueAwsCredentials(), {body}));
    assert.equal(answer.status, 413);
  });
});
