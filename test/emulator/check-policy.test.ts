import assert from 'node:assert/strict';
import {defaultPolicy, PolicyError} from '../../src/emulator/index.js';
import {completePolicy} from '../../src/emulator/check-policy.js';

const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
const {google} = defaultPolicy();
const ACCOUNT = {accountId: '111122223333'};
const PROVIDER = {providerId: 'aws-test-account', aws: ACCOUNT};
const ACCESS_KEY = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'a-secret',
  sessionToken: 'a-session-token',
};

const account = (rest: object) => ({aws: {accounts: [{...ACCOUNT, ...rest}]}});
const provider = (rest: object) => ({
  google: {
    ...google,
    workloadIdentityPools: [{poolId: 'aws-pool', providers: [{...PROVIDER, ...rest}]}],
  },
});
const member = (name: unknown) => ({
  google: {
    ...google,
    serviceAccounts: [
      {email: 'a@b', bindings: [{role: 'roles/iam.workloadIdentityUser', members: [name]}]},
    ],
  },
});
const mapping = (attributeMapping: unknown) => provider({attributeMapping});
const condition = (attributeCondition: unknown) => provider({attributeCondition});
const WHERE = 'google.workloadIdentityPools[0].providers[0]';
const CONDITION = `${WHERE}.attributeCondition of the provider "aws-test-account"`;
const MAPPING = `${WHERE}.attributeMapping`;
const OF = 'of the provider "aws-test-account"';
const subject = {'google.subject': 'assertion.arn'};

function refusal(policy: unknown): PolicyError {
  try {
    completePolicy(policy);
  } catch (error) {
    assert.ok(error instanceof PolicyError && error instanceof TypeError);
    assert.equal(error.name, 'PolicyError');
    assert.deepEqual([error.file, error.line, error.column], [undefined, undefined, undefined]);
    return error;
  }
  throw new assert.AssertionError({message: 'The policy was accepted.'});
}

describe('a policy', () => {
  it('is that of the emulator where nothing else is said', () => {
    assert.deepEqual(completePolicy(), defaultPolicy());
    assert.deepEqual(completePolicy({aws: undefined, google}).aws, defaultPolicy().aws);
  });

  it('may hold everything that there is', () => {
    const policy = {
      aws: {
        accounts: [
          {
            ...ACCOUNT,
            roles: [
              {
                name: 'r',
                trust: [
                  {principals: ['*'], externalId: 'x'},
                  {webIdentitySubjects: ['*'], issuer: 'https://issuer.example'},
                ],
                maxSessionDurationSeconds: 7200,
                identityCenter: true,
                accessKeys: [{...ACCESS_KEY, sessionName: 'known'}],
              },
            ],
            users: [
              {
                name: 'u',
                path: '/team/',
                accessKeys: [
                  {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's', status: 'Inactive'},
                ],
              },
            ],
            disabledRegions: ['ap-east-1'],
            oidcProviders: [
              {issuer: 'https://issuer.example', audiences: ['a'], unreachable: true},
            ],
          },
        ],
      },
      google: {
        projectId: 'p',
        projectNumber: '1',
        workloadIdentityPools: [
          {
            poolId: 'pool',
            disabled: true,
            providers: [
              {
                ...PROVIDER,
                disabled: false,
                attributeMapping: {
                  ...subject,
                  'google.groups': "assertion.arn.split('/')",
                  'attribute.a_1': 'assertion.account',
                },
                attributeCondition: "'x' in google.groups",
              },
              {
                ...PROVIDER,
                providerId: 'functions',
                attributeMapping: () => ({'google.subject': 'x'}),
                attributeCondition: () => true,
              },
            ],
          },
        ],
        serviceAccounts: [
          {
            email: 'a@b.c',
            uniqueId: '1',
            allowLifetimeExtension: true,
            bindings: [
              {
                role: 'roles/iam.workloadIdentityUser',
                members: [
                  `principal://${POOL}/subject/x`,
                  `principalSet://${POOL}/attribute.a_1/x/y`,
                  `principalSet://${POOL}/group/x`,
                  `principalSet://${POOL}/*`,
                  'serviceAccount:x@y.z',
                ],
              },
            ],
          },
        ],
        disabledServices: ['sts.googleapis.com'],
      },
    };
    assert.deepEqual(completePolicy(policy), policy);
  });

  describe('is refused, with where and what,', () => {
    for (const [name, policy, message] of [
      ['that is a path', 'policy.yaml', 'The policy must be an object, and is "policy.yaml".'],
      ['that is a list', [], 'The policy must be an object, and is a list.'],
      ['of another cloud', {azure: {}}, 'azure is not known. Known here: aws, google.'],
      ['with a slip in a key', {Google: google}, 'Google is not known. Did you mean "google"?'],
      [
        'with a slip in a deep key',
        account({roles: [{name: 'r', trusts: []}]}),
        'aws.accounts[0].roles[0].trusts is not known. Did you mean "trust"?',
      ],
      [
        'with a key as the API spells it elsewhere',
        provider({attribute_condition: 'true'}),
        `${WHERE}.attribute_condition is not known. Did you mean "attributeCondition"?`,
      ],
      ['without what it needs', {google: {}}, 'google has no "projectId".'],
      [
        'with an object for a list',
        {aws: {accounts: {}}},
        'aws.accounts must be a list, and is an object.',
      ],
      [
        'with a number for an id',
        {aws: {accounts: [{accountId: 111122223333}]}},
        'aws.accounts[0].accountId is the number 111122223333, and must be a string: put it in quotes.',
      ],
      [
        'with nothing for a string',
        account({roles: [{name: null}]}),
        'aws.accounts[0].roles[0].name must be a string, and is null.',
      ],
      [
        'with a word for a flag',
        provider({disabled: 'yes'}),
        `${WHERE}.disabled must be true or false, and is "yes".`,
      ],
      [
        'with a session that is too long',
        account({roles: [{name: 'r', maxSessionDurationSeconds: 50_000}]}),
        'aws.accounts[0].roles[0].maxSessionDurationSeconds is 50000: sessions last 3600 to 43200 seconds at most.',
      ],
      [
        'with a role twice',
        account({roles: [{name: 'r'}, {name: 'q'}, {name: 'r'}]}),
        'aws.accounts[0].roles[2].name is "r": a name of roles comes twice.',
      ],
      [
        'with a provider twice',
        {
          google: {
            ...google,
            workloadIdentityPools: [{poolId: 'aws-pool', providers: [PROVIDER, PROVIDER]}],
          },
        },
        'google.workloadIdentityPools[0].providers[1].providerId is "aws-test-account": a provider id comes twice.',
      ],
      [
        'with a pool twice',
        {
          google: {
            ...google,
            workloadIdentityPools: [
              {poolId: 'aws-pool', providers: []},
              {poolId: 'aws-pool', providers: []},
            ],
          },
        },
        'google.workloadIdentityPools[1].poolId is "aws-pool": a pool id comes twice.',
      ],
      [
        'with a service account twice',
        {google: {...google, serviceAccounts: [{email: 'a@b'}, {email: 'a@b'}]}},
        'google.serviceAccounts[1].email is "a@b": a service account comes twice.',
      ],
      [
        'with an access key of a role and a user',
        account({
          roles: [{name: 'r', accessKeys: [ACCESS_KEY]}],
          users: [{name: 'u', accessKeys: [{...ACCESS_KEY, sessionToken: undefined}]}],
        }),
        'aws.accounts[0].users[0].accessKeys[0].accessKeyId is "ASIAIOSFODNN7EXAMPLE": an access key id comes twice.',
      ],
    ] as const) {
      it(name, () => {
        assert.equal(refusal(policy).message, message);
      });
    }

    it('with a secret that is none, and does not show it', () => {
      for (const name of ['secretAccessKey', 'sessionToken']) {
        const key = {...ACCESS_KEY, [name]: 4711};
        const {message} = refusal(account({roles: [{name: 'r', accessKeys: [key]}]}));
        assert.equal(
          message,
          `aws.accounts[0].roles[0].accessKeys[0].${name} must be a string that is not empty.`,
        );
      }
    });
  });

  describe('is refused for expressions', () => {
    const rejected: readonly (readonly [string, unknown, string])[] = [
      [
        'that do not parse',
        condition("assertion.arn = 'x'"),
        `${CONDITION} is no CEL expression that can be used: Unexpected character: = (line 1, column 15 of the expression).`,
      ],
      [
        'that name what there is not',
        condition("true &&\n  asertion.arn == 'x'"),
        `${CONDITION} is no CEL expression that can be used: Unknown variable: asertion (line 2, column 3 of the expression).`,
      ],
      [
        'that are no bool',
        condition('assertion.arn + "x"'),
        `${CONDITION} must give a bool, and gives a value of the type string: "assertion.arn + \\"x\\"".`,
      ],
      [
        'that are no string at all',
        condition(true),
        `${CONDITION} must be a CEL expression in a string, and is true.`,
      ],
      [
        'of a mapping that do not parse',
        mapping({...subject, 'attribute.x': 'assertion.'}),
        `${MAPPING}["attribute.x"] ${OF} is no CEL expression that can be used: Expected IDENTIFIER, got EOF (line 1, column 11 of the expression).`,
      ],
      [
        'of a mapping that give a bool',
        mapping({'google.subject': "assertion.arn == 'x'"}),
        `${MAPPING}["google.subject"] ${OF} must give a string, and gives a value of the type bool: "assertion.arn == 'x'".`,
      ],
      [
        'that give a string for groups',
        mapping({...subject, 'google.groups': "'admins' + 'x'"}),
        `${MAPPING}["google.groups"] ${OF} must give a list of strings, and gives a value of the type string: "'admins' + 'x'".`,
      ],
      [
        'of no subject',
        mapping({'attribute.x': 'assertion.arn'}),
        `${MAPPING} ${OF} has no "google.subject": whoever maps anything must map it too.`,
      ],
      [
        'that are one',
        mapping('assertion.arn'),
        `${MAPPING} ${OF} must be an object of CEL expressions, and is "assertion.arn".`,
      ],
      [
        'of an attribute in capitals',
        mapping({...subject, 'attribute.Role': 'assertion.arn'}),
        `${MAPPING}["attribute.Role"] is no attribute: after "attribute." come 1 to 100 of a-z, 0-9 and _.`,
      ],
      [
        'of an attribute of 101 characters',
        mapping({...subject, [`attribute.${'a'.repeat(101)}`]: 'assertion.arn'}),
        `${MAPPING}["attribute.${'a'.repeat(101)}"] is no attribute: after "attribute." come 1 to 100 of a-z, 0-9 and _.`,
      ],
      [
        'of an attribute without its prefix',
        mapping({...subject, aws_role: 'assertion.arn'}),
        `${MAPPING}.aws_role is not known. Known here: google.subject, google.groups, attribute.NAME.`,
      ],
      [
        'of 51 attributes',
        mapping({
          ...subject,
          ...Object.fromEntries(Array.from({length: 51}, (_, i) => [`attribute.a${i}`, "'x'"])),
        }),
        `${MAPPING} ${OF} maps 51 custom attributes: 50 are allowed.`,
      ],
      [
        'of 2049 characters in a mapping',
        mapping({'google.subject': `'${'x'.repeat(2047)}'`}),
        `${MAPPING}["google.subject"] ${OF} has 2049 characters: 2048 are allowed.`,
      ],
      [
        'of 4097 characters in a condition',
        condition(`true // ${'x'.repeat(4089)}`),
        `${CONDITION} has 4097 characters: 4096 are allowed.`,
      ],
    ];
    for (const [name, policy, message] of rejected) {
      it(name, () => {
        assert.equal(refusal(policy).message, message);
      });
    }

    it('and says where in them, for programs', () => {
      const error = refusal(condition("true &&\n  asertion.arn == 'x'"));
      assert.equal(error.path, `${WHERE}.attributeCondition`);
      assert.deepEqual(error.inExpression, {line: 2, column: 3});
      assert.equal(refusal(condition(true)).inExpression, undefined);
    });

    it('but not at the limit, counted in characters and not in bytes', () => {
      const attributes = Object.fromEntries(
        Array.from({length: 50}, (_, i) => [`attribute.a${i}`, "'x'"]),
      );
      completePolicy(
        provider({
          attributeMapping: {...attributes, 'google.subject': `'${'ä'.repeat(2046)}'`},
          attributeCondition: `true // ${'😀'.repeat(4088)}`,
        }),
      );
    });
  });

  describe('is refused for a member, with the right one', () => {
    const role = 'arn:aws:sts::111122223333:assumed-role/demo-role';
    for (const [given, says] of [
      [
        // As a page that many follow has it.
        `principalSet://123456789012/locations/global/workloadIdentityPools/aws-pool/subject/${role}`,
        `the host iam.googleapis.com is missing; "projects/" is missing before the project's number; a role's subject ends in the name of its session, so name the role by its attribute. Write principalSet://${POOL}/attribute.aws_role/${role}.`,
      ],
      [
        `principalSet://${POOL}/subject/${role}/session`,
        `one subject is a principal, not a principalSet. Write principal://${POOL}/subject/${role}/session.`,
      ],
      [
        `principal://${POOL}/attribute.aws_role/${role}`,
        `an attribute, a group or a whole pool is a principalSet, not a principal. Write principalSet://${POOL}/attribute.aws_role/${role}.`,
      ],
      [
        `principal://${POOL}/*`,
        `an attribute, a group or a whole pool is a principalSet, not a principal. Write principalSet://${POOL}/*.`,
      ],
      [
        `principalSet://${POOL.replace('123456789012', 'my-project')}/*`,
        '"my-project" must be the project\'s number, not its id. It must read principal://',
      ],
      [`principalSet://${POOL}`, 'no form that Google knows. It must read principal://'],
      [`principalSet://${POOL}/attribute.Role/x`, 'no form that Google knows. It must read'],
      ['user:alice@example.com', 'a workload is no "user". It must read principal://'],
      ['allUsers', 'a workload is no "allUsers". It must read principal://'],
      [role, 'no member that a workload can be. It must read principal://'],
    ] as const) {
      it(given, () => {
        const {message, path} = refusal(member(given));
        assert.equal(path, 'google.serviceAccounts[0].bindings[0].members[0]');
        const start = `${path} is ${JSON.stringify(given)}: ${says}`;
        assert.equal(message.slice(0, start.length), start);
      });
    }

    it('that is no string', () => {
      assert.match(refusal(member(1)).message, /members\[0\] must be a string, and is 1\.$/);
    });
  });
});
