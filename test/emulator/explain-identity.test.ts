import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  defaultPolicy,
  explainIdentity,
  PolicyError,
  type AwsProvider,
  type EmulatorPolicy,
  type IdentityExplanation,
  type ServiceAccount,
} from '../../src/emulator/index.js';
import {emulators} from './support/running.js';
import {exchangeParameters, postForm} from './support/signing.js';
import {fields, send} from './support/http.js';

const PROJECT = 'iam.googleapis.com/projects/123456789012/locations/global';
const POOL = `${PROJECT}/workloadIdentityPools/aws-pool`;
const ROLE = 'arn:aws:sts::111122223333:assumed-role/demo-role';
const ARN = `${ROLE}/session`;
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
const BY_ROLE = `principalSet://${POOL}/attribute.aws_role/${ROLE}`;
const USER = 'roles/iam.workloadIdentityUser';

function policy(
  provider: Partial<AwsProvider> = {},
  serviceAccounts?: readonly ServiceAccount[],
): EmulatorPolicy {
  const {aws, google} = defaultPolicy();
  const whole = {providerId: 'aws-test-account', aws: {accountId: '111122223333'}, ...provider};
  return {
    aws,
    google: {
      ...google,
      workloadIdentityPools: [{poolId: 'aws-pool', providers: [whole]}],
      serviceAccounts: serviceAccounts ?? bound(BY_ROLE),
    },
  };
}

const bound = (...members: string[]): ServiceAccount[] => [
  {email: EMAIL, bindings: [{role: USER, members}]},
];

function first({providers}: IdentityExplanation) {
  const [provider] = providers;
  assert.ok(provider);
  return provider;
}

function account(explanation: IdentityExplanation) {
  const [found] = first(explanation).serviceAccounts;
  assert.ok(found);
  return found;
}

describe('explainIdentity', () => {
  it('says all that a policy makes of a role', () => {
    const explanation = explainIdentity(policy(), ARN);
    assert.deepEqual(explanation, {
      arn: ARN,
      aws: {
        kind: 'role-session',
        account: '111122223333',
        isAccountKnown: true,
        name: 'demo-role',
        sessionName: 'session',
        isKnown: true,
      },
      assertion: {arn: ARN, account: '111122223333', userid: explanation.assertion.userid},
      notes: [],
      providers: [
        {
          audience: `//${POOL}/providers/aws-test-account`,
          poolId: 'aws-pool',
          providerId: 'aws-test-account',
          isAdmitted: true,
          attributes: {'google.subject': ARN, 'attribute.aws_role': ROLE},
          unmapped: {},
          members: [`principal://${POOL}/subject/${ARN}`, BY_ROLE, `principalSet://${POOL}/*`],
          serviceAccounts: [
            {
              email: EMAIL,
              isUsable: true,
              grants: [{role: USER, member: BY_ROLE}],
              differences: [],
              delegates: [],
            },
          ],
        },
      ],
    });
    assert.match(explanation.assertion.userid, /^AROA[A-Z2-7]{17}:session$/);
    assert.deepEqual(JSON.parse(JSON.stringify(explanation)), explanation);
  });

  it('takes the default policy where nothing else is said, and no account for its own delegate', () => {
    const {isUsable, delegates} = account(explainIdentity({}, ARN));
    assert.deepEqual([isUsable, delegates], [true, []]);
  });

  it('tells of every kind of identity whether the policy has it', () => {
    const {google} = defaultPolicy();
    const users = [{name: 'alice', path: '/team/'}];
    const own = {
      aws: {accounts: [{accountId: '111122223333', roles: [{name: 'demo-role'}], users}]},
      google,
    };
    for (const [arn, kind, name, isKnown, userid, notes] of [
      [ARN, 'role-session', 'demo-role', true, /^AROA\w{17}:session$/, []],
      [
        'arn:aws:sts::111122223333:assumed-role/other/s',
        'role-session',
        'other',
        false,
        /^AROA\w{17}:s$/,
        ["The policy's AWS account 111122223333 has no role other."],
      ],
      ['arn:aws:iam::111122223333:user/team/alice', 'user', 'alice', true, /^AIDA\w{17}$/, []],
      [
        'arn:aws:iam::111122223333:user/alice',
        'user',
        'alice',
        false,
        /^AIDA\w{17}$/,
        ["The policy's AWS account 111122223333 has no user alice with this path."],
      ],
      ['arn:aws:iam::111122223333:root', 'root', undefined, true, /^111122223333$/, []],
      [
        'arn:aws:sts::111122223333:federated-user/bob',
        'federated-user',
        'bob',
        false,
        /^111122223333:bob$/,
        [],
      ],
      [
        'arn:aws:sts::444455556666:assumed-role/demo-role/s',
        'role-session',
        'demo-role',
        false,
        /^AROA/,
        ['The policy has no AWS account 444455556666.'],
      ],
    ] as const) {
      const explanation = explainIdentity(own, arn);
      assert.deepEqual(
        [explanation.aws.kind, explanation.aws.name, explanation.aws.isKnown],
        [kind, name, isKnown],
        arn,
      );
      assert.match(explanation.assertion.userid, userid);
      assert.deepEqual(explanation.notes, notes);
    }
  });

  it("judges a session where a role's own ARN is given, and says so", () => {
    for (const given of [
      'arn:aws:iam::111122223333:role/demo-role',
      'arn:aws:iam::111122223333:role/service-role/team/demo-role',
      ROLE,
    ]) {
      const explanation = explainIdentity({}, given);
      assert.equal(explanation.arn, ARN);
      assert.deepEqual(explanation.notes, [`Google sees sessions of a role: judged is ${ARN}.`]);
      assert.equal(account(explanation).isUsable, true);
    }
  });

  for (const wrong of [
    '',
    'demo-role',
    'arn:aws:sts::1:assumed-role/r/s',
    'arn:aws:iam::111122223333:group/g',
    'arn:aws:s3:::bucket',
    'arn:aws:sts::111122223333:assumed-role/a/b/c',
    `${ARN}\n`,
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => explainIdentity({}, wrong), {
        name: 'TypeError',
        message: /is the ARN of no AWS identity\. It must read arn:aws:sts::ACCOUNT:assumed-role/,
      });
    });
  }

  it('refuses a policy that is wrong', () => {
    assert.throws(() => explainIdentity(policy({attributeCondition: '('}), ARN), PolicyError);
  });

  describe('of a condition', () => {
    it('that is true says so', () => {
      const attributeCondition = `attribute.aws_role == '${ROLE}'`;
      const {condition, isAdmitted} = first(explainIdentity(policy({attributeCondition}), ARN));
      assert.deepEqual(condition, {expression: attributeCondition, value: true, failedParts: []});
      assert.equal(isAdmitted, true);
    });

    it('that is false says which parts are, and that nothing may be used', () => {
      const attributeCondition =
        "assertion.arn.contains('demo') && assertion.account == 111122223333 && (false || assertion.arn.endsWith('x'))";
      const explanation = explainIdentity(policy({attributeCondition}), ARN);
      const {condition, isAdmitted, refusal, attributes, members} = first(explanation);
      assert.equal(condition?.value, false);
      assert.deepEqual(condition.failedParts, [
        {
          expression: 'assertion.account == 111122223333',
          problem: 'assertion.account is a string, and equals no number: put the digits in quotes.',
        },
        {expression: 'false || assertion.arn.endsWith("x")'},
      ]);
      assert.equal(isAdmitted, false);
      assert.deepEqual(refusal, {
        error: 'unauthorized_client',
        description: 'The given credential is rejected by the attribute condition.',
        reason: 'The condition is false.',
      });
      // What would hold if it were true is still told.
      assert.equal(attributes?.['google.subject'], ARN);
      assert.ok(members.includes(BY_ROLE));
      const {isUsable, grants} = account(explanation);
      assert.deepEqual([isUsable, grants.length], [false, 1]);
    });

    it('that has no value says where it fails', () => {
      const attributeCondition = "assertion.arn != '' && assertion.email == 'x'";
      const {condition, refusal} = first(explainIdentity(policy({attributeCondition}), ARN));
      assert.equal(condition?.value, undefined);
      assert.equal(
        refusal?.reason,
        'The condition has no value: No such key: email (line 1, column 34 of the expression).',
      );
      assert.equal(condition?.failedParts.length, 1);
      assert.match(condition.failedParts[0]?.problem ?? '', /No such key: email/);
    });

    it('that is a function says what it says', () => {
      const {condition} = first(explainIdentity(policy({attributeCondition: () => false}), ARN));
      assert.deepEqual(condition, {value: false, failedParts: []});
    });
  });

  it('tells what is disabled, and what cannot be mapped', () => {
    const off = explainIdentity(policy({disabled: true}), ARN);
    assert.equal(first(off).refusal?.error, 'invalid_target');
    assert.equal(first(off).refusal?.reason, 'The provider aws-test-account is disabled.');
    assert.equal(account(off).isUsable, false);

    const {aws, google} = policy();
    const [pool] = google.workloadIdentityPools;
    assert.ok(pool);
    const closed = {...google, workloadIdentityPools: [{...pool, disabled: true}]};
    const refused = first(explainIdentity({aws, google: closed}, ARN));
    assert.equal(refused.refusal?.reason, 'The pool aws-pool is disabled.');

    const disabledServices = ['sts.googleapis.com'] as const;
    assert.deepEqual(explainIdentity({aws, google: {...google, disabledServices}}, ARN).notes, [
      'sts.googleapis.com is disabled in the project: it refuses every request.',
    ]);
    assert.deepEqual(
      explainIdentity({aws, google: {...google, workloadIdentityPools: []}}, ARN).notes,
      ['The policy has no provider.'],
    );

    const attributeMapping = {
      'google.subject': 'assertion.email',
      'attribute.x': 'assertion.account',
    };
    const unmapped = explainIdentity(policy({attributeMapping}), ARN);
    assert.match(first(unmapped).unmapped['google.subject'] ?? '', /No such key: email/);
    assert.deepEqual(
      [first(unmapped).attributes, first(unmapped).members, account(unmapped).isUsable],
      [undefined, [], false],
    );
  });

  it('puts the providers of the account first', () => {
    const {aws, google} = defaultPolicy();
    const providers = ['4444', '1111'].map(id => ({
      providerId: `of-${id}`,
      aws: {accountId: id === '1111' ? '111122223333' : '444455556666'},
    }));
    const both = {aws, google: {...google, workloadIdentityPools: [{poolId: 'pool', providers}]}};
    const explained = explainIdentity(both, ARN).providers;
    assert.deepEqual(
      explained.map(({providerId, isAdmitted}) => [providerId, isAdmitted]),
      [
        ['of-1111', true],
        ['of-4444', false],
      ],
    );
    assert.match(explained[1]?.refusal?.reason ?? '', /takes the AWS account 444455556666/);
  });

  describe('of a binding that does not name the identity says how it differs:', () => {
    const mapping = {
      'google.subject': 'assertion.arn',
      'google.groups': "['team']",
      'attribute.aws_role': `'${ROLE}'`,
      'attribute.email': 'assertion.email',
    };
    for (const [name, member, reason] of [
      [
        'another project',
        `principalSet://${POOL.replace('123456789012', '999')}/*`,
        "It names the project 999; the provider's project is 123456789012.",
      ],
      [
        'another pool',
        `principalSet://${PROJECT}/workloadIdentityPools/other/attribute.aws_role/${ROLE}`,
        "It names the pool other; the provider's pool is aws-pool.",
      ],
      [
        'a subject without its session',
        `principal://${POOL}/subject/${ROLE}`,
        `It names the subject without the name of a session; the subject of this identity is "${ARN}". To mean all sessions of the role: ${BY_ROLE}`,
      ],
      [
        'another session',
        `principal://${POOL}/subject/${ROLE}/i-0123`,
        `It names another session of the role, "i-0123"; a role's subject changes with every session. To mean all sessions of the role: ${BY_ROLE}`,
      ],
      [
        "a role's own ARN for a subject",
        `principal://${POOL}/subject/arn:aws:iam::111122223333:role/demo-role`,
        `It names the role's own ARN; the subject is that of a session: "${ARN}". To mean all sessions of the role: ${BY_ROLE}`,
      ],
      [
        'another subject',
        `principal://${POOL}/subject/alice`,
        `google.subject is "${ARN}" here, and not "alice".`,
      ],
      [
        "a role's own ARN for the attribute",
        `principalSet://${POOL}/attribute.aws_role/arn:aws:iam::111122223333:role/path/demo-role`,
        `It names the role's own ARN; attribute.aws_role is that of its sessions, without their name: "${ROLE}".`,
      ],
      [
        'a session for the attribute',
        `principalSet://${POOL}/attribute.aws_role/${ARN}`,
        `It names a session; attribute.aws_role is the role alone: "${ROLE}".`,
      ],
      [
        'other capitals',
        `principalSet://${POOL}/attribute.aws_role/${ROLE.replace('demo', 'Demo')}`,
        `attribute.aws_role is "${ROLE}" here, and not "${ROLE.replace('demo', 'Demo')}": capital letters count.`,
      ],
      [
        'another value',
        `principalSet://${POOL}/attribute.aws_role/x`,
        `attribute.aws_role is "${ROLE}" here, and not "x".`,
      ],
      [
        'an attribute that is not mapped',
        `principalSet://${POOL}/attribute.account/111122223333`,
        'The provider maps no attribute.account; it maps attribute.aws_role.',
      ],
      [
        'an attribute without a value',
        `principalSet://${POOL}/attribute.email/x`,
        'attribute.email has no value: No such key: email (line 1, column 11 of the expression).',
      ],
      [
        'another group',
        `principalSet://${POOL}/group/admins`,
        'The groups of this identity are "team", without "admins".',
      ],
      [
        'a service account',
        'serviceAccount:x@y.z',
        'It means a service account, and not a federated identity.',
      ],
    ] as const) {
      it(name, () => {
        const explanation = explainIdentity(
          policy({attributeMapping: mapping}, bound(member)),
          ARN,
        );
        const {isUsable, grants, differences} = account(explanation);
        assert.deepEqual([isUsable, grants], [false, []]);
        assert.deepEqual(differences, [{role: USER, member, reason}]);
      });
    }

    it('the nearest first', () => {
      const members = [
        'serviceAccount:x@y.z',
        `principalSet://${POOL.replace('123456789012', '999')}/*`,
        `principalSet://${POOL}/attribute.none/x`,
        `principalSet://${POOL}/attribute.aws_role/x`,
        `principalSet://${POOL}/attribute.aws_role/${ARN}`,
      ];
      const {differences} = account(explainIdentity(policy({}, bound(...members)), ARN));
      assert.deepEqual(
        differences.map(({member}) => member),
        members.toReversed(),
      );
    });
  });

  it('names the service accounts by way of which another can be had', () => {
    const creator = 'roles/iam.serviceAccountTokenCreator';
    const explanation = explainIdentity(
      policy({}, [
        {
          email: 'last@b.c',
          bindings: [
            {role: creator, members: ['serviceAccount:between@b.c', 'serviceAccount:user@b.c']},
          ],
        },
        {email: 'between@b.c', bindings: [{role: creator, members: [BY_ROLE]}]},
        {email: 'user@b.c', bindings: [{role: USER, members: [BY_ROLE]}]},
        {email: 'nobody@b.c'},
      ]),
      ARN,
    );
    assert.deepEqual(
      first(explanation).serviceAccounts.map(({email, isUsable, delegates}) => [
        email,
        isUsable,
        delegates,
      ]),
      [
        // roles/iam.workloadIdentityUser does not let anybody delegate.
        ['last@b.c', false, ['between@b.c']],
        ['between@b.c', true, []],
        ['user@b.c', true, []],
        ['nobody@b.c', false, []],
      ],
    );
  });
});

describe('what explainIdentity says and what the emulator does', () => {
  const start = emulators();

  it('are the same, for generated conditions, bindings and sessions', async () => {
    const conditions = [
      'true',
      "assertion.arn.endsWith('/one')",
      "assertion.nothing == 'x'",
      `attribute.aws_role == '${ROLE}' && google.subject.contains('two')`,
      "assertion.account.startsWith('2')",
    ];
    const members = [
      BY_ROLE,
      `principal://${POOL}/subject/${ROLE}/one`,
      `principalSet://${POOL}/*`,
      `principalSet://${POOL}/attribute.aws_role/x`,
      `principalSet://${POOL.replace('aws-pool', 'other')}/*`,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...conditions),
        fc.subarray(members),
        fc.constantFrom('one', 'two'),
        fc.constantFrom(undefined, true),
        async (attributeCondition, bindings, sessionName, disabled) => {
          const given = policy(
            {attributeCondition, ...(disabled === undefined ? {} : {disabled})},
            bound(...bindings),
          );
          const explanation = explainIdentity(given, `${ROLE}/${sessionName}`);
          const emulator = await start({policy: given});
          const keys = emulator.issueAwsCredentials({sessionName});
          const exchange = await postForm(emulator, exchangeParameters(emulator, keys));
          const {refusal, isAdmitted} = first(explanation);
          assert.equal(exchange.status === 200, isAdmitted);
          const {
            error,
            error_description: description,
            access_token: token,
          } = fields(exchange.text);
          assert.deepEqual([error, description], [refusal?.error, refusal?.description]);
          assert.equal(emulator.requests.at(-1)?.reason, refusal?.reason);
          if (!isAdmitted) return;
          const generated = await send(emulator.url, {
            method: 'POST',
            path: `/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`,
            headers: {authorization: `Bearer ${String(token)}`},
            body: JSON.stringify({scope: ['https://www.googleapis.com/auth/cloud-platform']}),
          });
          assert.equal(generated.status === 200, account(explanation).isUsable);
          await emulator.close();
        },
      ),
      {numRuns: 40},
    );
  });
});
