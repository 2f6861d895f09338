import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {fromTokenFile, fromWebToken} from '@aws-sdk/credential-providers';
import {
  startEmulator,
  type AwsAccount,
  type AwsRole,
  type Emulator,
  type EmulatorOptions,
} from '../../src/emulator/index.js';
import {assertIdentity, awsEnvironment} from './support/aws-environment.js';
import {fields, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';

const ROLE = 'arn:aws:iam::111122223333:role/demo-role';
const ISSUER = 'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';
const SUBJECT = 'system:serviceaccount:default:demo';

function clouds(
  account: Partial<AwsAccount>,
  role: Partial<AwsRole> = {trust: [{webIdentitySubjects: [SUBJECT]}]},
): EmulatorOptions {
  const roles = [{name: 'demo-role', ...role}];
  return {policy: {aws: {accounts: [{accountId: '111122223333', roles, ...account}]}}};
}

function assume(
  emulator: Emulator,
  token: string | undefined,
  parameters: Readonly<Record<string, string | undefined>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const given = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'me',
    WebIdentityToken: token,
    ...parameters,
  };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== undefined) form.set(name, value);
  return send(emulator.url, {
    method: 'POST',
    path: '/',
    headers: {'content-type': 'application/x-www-form-urlencoded', ...headers},
    body: form.toString(),
  });
}

function element(answer: Answer, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1] ?? '';
}

function assertRefused(
  answer: Answer,
  status: number,
  code: string,
  message: string,
  token?: string,
) {
  assert.deepEqual(
    [answer.status, element(answer, 'Code'), element(answer, 'Message')],
    [status, code, message],
  );
  if (token !== undefined) assert.ok(!answer.text.includes(token));
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token with other claims or another header, and the signature of the first. */
function forged(token: string, claims: object, header: object = {}): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const read = (part: string) => fields(Buffer.from(part, 'base64url').toString());
  return [encode({...read(head), ...header}), encode({...read(body), ...claims}), signature].join(
    '.',
  );
}

const INVALID = 'InvalidIdentityToken';
const NOT_VALIDATED =
  'The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity provider and then retry the request.';
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
const NO_JWT =
  'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)';
const DENIED = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';

describe('AssumeRoleWithWebIdentity of the emulated AWS STS', () => {
  const start = emulators();
  const environment = awsEnvironment();

  it('answers as AWS does', async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now});
    const token = emulator.issueWebIdentityToken();
    const answer = await assume(emulator, token, {DurationSeconds: '900'});
    assert.equal(answer.status, 200, answer.text);
    assert.match(
      answer.text,
      /^<AssumeRoleWithWebIdentityResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/">\n {2}<AssumeRoleWithWebIdentityResult>\n/,
    );
    for (const [name, value] of [
      ['SubjectFromWebIdentityToken', SUBJECT],
      ['Audience', 'sts.amazonaws.com'],
      ['Arn', 'arn:aws:sts::111122223333:assumed-role/demo-role/me'],
      ['Expiration', '2026-01-02T03:19:05Z'],
      ['Provider', `arn:aws:iam::111122223333:oidc-provider/${ISSUER.slice('https://'.length)}`],
    ] as const) {
      assert.equal(element(answer, name), value);
    }
    const [record] = emulator.requests;
    assert.equal(record?.operation, 'AssumeRoleWithWebIdentity');
    assert.equal(record.assumedRole, 'arn:aws:sts::111122223333:assumed-role/demo-role/me');
    assert.equal(record.lifetimeSeconds, 900);
    const shown = JSON.stringify(emulator.requests);
    for (const secret of [token, element(answer, 'SessionToken')]) {
      assert.ok(!shown.includes(secret));
    }
  });

  it('answers in JSON where the client wants that, and hides the token of a query', async () => {
    const emulator = await start();
    const token = emulator.issueWebIdentityToken();
    const query = new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: ROLE,
      RoleSessionName: 'me',
      WebIdentityToken: token,
    });
    const answer = await send(emulator.url, {
      path: `/?${query.toString()}`,
      headers: {accept: 'application/json'},
    });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(Object.keys(fields(answer.text)), ['AssumeRoleWithWebIdentityResponse']);
    assert.match(emulator.requests[0]?.path ?? '', /&WebIdentityToken=\*\*\*$/);
  });

  it('issues tokens that anybody can read', async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now});
    const token = emulator.issueWebIdentityToken({
      subject: 'me',
      audience: 'you',
      lifetimeSeconds: 60,
    });
    const [head, body] = token.split('.').map(part => Buffer.from(part, 'base64url').toString());
    const {kid, ...header} = fields(head ?? '');
    assert.deepEqual(header, {alg: 'RS256', typ: 'JWT'});
    assert.match(String(kid), /^[0-9a-f-]{36}$/);
    const {jti, ...claims} = fields(body ?? '');
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    const now = clock.time / 1000;
    assert.deepEqual(claims, {
      iss: ISSUER,
      sub: 'me',
      aud: ['you'],
      iat: now,
      nbf: now,
      exp: now + 60,
    });
  });

  describe('refuses a token', () => {
    const make = (options: Parameters<Emulator['issueWebIdentityToken']>[0]) => (e: Emulator) =>
      e.issueWebIdentityToken(options);
    const forge = (claims: object, header?: object) => (e: Emulator) =>
      forged(e.issueWebIdentityToken(), claims, header);
    const cases: readonly (readonly [string, (emulator: Emulator) => string, string])[] = [
      ['that is none', () => 'none', NO_JWT],
      ['of two parts', e => e.issueWebIdentityToken().split('.').slice(0, 2).join('.'), NO_JWT],
      ['of four parts', e => `${e.issueWebIdentityToken()}.x`, NO_JWT],
      [
        'whose header is no JSON',
        e => `x.${e.issueWebIdentityToken().split('.')[1] ?? ''}.x`,
        NO_JWT,
      ],
      ['whose claims are a text', () => `${encode({})}.${btoa('"x"')}.x`, NO_JWT],
      ['whose claims are nothing', () => `${encode({})}.${btoa('null')}.x`, NO_JWT],
      ['with a line feed after it', e => `${e.issueWebIdentityToken()}\n`, NO_JWT],
      ['without an issuer', forge({iss: undefined}), 'Missing a required claim: iss'],
      ['without a subject', forge({sub: undefined}), 'Missing a required claim: sub'],
      ['whose subject is a number', forge({sub: 1}), 'Missing a required claim: sub'],
      ['without an audience', forge({aud: []}), 'Missing a required claim: aud'],
      ['whose audience is a number', forge({aud: 1}), 'Missing a required claim: aud'],
      [
        'of an issuer that the account does not know',
        make({issuer: 'https://elsewhere.example'}),
        'No OpenIDConnect provider found in your account for https://elsewhere.example',
      ],
      [
        'of an issuer that differs by a slash',
        make({issuer: `${ISSUER}/`}),
        `No OpenIDConnect provider found in your account for ${ISSUER}/`,
      ],
      ['of a key that is not the issuer’s', forge({}, {kid: 'another'}), NO_KEY],
      ['that names no key', forge({}, {kid: undefined}), NO_KEY],
      ['with another subject than was signed', forge({sub: 'me'}), NOT_VALIDATED],
      ['without a signature', e => e.issueWebIdentityToken().replace(/[^.]+$/, ''), NOT_VALIDATED],
      ['of the algorithm none', forge({}, {alg: 'none'}), NOT_VALIDATED],
      [
        'signed with the public side of things',
        e => {
          const [head, body] = forged(e.issueWebIdentityToken(), {}, {alg: 'HS256'}).split('.');
          const signed = `${head ?? ''}.${body ?? ''}`;
          return `${signed}.${createHmac('sha256', 'key').update(signed).digest('base64url')}`;
        },
        NOT_VALIDATED,
      ],
      [
        'for another audience',
        make({audience: 'pods.eks.amazonaws.com'}),
        'Incorrect token audience',
      ],
    ];
    for (const [name, token, message] of cases) {
      it(name, async () => {
        const emulator = await start();
        const given = token(emulator);
        assertRefused(await assume(emulator, given), 400, INVALID, message);
        assert.equal(emulator.requests[0]?.error, INVALID);
        assert.equal(emulator.requests[0].assumedRole, undefined);
      });
    }

    it('of another emulator', async () => {
      const emulator = await start();
      const other = await start();
      const token = other.issueWebIdentityToken();
      assertRefused(await assume(emulator, token), 400, INVALID, NO_KEY, token);
    });

    it('past its end', async () => {
      const clock = new Clock();
      const emulator = await start({clock: clock.now});
      const token = emulator.issueWebIdentityToken({lifetimeSeconds: 60});
      clock.pass(59);
      assert.equal((await assume(emulator, token)).status, 200);
      clock.pass(1);
      const now = clock.time / 1000;
      const message = `Token expired: current date/time ${now} must be before the expiration date/time ${now}`;
      assertRefused(await assume(emulator, token), 400, 'ExpiredTokenException', message, token);
      const dead = emulator.issueWebIdentityToken({lifetimeSeconds: -5});
      assert.equal(element(await assume(emulator, dead), 'Code'), 'ExpiredTokenException');
    });

    it('that is none, without repeating it', async () => {
      const emulator = await start();
      for (const [token, what] of [
        [
          undefined,
          " null at 'webIdentityToken' failed to satisfy constraint: Member must not be null",
        ],
        [
          'abc',
          " at 'webIdentityToken' failed to satisfy constraint: Member must have length greater than or equal to 4",
        ],
        [
          'a'.repeat(20_001),
          " at 'webIdentityToken' failed to satisfy constraint: Member must have length less than or equal to 20000",
        ],
      ] as const) {
        const answer = await assume(emulator, token);
        const message = `1 validation error detected: Value${what}`;
        assertRefused(answer, 400, 'ValidationError', message);
      }
    });
  });

  describe('knows the providers of the account', () => {
    const issuer = 'https://token.actions.githubusercontent.com';

    it('which may be none', async () => {
      const emulator = await start(clouds({oidcProviders: []}));
      const answer = await assume(emulator, emulator.issueWebIdentityToken());
      const message = `No OpenIDConnect provider found in your account for ${ISSUER}`;
      assertRefused(answer, 400, INVALID, message);
    });

    it('with the audiences of each', async () => {
      const oidcProviders = [{issuer, audiences: ['first', 'second']}];
      const emulator = await start(clouds({oidcProviders}));
      const ask = (audience: string) =>
        assume(emulator, emulator.issueWebIdentityToken({issuer, audience}));
      const good = await ask('second');
      assert.equal(element(good, 'Audience'), 'second');
      assert.equal(
        element(good, 'Provider'),
        'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
      );
      assertRefused(await ask('sts.amazonaws.com'), 400, INVALID, 'Incorrect token audience');
    });

    it('of which one cannot be reached', async () => {
      const emulator = await start(clouds({oidcProviders: [{issuer, unreachable: true}]}));
      const answer = await assume(emulator, emulator.issueWebIdentityToken({issuer}));
      assertRefused(
        answer,
        400,
        'IDPCommunicationError',
        'The identity provider that was asked to verify the incoming identity token could not be reached.',
      );
    });

    it('but not those of another account', async () => {
      const emulator = await start();
      const answer = await assume(emulator, emulator.issueWebIdentityToken({issuer}), {
        RoleArn: 'arn:aws:iam::999999999999:role/demo-role',
      });
      assert.equal(element(answer, 'Code'), INVALID);
    });

    it('and refuses in a policy one that is no https URL', async () => {
      for (const wrong of ['http://a.example', 'a.example', 'https://a.example/?q', 'https://']) {
        const options = clouds({oidcProviders: [{issuer: wrong}]});
        await assert.rejects(startEmulator(options), {name: 'PolicyError', message: /an issuer/});
      }
    });
  });

  describe("heeds the role's trust", () => {
    const other = 'https://token.actions.githubusercontent.com';
    const oidcProviders = [{issuer: ISSUER}, {issuer: other}];
    for (const [name, trust, subject, issuer, isLetIn] of [
      ['a subject', {webIdentitySubjects: ['a', 'b']}, 'b', ISSUER, true],
      ['another subject', {webIdentitySubjects: ['a', 'b']}, 'c', ISSUER, false],
      ['part of a subject', {webIdentitySubjects: ['a']}, 'ab', ISSUER, false],
      ['a pattern', {webIdentitySubjects: ['repo:me/*:ref?']}, 'repo:me/x/y:refs', ISSUER, true],
      ['a pattern that misses', {webIdentitySubjects: ['repo:me/*']}, 'repo:you/x', ISSUER, false],
      ['a dot, which is no pattern', {webIdentitySubjects: ['a.c']}, 'abc', ISSUER, false],
      ['the first issuer alone', {webIdentitySubjects: ['*']}, 'a', other, false],
      ['the issuer that it names', {webIdentitySubjects: ['*'], issuer: other}, 'a', other, true],
      ['no other issuer', {webIdentitySubjects: ['*'], issuer: other}, 'a', ISSUER, false],
      ['an AWS principal, who is none', {principals: ['*']}, 'a', ISSUER, false],
    ] as const) {
      it(name, async () => {
        const emulator = await start(clouds({oidcProviders}, {trust: [trust]}));
        const answer = await assume(emulator, emulator.issueWebIdentityToken({subject, issuer}));
        if (isLetIn) assert.equal(answer.status, 200, answer.text);
        else assertRefused(answer, 403, 'AccessDenied', DENIED);
      });
    }

    it('and a role that does not exist', async () => {
      const emulator = await start();
      const token = emulator.issueWebIdentityToken();
      for (const RoleArn of [
        'arn:aws:iam::111122223333:role/none',
        'arn:aws:iam::111122223333:role/Demo-Role',
      ]) {
        assertRefused(await assume(emulator, token, {RoleArn}), 403, 'AccessDenied', DENIED);
      }
    });

    it('and how long its sessions may be', async () => {
      const emulator = await start();
      const token = emulator.issueWebIdentityToken();
      assert.equal((await assume(emulator, token, {DurationSeconds: '3600'})).status, 200);
      assertRefused(
        await assume(emulator, token, {DurationSeconds: '3601'}),
        400,
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    });
  });

  it("is what the AWS SDK calls, with the file's content of the moment", async () => {
    const emulator = await start();
    const {env} = await emulator.writeAwsSetup('web-identity', environment.folder);
    environment.set(env);
    const provider = fromTokenFile({roleSessionName: 'me'});
    await assertIdentity(emulator, await provider(), /assumed-role\/demo-role\/me$/);
    const file = env['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
    await writeFile(file, emulator.issueWebIdentityToken({lifetimeSeconds: -1}));
    await assert.rejects(provider(), {name: 'ExpiredTokenException'});
    await writeFile(file, emulator.issueWebIdentityToken({subject: 'somebody else'}));
    await assert.rejects(provider(), {name: 'AccessDenied', message: DENIED});
    await writeFile(file, emulator.issueWebIdentityToken());
    await assertIdentity(emulator, await provider(), /assumed-role\/demo-role\/me$/);
  });

  it('tells the AWS SDK what it may try again', async () => {
    const emulator = await start(clouds({oidcProviders: [{issuer: ISSUER, unreachable: true}]}));
    environment.set({AWS_ENDPOINT_URL_STS: emulator.url, AWS_REGION: 'eu-west-1'});
    const provider = fromWebToken({
      roleArn: ROLE,
      webIdentityToken: emulator.issueWebIdentityToken(),
    });
    await assert.rejects(provider(), {name: 'IDPCommunicationErrorException'});
    assert.equal(emulator.requests.length, 3);
  });
});
