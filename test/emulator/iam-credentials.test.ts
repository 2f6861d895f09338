import assert from 'node:assert/strict';
import {
  defaultPolicy,
  type EmulatorOptions,
  type ServiceAccount,
} from '../../src/emulator/index.js';
import {json, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import {
  amzDate,
  encodeSubjectToken,
  federatedToken,
  subjectTokenRequest,
} from './support/signing.js';

const DEMO = 'demo@my-project.iam.gserviceaccount.com';
const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform';
const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
const ROLE = `principalSet://${POOL}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role`;
const SESSION = `principal://${POOL}/subject/arn:aws:sts::111122223333:assumed-role/demo-role/session`;

function withServiceAccounts(...serviceAccounts: readonly ServiceAccount[]): EmulatorOptions {
  return {policy: {google: {...defaultPolicy().google, serviceAccounts}}};
}

function path(account: string): string {
  return `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;
}

function generate(
  emulator: {readonly url: string},
  token: string | undefined,
  body: unknown = {scope: [CLOUD_PLATFORM]},
  account = DEMO,
): Promise<Answer> {
  return send(emulator.url, {
    method: 'POST',
    path: path(account),
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : {authorization: `Bearer ${token}`}),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function read(answer: Answer): {accessToken: string; expireTime: string} {
  assert.equal(answer.status, 200, answer.text);
  const body = json(answer);
  assert.ok(typeof body === 'object' && body !== null);
  assert.deepEqual(Object.keys(body), ['accessToken', 'expireTime']);
  const {accessToken, expireTime}: Record<string, unknown> = {...body};
  assert.ok(typeof accessToken === 'string' && /^ya29\.c\.[\w-]{300,}$/.test(accessToken));
  assert.ok(typeof expireTime === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(expireTime));
  return {accessToken, expireTime};
}

function assertInvalid(answer: Answer, message = 'Request contains an invalid argument.') {
  assert.deepEqual(json(answer), {error: {code: 400, message, status: 'INVALID_ARGUMENT'}});
  assert.equal(answer.status, 400);
}

function assertDenied(answer: Answer, permission = 'iam.serviceAccounts.getAccessToken') {
  assert.deepEqual(json(answer), {
    error: {
      code: 403,
      message: `Permission '${permission}' denied on resource (or it may not exist).`,
      status: 'PERMISSION_DENIED',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'IAM_PERMISSION_DENIED',
          domain: 'iam.googleapis.com',
          metadata: {permission},
        },
      ],
    },
  });
  assert.equal(answer.status, 403);
}

describe('the emulated IAM Credentials API', () => {
  const start = emulators();

  describe('generates a token', () => {
    it('that lives an hour, of the scopes that were asked for', async () => {
      const clock = new Clock();
      const emulator = await start({clock: clock.now});
      const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials(), {
        date: amzDate(clock.time),
      });
      const federated = await federatedToken(emulator, {
        subject_token: encodeSubjectToken(request),
      });
      const scope = ['https://www.googleapis.com/auth/devstorage.read_only'];
      const {accessToken, expireTime} = read(await generate(emulator, federated, {scope}));
      assert.equal(expireTime, '2026-01-02T04:04:05Z');
      const call = (method: string) =>
        send(emulator.url, {
          method,
          path: '/storage/v1/b?project=my-project',
          headers: {authorization: `Bearer ${accessToken}`, 'content-type': 'application/json'},
          body: method === 'POST' ? '{"name": "bucket-of-mine"}' : undefined,
        });
      assert.equal((await call('GET')).status, 200);
      assert.equal((await call('POST')).status, 403);
      clock.pass(3599);
      assert.equal((await call('GET')).status, 200);
      clock.pass(1);
      assert.equal((await call('GET')).status, 401);
    });

    for (const [name, account] of [
      ['its e-mail', DEMO],
      ['its e-mail, escaped', encodeURIComponent(DEMO)],
      ['its unique id', '100000000000000000001'],
    ] as const) {
      it(`of an account that is named by ${name}`, async () => {
        const emulator = await start(
          withServiceAccounts({
            email: DEMO,
            uniqueId: '100000000000000000001',
            bindings: [{role: 'roles/iam.workloadIdentityUser', members: [ROLE]}],
          }),
        );
        read(await generate(emulator, await federatedToken(emulator), undefined, account));
        assert.equal(emulator.requests.at(-1)?.serviceAccount, DEMO);
      });
    }

    for (const [name, member] of [
      ['its role', ROLE],
      ['its subject', SESSION],
      ['its pool', `principalSet://${POOL}/*`],
    ] as const) {
      it(`for a member by ${name}`, async () => {
        const emulator = await start(
          withServiceAccounts({
            email: DEMO,
            bindings: [
              {role: 'roles/iam.workloadIdentityUser', members: ['serviceAccount:x@y.z', member]},
            ],
          }),
        );
        read(await generate(emulator, await federatedToken(emulator)));
      });
    }

    for (const [lifetime, expireTime] of [
      ['600s', '2026-01-02T03:14:05Z'],
      ['3600s', '2026-01-02T04:04:05Z'],
      ['900.000000000s', '2026-01-02T03:19:05Z'],
      ['43200s', '2026-01-02T15:04:05Z'],
    ] as const) {
      it(`with a lifetime of ${lifetime}`, async () => {
        const clock = new Clock();
        const [account] = defaultPolicy().google.serviceAccounts;
        assert.ok(account);
        const emulator = await start({
          ...withServiceAccounts({...account, allowLifetimeExtension: true}),
          clock: clock.now,
        });
        const request = subjectTokenRequest(emulator, emulator.issueAwsCredentials(), {
          date: amzDate(clock.time),
        });
        const token = await federatedToken(emulator, {subject_token: encodeSubjectToken(request)});
        const answer = await generate(emulator, token, {scope: [CLOUD_PLATFORM], lifetime});
        assert.equal(read(answer).expireTime, expireTime);
      });
    }

    it('that lives as long as the emulator was told', async () => {
      const emulator = await start({serviceAccountTokenLifetimeSeconds: 20});
      const answer = await generate(emulator, await federatedToken(emulator));
      const left = Date.parse(read(answer).expireTime) - Date.now();
      assert.ok(left <= 20_000);
    });

    it("where what is left out is null, as Google's Python library writes it", async () => {
      const emulator = await start();
      const body = {scope: [CLOUD_PLATFORM], delegates: null, lifetime: null};
      read(await generate(emulator, await federatedToken(emulator), body));
    });

    it('with every kind of scope that Google has', async () => {
      const emulator = await start();
      const scope = [
        CLOUD_PLATFORM,
        'openid',
        'email',
        'profile',
        'https://mail.google.com/',
        'https://www.google.com/m8/feeds',
        'https://www.googleapis.com/auth/admin.directory.group.readonly',
      ];
      read(await generate(emulator, await federatedToken(emulator), {scope}));
    });

    it('for a caller whose token has the iam scope alone', async () => {
      const emulator = await start();
      const scope = 'https://www.googleapis.com/auth/iam';
      read(await generate(emulator, await federatedToken(emulator, {scope})));
    });

    it('along a chain of delegates, where every hop has its binding', async () => {
      const [first, second, target] = ['a@p.iam', 'b@p.iam', 'c@p.iam'] as const;
      const creator = 'roles/iam.serviceAccountTokenCreator';
      const emulator = await start(
        withServiceAccounts(
          {email: first, bindings: [{role: creator, members: [ROLE]}]},
          {email: second, bindings: [{role: creator, members: [`serviceAccount:${first}`]}]},
          {email: target, bindings: [{role: creator, members: [`serviceAccount:${second}`]}]},
        ),
      );
      const token = await federatedToken(emulator);
      const ask = (...names: readonly string[]) =>
        generate(
          emulator,
          token,
          {
            scope: [CLOUD_PLATFORM],
            delegates: names.map(name => `projects/-/serviceAccounts/${name}`),
          },
          target,
        );
      const {accessToken} = read(await ask(first, second));
      const hop = 'iam.serviceAccounts.implicitDelegation';
      assertDenied(await ask());
      assertDenied(await ask(first));
      assertDenied(await ask(second), hop);
      assertDenied(await ask(second, first), hop);
      assertDenied(await ask(first, second, 'nobody@p.iam'), hop);
      // The token is the target's, and the target may do nothing more.
      assertDenied(await generate(emulator, accessToken, undefined, first));
    });

    it('for a service account that may act as another', async () => {
      const emulator = await start(
        withServiceAccounts(
          {email: DEMO, bindings: [{role: 'roles/iam.workloadIdentityUser', members: [ROLE]}]},
          {
            email: 'other@p.iam',
            bindings: [
              {role: 'roles/iam.serviceAccountTokenCreator', members: [`serviceAccount:${DEMO}`]},
            ],
          },
        ),
      );
      const {accessToken} = read(await generate(emulator, await federatedToken(emulator)));
      read(await generate(emulator, accessToken, undefined, 'other@p.iam'));
    });
  });

  describe('denies', () => {
    const noPool = `principalSet://${POOL.replace('aws-pool', 'other-pool')}/*`;
    for (const [name, members] of [
      ['nobody', []],
      ['another role', [ROLE.replace('demo-role', 'demo-role-2')]],
      ['the role without its end', [ROLE.replace('demo-role', 'demo-rol')]],
      ['another session', [`${SESSION}2`]],
      ['the role as a subject', [ROLE.replace('attribute.aws_role', 'attribute.subject')]],
      ['another pool', [noPool]],
      ['another project', [`principalSet://${POOL.replace('9012', '9013')}/*`]],
      ['a service account', [`serviceAccount:${DEMO}`]],
    ] as const) {
      it(`an account whose binding names ${name}`, async () => {
        const emulator = await start(
          withServiceAccounts({
            email: DEMO,
            bindings: [{role: 'roles/iam.workloadIdentityUser', members}],
          }),
        );
        assertDenied(await generate(emulator, await federatedToken(emulator)));
      });
    }

    it('an account that does not exist, in the same words', async () => {
      const emulator = await start();
      const token = await federatedToken(emulator);
      assertDenied(await generate(emulator, token, undefined, 'nobody@my-project.iam'));
      assertDenied(await generate(emulator, token, undefined, '000'));
    });

    it('a chain over a binding that does not delegate', async () => {
      const emulator = await start(
        withServiceAccounts({
          email: DEMO,
          bindings: [{role: 'roles/iam.workloadIdentityUser', members: [ROLE]}],
        }),
      );
      const delegates = [`projects/-/serviceAccounts/${DEMO}`];
      const body = {scope: [CLOUD_PLATFORM], delegates};
      assertDenied(
        await generate(emulator, await federatedToken(emulator), body),
        'iam.serviceAccounts.implicitDelegation',
      );
    });

    it('a lifetime of more than an hour where the organisation does not allow it', async () => {
      const emulator = await start();
      const body = {scope: [CLOUD_PLATFORM], lifetime: '3601s'};
      assertInvalid(
        await generate(emulator, await federatedToken(emulator), body),
        'The access token lifetime cannot exceed 3600 seconds.',
      );
    });
  });

  describe('finds invalid', () => {
    const duration =
      "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), Field 'lifetime', Illegal duration format; duration must end with 's'";
    const scope = [CLOUD_PLATFORM];
    const noObject = 'Invalid JSON payload received. Expected a JSON object.';
    for (const [name, body, message] of [
      ['no body', '', noObject],
      ['no JSON', '{', noObject],
      ['an array', '[]', noObject],
      ['no scope', {}, undefined],
      ['a scope that is null', {scope: null}, undefined],
      ['an empty scope', {scope: []}, undefined],
      ['a scope that is a text', {scope: CLOUD_PLATFORM}, undefined],
      ['a scope with nothing in it', {scope: ['']}, undefined],
      ['a scope of numbers', {scope: [1]}, undefined],
      ['a scope that is none', {scope: [CLOUD_PLATFORM, 'cloud-platform']}, undefined],
      ['a scope that is a path', {scope: ['/auth/cloud-platform']}, undefined],
      ['two scopes in one text', {scope: [`${CLOUD_PLATFORM} openid`]}, undefined],
      ['scopes with a comma', {scope: [`${CLOUD_PLATFORM},${CLOUD_PLATFORM}`]}, undefined],
      ['a scope by http', {scope: [CLOUD_PLATFORM.replace('https', 'http')]}, undefined],
      [
        'an unknown field',
        {scope, lifetimeSeconds: 1},
        'Invalid JSON payload received. Unknown name "lifetimeSeconds": Cannot find field.',
      ],
      ['a lifetime that is a number', {scope, lifetime: 3600}, duration],
      ['a lifetime without its unit', {scope, lifetime: '3600'}, duration],
      ['a lifetime of an hour', {scope, lifetime: '1h'}, duration],
      ['a lifetime below ten minutes', {scope, lifetime: '599s'}, undefined],
      ['a lifetime below zero', {scope, lifetime: '-3600s'}, undefined],
      ['a lifetime above twelve hours', {scope, lifetime: '43201s'}, undefined],
      ['delegates that are a text', {scope, delegates: 'x'}, undefined],
      ['a delegate that is an e-mail', {scope, delegates: [DEMO]}, undefined],
      [
        'a delegate with a project',
        {scope, delegates: [`projects/my-project/serviceAccounts/${DEMO}`]},
        undefined,
      ],
    ] as const) {
      it(name, async () => {
        const emulator = await start();
        assertInvalid(await generate(emulator, await federatedToken(emulator), body), message);
      });
    }

    it('a project in the path', async () => {
      const emulator = await start();
      const answer = await send(emulator.url, {
        method: 'POST',
        path: path(DEMO).replace('/-/', '/my-project/'),
        headers: {authorization: `Bearer ${await federatedToken(emulator)}`},
        body: JSON.stringify({scope: [CLOUD_PLATFORM]}),
      });
      assertInvalid(answer);
    });

    it('an account that cannot be decoded', async () => {
      const emulator = await start();
      assertInvalid(await generate(emulator, await federatedToken(emulator), undefined, '%ff'));
    });
  });

  describe('does not know', () => {
    function assertUnauthenticated(answer: Answer, reason: string) {
      const isMissing = reason === 'CREDENTIALS_MISSING';
      assert.equal(answer.status, 401);
      assert.equal(
        answer.headers['www-authenticate'],
        `Bearer realm="https://accounts.google.com/"${isMissing ? '' : ', error="invalid_token"'}`,
      );
      assert.deepEqual(json(answer), {
        error: {
          code: 401,
          message: `${
            isMissing
              ? 'Request is missing required authentication credential.'
              : 'Request had invalid authentication credentials.'
          } Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.`,
          status: 'UNAUTHENTICATED',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason,
              domain: 'googleapis.com',
              metadata: {
                service: 'iamcredentials.googleapis.com',
                method: 'google.iam.credentials.v1.IAMCredentials.GenerateAccessToken',
              },
            },
          ],
        },
      });
    }

    it('a caller without a token', async () => {
      const emulator = await start();
      assertUnauthenticated(await generate(emulator, undefined), 'CREDENTIALS_MISSING');
    });

    it('a token that was not issued, is spelled otherwise, or was revoked', async () => {
      const emulator = await start();
      const token = await federatedToken(emulator);
      const unknown = 'ACCESS_TOKEN_TYPE_UNSUPPORTED';
      for (const other of ['ya29.d.x', `${token}x`, token.toLowerCase(), '', `${token} x`]) {
        assertUnauthenticated(await generate(emulator, other), unknown);
      }
      emulator.revokeTokens();
      assertUnauthenticated(await generate(emulator, token), unknown);
    });

    it('a token that has expired', async () => {
      let offset = 0;
      const emulator = await start({clock: () => Date.now() + offset});
      const token = await federatedToken(emulator);
      offset = 3_600_000;
      assertUnauthenticated(await generate(emulator, token), 'ACCESS_TOKEN_EXPIRED');
    });

    it('a token whose scope is for something else', async () => {
      const emulator = await start();
      const scope = 'https://www.googleapis.com/auth/devstorage.full_control';
      const answer = await generate(emulator, await federatedToken(emulator, {scope}));
      assert.equal(answer.status, 403);
      assert.match(answer.headers['www-authenticate'] ?? '', /error="insufficient_scope"/);
      assert.match(answer.text, /"message": "Request had insufficient authentication scopes\."/);
      assert.match(answer.text, /"status": "PERMISSION_DENIED"/);
      assert.match(answer.text, /"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"/);
    });
  });

  it('tells where to enable it when it is disabled', async () => {
    const {google} = defaultPolicy();
    const emulator = await start({
      policy: {google: {...google, disabledServices: ['iamcredentials.googleapis.com']}},
    });
    const answer = await generate(emulator, await federatedToken(emulator));
    assert.equal(answer.status, 403);
    assert.match(answer.text, /"reason": "SERVICE_DISABLED"/);
    assert.match(
      answer.text,
      /IAM Service Account Credentials API has not been used in project 123456789012 before or it is disabled\. Enable it by visiting https:\/\/console\.developers\.google\.com\/apis\/api\/iamcredentials\.googleapis\.com\/overview\?project=123456789012 then retry\./,
    );
  });

  it('has no other methods, and answers at its own host name', async () => {
    const emulator = await start();
    const get = await send(emulator.url, {path: path(DEMO)});
    assert.equal(get.status, 405);
    assert.equal(get.headers.allow, 'POST');
    const sign = await send(emulator.url, {
      method: 'POST',
      path: path(DEMO).replace('generateAccessToken', 'signNothing'),
    });
    assert.equal(sign.status, 404);
    const named = {
      method: 'POST',
      path: path(DEMO),
      headers: {host: 'iamcredentials.googleapis.com'},
    };
    assert.equal((await send(emulator.url, named)).status, 401);
    const other = {...named, headers: {host: 'iam.googleapis.com'}};
    assert.equal((await send(emulator.url, other)).status, 404);
  });
});
