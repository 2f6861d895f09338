import assert from 'node:assert/strict';
import {join} from 'node:path';
import {writeFile} from 'node:fs/promises';
import {fromIni, fromTemporaryCredentials} from '@aws-sdk/credential-providers';
import {
  startEmulator,
  type AwsRoleTrust,
  type Emulator,
  type EmulatorOptions,
} from '../../src/emulator/index.js';
import {assertIdentity, awsEnvironment} from './support/aws-environment.js';
import {fields, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import {amzDate, sign, type Keys} from './support/signing.js';

const ROLE = 'arn:aws:iam::111122223333:role/target';
const ALICE: Keys = {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret/of+alice'};
const STRANGER: Keys = {accessKeyId: 'AKIASTRANGEREXAMPLE0', secretAccessKey: 'secret-of-stranger'};

/** Clouds in which the role `target` has this trust policy. */
function trusting(...trust: AwsRoleTrust[]): EmulatorOptions {
  return {
    policy: {
      aws: {
        accounts: [
          {
            accountId: '111122223333',
            roles: [
              {name: 'source'},
              {name: 'target', trust, maxSessionDurationSeconds: 7200},
              {name: 'closed'},
              {name: 'endless', trust: [{principals: ['*']}], maxSessionDurationSeconds: 43_200},
            ],
            users: [{name: 'alice', path: '/team/', accessKeys: [ALICE]}],
          },
          {
            accountId: '444455556666',
            roles: [{name: 'source'}],
            users: [{name: 'stranger', accessKeys: [STRANGER]}],
            disabledRegions: ['ap-east-1'],
          },
        ],
      },
    },
  };
}

const ALL = trusting({principals: ['*']});

type Parameters = Readonly<Record<string, string | undefined>>;

function assume(
  emulator: Emulator,
  keys: Keys,
  parameters: Parameters = {},
  signing: Parameters = {},
): Promise<Answer> {
  const given = {RoleArn: ROLE, RoleSessionName: 'me', ...parameters};
  const form = new URLSearchParams({Action: 'AssumeRole', Version: '2011-06-15'});
  for (const [name, value] of Object.entries<string | undefined>(given)) {
    if (value !== undefined) form.set(name, value);
  }
  return send(
    emulator.url,
    sign(keys, {
      path: '/',
      body: form.toString(),
      headers: {'Content-Type': 'application/x-www-form-urlencoded'},
      ...(signing['date'] === undefined ? {} : {date: signing['date']}),
      ...(signing['region'] === undefined ? {} : {region: signing['region']}),
    }),
  );
}

function element(answer: Answer, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.text)?.[1] ?? '';
}

function assertRefused(
  answer: Answer,
  status: number,
  code: string,
  message: string,
  name?: string,
) {
  assert.deepEqual(
    [answer.status, element(answer, 'Code'), element(answer, 'Message')],
    [status, code, message],
    name,
  );
  assert.equal(answer.headers['content-type'], 'text/xml');
}

function denied(who: string, role = ROLE): string {
  return `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${role}`;
}

describe('AssumeRole of the emulated AWS STS', () => {
  const start = emulators();
  const environment = awsEnvironment();

  it('answers as AWS does, in XML', async () => {
    const clock = new Clock();
    const emulator = await start({...ALL, clock: clock.now});
    const answer = await assume(
      emulator,
      ALICE,
      {DurationSeconds: '900'},
      {date: amzDate(clock.time)},
    );
    assert.equal(answer.status, 200, answer.text);
    assert.match(
      answer.text,
      new RegExp(
        [
          '^<AssumeRoleResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">',
          '  <AssumeRoleResult>',
          '    <AssumedRoleUser>',
          '      <AssumedRoleId>AROA[A-Z2-7]{17}:me</AssumedRoleId>',
          '      <Arn>arn:aws:sts::111122223333:assumed-role/target/me</Arn>',
          '    </AssumedRoleUser>',
          '    <Credentials>',
          '      <AccessKeyId>ASIA[A-Z2-7]{16}</AccessKeyId>',
          '      <SecretAccessKey>[A-Za-z0-9+/]{40}</SecretAccessKey>',
          '      <SessionToken>[A-Za-z0-9+/=]{500,}</SessionToken>',
          '      <Expiration>2026-01-02T03:19:05Z</Expiration>',
          '    </Credentials>',
          '  </AssumeRoleResult>',
          '  <ResponseMetadata>',
          '    <RequestId>[0-9a-f-]{36}</RequestId>',
          '  </ResponseMetadata>',
          '</AssumeRoleResponse>\n$',
        ].join('\n'),
      ),
    );
    const [record] = emulator.requests;
    assert.equal(record?.operation, 'AssumeRole');
    assert.equal(record.arn, 'arn:aws:iam::111122223333:user/team/alice');
    assert.equal(record.assumedRole, 'arn:aws:sts::111122223333:assumed-role/target/me');
    assert.equal(record.lifetimeSeconds, 900);
    const shown = JSON.stringify(emulator.requests);
    for (const name of ['SecretAccessKey', 'SessionToken']) {
      assert.ok(!shown.includes(element(answer, name)));
    }
  });

  it('answers in JSON where the client wants that', async () => {
    const emulator = await start(ALL);
    const path = `/?Action=AssumeRole&Version=2011-06-15&RoleSessionName=me&RoleArn=${encodeURIComponent(ROLE)}`;
    const answer = await send(
      emulator.url,
      sign(ALICE, {method: 'GET', path, headers: {accept: 'application/json'}}),
    );
    assert.equal(answer.status, 200, answer.text);
    const text = JSON.stringify(fields(answer.text)['AssumeRoleResponse']);
    assert.match(text, /"AssumedRoleUser":\{"AssumedRoleId":"AROA\w+:me"/);
    assert.match(text, /"Expiration":\d{10}\}/);
    assert.ok(!JSON.stringify(emulator.requests).includes('AROA'));
  });

  describe('lets in whom the role trusts', () => {
    const user = 'arn:aws:iam::111122223333:user/team/alice';
    const session = 'arn:aws:sts::111122223333:assumed-role/source/session';
    const stranger = 'arn:aws:iam::444455556666:user/stranger';
    const foreign = 'arn:aws:sts::444455556666:assumed-role/source/session';
    const everybody = [user, session, stranger, foreign];
    for (const [principal, letIn] of [
      ['*', everybody],
      ['111122223333', [user, session]],
      ['arn:aws:iam::111122223333:root', [user, session]],
      ['444455556666', [stranger, foreign]],
      [user, [user]],
      ['arn:aws:iam::111122223333:user/alice', []],
      ['arn:aws:iam::111122223333:role/source', [session]],
      ['arn:aws:iam::444455556666:role/source', [foreign]],
      [session, [session]],
      ['arn:aws:sts::111122223333:assumed-role/source/other', []],
    ] as const) {
      it(principal, async () => {
        const emulator = await start(trusting({principals: [principal]}));
        const issued = emulator.issueAwsCredentials({role: 'source'});
        const other = emulator.issueAwsCredentials({role: 'source', accountId: '444455556666'});
        for (const [arn, keys] of [
          [user, ALICE],
          [session, issued],
          [stranger, STRANGER],
          [foreign, other],
        ] as const) {
          const answer = await assume(emulator, keys);
          if (letIn.some(name => name === arn)) assert.equal(answer.status, 200, arn);
          else assertRefused(answer, 403, 'AccessDenied', denied(arn), arn);
        }
      });
    }

    it('nobody, where there is no trust, none for AWS, or no role', async () => {
      const emulator = await start(trusting({webIdentitySubjects: ['*']}));
      const me = 'arn:aws:iam::111122223333:user/team/alice';
      for (const role of [
        ROLE,
        'arn:aws:iam::111122223333:role/closed',
        'arn:aws:iam::111122223333:role/none',
        'arn:aws:iam::111122223333:role/TARGET',
        'arn:aws:iam::111122223333:role/path/target',
        'arn:aws:iam::999999999999:role/target',
      ]) {
        const answer = await assume(emulator, ALICE, {RoleArn: role});
        assertRefused(answer, 403, 'AccessDenied', denied(me, role), role);
      }
      assert.equal(emulator.requests.at(-1)?.error, 'AccessDenied');
    });

    it('who sends the external id, where the role wants one', async () => {
      const emulator = await start(
        trusting({principals: ['111122223333'], externalId: 'only:this/one'}),
      );
      const me = 'arn:aws:iam::111122223333:user/team/alice';
      assert.equal((await assume(emulator, ALICE, {ExternalId: 'only:this/one'})).status, 200);
      for (const ExternalId of [undefined, 'another', 'ONLY:THIS/ONE']) {
        const answer = await assume(emulator, ALICE, {ExternalId});
        assertRefused(answer, 403, 'AccessDenied', denied(me), ExternalId);
      }
      const free = await start(trusting({principals: ['111122223333']}));
      assert.equal((await assume(free, ALICE, {ExternalId: 'needless'})).status, 200);
    });
  });

  describe('refuses parameters as AWS does', () => {
    const one = (what: string) => `1 validation error detected: Value ${what}`;
    const must = 'failed to satisfy constraint: Member must';
    for (const [parameters, message] of [
      [{RoleArn: undefined}, one(`null at 'roleArn' ${must} not be null`)],
      [{RoleSessionName: undefined}, one(`null at 'roleSessionName' ${must} not be null`)],
      [
        {RoleSessionName: 'a'},
        one(`'a' at 'roleSessionName' ${must} have length greater than or equal to 2`),
      ],
      [
        {RoleSessionName: 'a'.repeat(65)},
        one(
          `'${'a'.repeat(65)}' at 'roleSessionName' ${must} have length less than or equal to 64`,
        ),
      ],
      [
        {RoleSessionName: 'a/b'},
        one(`'a/b' at 'roleSessionName' ${must} satisfy regular expression pattern: [\\w+=,.@-]*`),
      ],
      [
        {ExternalId: 'a b'},
        one(`'a b' at 'externalId' ${must} satisfy regular expression pattern: [\\w+=,.@:/-]*`),
      ],
      [
        {DurationSeconds: '899'},
        one(`'899' at 'durationSeconds' ${must} have value greater than or equal to 900`),
      ],
      [
        {DurationSeconds: '43201'},
        one(`'43201' at 'durationSeconds' ${must} have value less than or equal to 43200`),
      ],
      [
        {DurationSeconds: '-900'},
        one(`'-900' at 'durationSeconds' ${must} have value greater than or equal to 900`),
      ],
      [
        {RoleArn: undefined, RoleSessionName: 'a b', DurationSeconds: '0'},
        `3 validation errors detected: Value null at 'roleArn' ${must} not be null; Value 'a b' at 'roleSessionName' ${must} satisfy regular expression pattern: [\\w+=,.@-]*; Value '0' at 'durationSeconds' ${must} have value greater than or equal to 900`,
      ],
      [{RoleArn: 'r'.repeat(20)}, `${'r'.repeat(20)} is invalid`],
      [{RoleArn: 'arn:aws:iam::1111:role/target'}, 'Request ARN is invalid'],
      [{RoleArn: 'arn:aws:iam::111122223333:user/alice'}, 'Request ARN is invalid'],
      [
        {DurationSeconds: '7201'},
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      ],
    ] as const) {
      it(JSON.stringify(parameters).slice(0, 60), async () => {
        const emulator = await start(ALL);
        assertRefused(await assume(emulator, ALICE, parameters), 400, 'ValidationError', message);
      });
    }

    it('a duration that is no number', async () => {
      const emulator = await start(ALL);
      for (const DurationSeconds of ['', 'x', '900.5', '1e3', '0x384']) {
        const answer = await assume(emulator, ALICE, {DurationSeconds});
        assert.equal(answer.status, 400);
        assert.equal(element(answer, 'Code'), 'MalformedInput');
      }
    });

    it('an MFA code: there is no device', async () => {
      const emulator = await start(ALL);
      const answer = await assume(emulator, ALICE, {
        SerialNumber: 'arn:aws:iam::111122223333:mfa/alice',
        TokenCode: '123456',
      });
      assert.equal(element(answer, 'Code'), 'AccessDenied');
      assert.match(element(answer, 'Message'), /^MultiFactorAuthentication failed/);
    });
  });

  it('lets sessions of a role live for an hour, whatever the next role allows', async () => {
    const emulator = await start(ALL);
    const endless = {RoleArn: 'arn:aws:iam::111122223333:role/endless'};
    const session = emulator.issueAwsCredentials({role: 'source'});
    const hour = await assume(emulator, session, {...endless, DurationSeconds: '3600'});
    assert.equal(hour.status, 200);
    assertRefused(
      await assume(emulator, session, {...endless, DurationSeconds: '3601'}),
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
    const user = await assume(emulator, ALICE, {...endless, DurationSeconds: '43200'});
    assert.equal(user.status, 200);
    assert.equal(emulator.requests.at(-1)?.lifetimeSeconds, 43_200);
  });

  it('wants a signature, by a key that is known, and the body signed', async () => {
    const emulator = await start(ALL);
    const wrong = await assume(emulator, {...ALICE, secretAccessKey: 'wrong'});
    assert.equal(element(wrong, 'Code'), 'SignatureDoesNotMatch');
    const unknown = await assume(emulator, {...ALICE, accessKeyId: 'AKIAUNKNOWNEXAMPLE00'});
    assert.equal(element(unknown, 'Code'), 'InvalidClientTokenId');
    const expired = await assume(emulator, emulator.issueAwsCredentials({lifetimeSeconds: -1}));
    assert.equal(element(expired, 'Code'), 'ExpiredToken');
    const unsigned = await send(emulator.url, {
      method: 'POST',
      path: '/?Action=AssumeRole&Version=2011-06-15',
    });
    assert.equal(element(unsigned, 'Code'), 'MissingAuthenticationToken');
    const body = `Action=AssumeRole&Version=2011-06-15&RoleArn=${ROLE}&RoleSessionName=me`;
    const type = {'Content-Type': 'application/x-www-form-urlencoded'};
    const signed = sign(ALICE, {path: '/', body, headers: type});
    const changed = await send(emulator.url, {
      ...signed,
      body: body.replace('RoleSessionName=me', 'RoleSessionName=us'),
    });
    assert.equal(element(changed, 'Code'), 'SignatureDoesNotMatch');
  });

  it("wants the region to be switched on in the caller's account", async () => {
    const emulator = await start(ALL);
    const answer = await assume(emulator, STRANGER, {}, {region: 'ap-east-1'});
    assert.equal(element(answer, 'Code'), 'RegionDisabledException');
  });

  it("is what the AWS SDK's providers call: a role, and a role on top of it", async () => {
    const emulator = await start(ALL);
    environment.set({AWS_ENDPOINT_URL_STS: emulator.url, AWS_REGION: 'eu-west-1'});
    const first = fromTemporaryCredentials({
      masterCredentials: {...ALICE},
      params: {RoleArn: ROLE, RoleSessionName: 'one'},
    });
    const second = fromTemporaryCredentials({
      masterCredentials: first,
      params: {RoleArn: 'arn:aws:iam::111122223333:role/endless', RoleSessionName: 'two'},
    });
    await assertIdentity(emulator, await second(), /assumed-role\/endless\/two$/);
    assert.deepEqual(
      emulator.requests.slice(0, 2).map(({arn}) => arn),
      [
        'arn:aws:iam::111122223333:user/team/alice',
        'arn:aws:sts::111122223333:assumed-role/target/one',
      ],
    );
    const refused = fromTemporaryCredentials({
      masterCredentials: {...ALICE},
      params: {RoleArn: 'arn:aws:iam::111122223333:role/closed'},
    });
    await assert.rejects(refused(), {name: 'AccessDenied', message: /not authorized to perform/});
  });

  it("is what the AWS SDK calls for a profile with a user's keys as its source", async () => {
    const emulator = await start(
      trusting({principals: ['111122223333'], externalId: 'only-this-one'}),
    );
    const config = join(environment.folder, 'config');
    const lines = [
      '[default]',
      `role_arn = ${ROLE}`,
      'source_profile = alice',
      'external_id = only-this-one',
      'role_session_name = me',
      'duration_seconds = 7200',
      '[profile alice]',
      `aws_access_key_id = ${ALICE.accessKeyId}`,
      `aws_secret_access_key = ${ALICE.secretAccessKey}`,
    ];
    await writeFile(config, lines.join('\n'));
    environment.set({
      AWS_CONFIG_FILE: config,
      AWS_ENDPOINT_URL_STS: emulator.url,
      AWS_REGION: 'eu-west-1',
    });
    await assertIdentity(emulator, await fromIni()(), /assumed-role\/target\/me$/);
    assert.equal(emulator.requests[0]?.lifetimeSeconds, 7200);
  });

  it('can be set up with an external id', async () => {
    const emulator = await start({
      ...trusting({principals: ['111122223333'], externalId: 'only-this-one'}),
      taskRole: 'target',
    });
    for (const [externalId, isLetIn] of [
      ['only-this-one', true],
      ['another-one', false],
    ] as const) {
      const folder = join(environment.folder, externalId);
      environment.set((await emulator.writeAwsSetup('assume-role', folder, {externalId})).env);
      if (isLetIn) await fromIni()();
      else await assert.rejects(fromIni()(), {name: 'AccessDenied'});
    }
  });

  for (const [name, account, message] of [
    ['a principal without a service', {principals: ['aws:111122223333']}, /"aws:111122223333"/],
    ['a role with a path', {principals: ['arn:aws:iam::111122223333:role/a/b']}, /role\/a\/b/],
    ['a session without a name', {principals: ['arn:aws:sts::111122223333:assumed-role/a']}, /arn/],
    ['an account of eleven digits', {principals: ['1'.repeat(11)]}, /"11111111111"/],
  ] as const) {
    it(`refuses ${name} in a policy`, async () => {
      await assert.rejects(startEmulator(trusting(account)), {name: 'PolicyError', message});
    });
  }

  it('refuses sessions of less than an hour or more than twelve in a policy', async () => {
    for (const maxSessionDurationSeconds of [3599, 43_201, 3600.5]) {
      const roles = [{name: 'a', maxSessionDurationSeconds}];
      const policy = {aws: {accounts: [{accountId: '111122223333', roles}]}};
      await assert.rejects(startEmulator({policy}), {
        name: 'PolicyError',
        message: /3600 to 43200/,
      });
    }
  });
});
