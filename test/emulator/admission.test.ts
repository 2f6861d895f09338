import assert from 'node:assert/strict';
import type {AttributeMapping, AwsProvider} from '../../src/emulator/index.js';
import {admit} from '../../src/emulator/google/admission.js';

const ROLE = 'arn:aws:sts::111122223333:assumed-role/demo-role';
const ASSERTION = {
  arn: `${ROLE}/session`,
  account: '111122223333',
  userid: 'AROAEXAMPLEEXAMPLE123:session',
};

const ask = (provider: Partial<AwsProvider>, assertion = ASSERTION) =>
  admit(assertion, {providerId: 'aws-1', aws: {accountId: '111122223333'}, ...provider});
const map = (mapping: AttributeMapping) => ask({attributeMapping: mapping});
const REJECTED = 'The given credential is rejected by the attribute condition.';

describe('a provider', () => {
  describe('lets in, and does not, by conditions as they are seen in live configurations', () => {
    for (const [condition, expected] of [
      ["attribute.aws_role == 'arn:aws:sts::111122223333:assumed-role/demo-role'", true],
      ["attribute.aws_role == 'arn:aws:sts::111122223333:assumed-role/other'", false],
      ["attribute.aws_role in ['arn:aws:sts::111122223333:assumed-role/demo-role', 'x']", true],
      ["assertion.arn.contains('assumed-role/demo-')", true],
      ["assertion.arn.startsWith('arn:aws:sts::111122223333:assumed-role/demo-role/')", true],
      ["assertion.arn.startsWith('arn:aws:iam::')", false],
      ["assertion.arn.endsWith('/session')", true],
      ["assertion.arn.extract('assumed-role/{role}/') == 'demo-role'", true],
      ["assertion.arn.split('/')[1] == 'demo-role' && !assertion.arn.contains('admin')", true],
      ["assertion.account == '111122223333' || assertion.account == '444455556666'", true],
      ["google.subject.startsWith('arn:aws:sts::')", true],
      ["'session' == (assertion.arn.contains('user') ? 'x' : 'session')", true],
      [
        "'arn:aws:sts::' + assertion.account + ':assumed-role/demo-role' == attribute.aws_role",
        true,
      ],
      ['true', true],
      ['false', false],
    ] as const) {
      it(`${condition}: ${String(expected)}`, () => {
        const {condition: value, refusal} = ask({attributeCondition: condition});
        assert.equal(value, expected);
        assert.equal(refusal?.description, expected ? undefined : REJECTED);
        assert.equal(refusal?.reason, expected ? undefined : 'The condition is false.');
      });
    }
  });

  it('refuses when its condition has no value, as it refuses when that is false', () => {
    const {condition, refusal, attributes} = ask({attributeCondition: "assertion.email == 'x'"});
    assert.equal(condition, undefined);
    assert.deepEqual(refusal, {
      error: 'unauthorized_client',
      description: REJECTED,
      reason:
        'The condition has no value: No such key: email (line 1, column 11 of the expression).',
    });
    assert.equal(attributes?.['google.subject'], ASSERTION.arn);
  });

  it('refuses when its condition is neither true nor false', () => {
    const {condition, refusal} = ask({attributeCondition: 'assertion.arn'});
    assert.equal(condition, undefined);
    assert.equal(refusal?.description, REJECTED);
    assert.equal(refusal.reason, 'The condition is neither true nor false.');
  });

  it('asks no condition about another account', () => {
    const {refusal, ...rest} = ask({attributeCondition: 'true', aws: {accountId: '4'.repeat(12)}});
    assert.deepEqual(rest, {attributes: undefined, unmapped: {}, condition: undefined});
    assert.match(refusal?.reason ?? '', /takes the AWS account 444444444444.*is of 111122223333/);
  });

  it('maps groups and custom attributes', () => {
    const {attributes, refusal} = map({
      'google.subject': 'assertion.userid',
      'google.groups': "[assertion.account, 'everybody']",
      'attribute.role': "assertion.arn.extract('assumed-role/{role}/')",
      'attribute.nothing': "assertion.arn.extract('nowhere/{x}')",
    });
    assert.equal(refusal, undefined);
    assert.deepEqual(attributes, {
      'google.subject': ASSERTION.userid,
      'google.groups': ['111122223333', 'everybody'],
      'attribute.role': 'demo-role',
      'attribute.nothing': '',
    });
  });

  it('leaves an attribute out whose expression has no value, and tells why', () => {
    const {attributes, refusal, unmapped} = map({
      'google.subject': 'assertion.arn',
      'attribute.email': 'assertion.email',
    });
    assert.equal(refusal, undefined);
    assert.deepEqual(attributes, {'google.subject': ASSERTION.arn});
    assert.deepEqual(unmapped, {
      'attribute.email':
        'attribute.email has no value: No such key: email (line 1, column 11 of the expression).',
    });
  });

  describe('refuses a subject', () => {
    for (const [name, mapping, error, description, reason] of [
      [
        'without a value',
        {'google.subject': 'assertion.email'},
        'unauthorized_client',
        'Could not obtain a value for google.subject from the given credential.',
        /No such key: email \(line 1, column 11 of the expression\)/,
      ],
      [
        'that is empty',
        {'google.subject': "assertion.arn.extract('nowhere/{x}')"},
        'unauthorized_client',
        'Could not obtain a value for google.subject from the given credential.',
        /google\.subject is empty/,
      ],
      [
        'that is no string',
        {'google.subject': '[assertion.arn][0] == assertion.arn'},
        'unauthorized_client',
        "The mapped attribute 'google.subject' must be of type STRING.",
        /something else/,
      ],
      [
        'of 128 bytes in 64 characters',
        {'google.subject': `'${'ä'.repeat(64)}'`},
        'invalid_request',
        'The size of mapped attribute exceeds the 127 bytes limit.',
        /has 128 bytes: "ä+"/,
      ],
    ] as const) {
      it(name, () => {
        const {refusal} = map(mapping);
        assert.deepEqual([refusal?.error, refusal?.description], [error, description]);
        assert.match(refusal?.reason ?? '', reason);
      });
    }

    it('but not one of 127 bytes', () => {
      const {refusal, attributes} = map({'google.subject': `'${'ä'.repeat(63)}x'`});
      assert.equal(refusal, undefined);
      assert.equal(Buffer.byteLength(attributes['google.subject']), 127);
    });
  });

  it('refuses attributes of the wrong type, whether expressions or a function made them', () => {
    for (const [mapping, name, type] of [
      [{'attribute.x': "assertion.arn.split('/')"}, 'attribute.x', 'STRING'],
      [{'attribute.x': 'size(assertion.arn)'}, 'attribute.x', 'STRING'],
      [{'google.groups': 'assertion.arn'}, 'google.groups', 'LIST<STRING>'],
      [{'google.groups': '[1, 2]'}, 'google.groups', 'LIST<STRING>'],
    ] as const) {
      const {refusal} = map({'google.subject': 'assertion.arn', ...mapping});
      assert.equal(refusal?.error, 'unauthorized_client');
      assert.equal(refusal.description, `The mapped attribute '${name}' must be of type ${type}.`);
    }
    const untyped = JSON.parse('{"google.subject": "x", "attribute.x": 1}') as {
      'google.subject': string;
    };
    assert.match(map(() => untyped).refusal?.description ?? '', /'attribute\.x' must be of type/);
  });

  it('refuses more than 8 KB of attributes, counted in bytes', () => {
    const of = (letter: string, count: number) =>
      map({
        'google.subject': "'s'",
        'google.groups': `['${letter.repeat(count)}', '${letter.repeat(1000)}']`,
        'attribute.a': `'${letter.repeat(1000)}'`,
        'attribute.b': `'${letter.repeat(1000)}'`,
      }).refusal;
    assert.equal(of('ä', 1000), undefined);
    assert.equal(of('ä', 1095), undefined);
    const refusal = of('ä', 1096);
    assert.equal(
      refusal?.description,
      'The size of the entire mapped attributes exceeds the 8 KB limit.',
    );
    assert.equal(refusal.reason, 'The mapped attributes have 8193 bytes; 8192 are allowed.');
  });

  it('takes functions in place of expressions', () => {
    const provider = {
      attributeMapping: ({userid}: {userid: string}) => ({'google.subject': userid}),
      attributeCondition: ({arn}: {arn: string}) => arn.endsWith('/session'),
    };
    assert.equal(ask(provider).refusal, undefined);
    const other = {...ASSERTION, arn: `${ROLE}/other`};
    assert.equal(ask(provider, other).refusal?.description, REJECTED);
  });
});
