import assert from 'node:assert/strict';
import fc from 'fast-check';
import {DEFAULT_ATTRIBUTE_MAPPING, defaultAttributeMapping} from '../../src/emulator/index.js';
import {mapAttributes} from '../../src/emulator/google/map-attributes.js';

describe("Google's default attribute mapping for AWS", () => {
  for (const [arn, role] of [
    [
      'arn:aws:sts::111122223333:assumed-role/demo-role/session',
      'arn:aws:sts::111122223333:assumed-role/demo-role',
    ],
    ['arn:aws:iam::111122223333:user/team/alice', 'arn:aws:iam::111122223333:user/team/alice'],
    ['arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:root'],
    [
      'arn:aws-us-gov:sts::111122223333:assumed-role/r/s=1@x',
      'arn:aws-us-gov:sts::111122223333:assumed-role/r',
    ],
    // As the expression is written, the word alone decides.
    ['arn:aws:iam::111122223333:user/assumed-role', 'assumed-role/'],
  ] as const) {
    it(arn, () => {
      assert.deepEqual(defaultAttributeMapping({arn, account: '111122223333', userid: 'x'}), {
        'google.subject': arn,
        'attribute.aws_role': role,
      });
    });
  }

  it('is the same as an expression and as a function, for any ARN', () => {
    const name = fc.string({
      unit: fc.constantFrom(...'ab9_+=,.@-'.split('')),
      minLength: 1,
      maxLength: 12,
    });
    const account = fc.string({
      unit: fc.constantFrom(...'0123456789'.split('')),
      minLength: 12,
      maxLength: 12,
    });
    const resource = fc.oneof(
      fc.tuple(name, name).map(([role, session]) => `assumed-role/${role}/${session}`),
      fc.array(name, {minLength: 1, maxLength: 3}).map(parts => `user/${parts.join('/')}`),
      name.map(user => `federated-user/${user}`),
      // What the word in the wrong place makes of it must be the same, too.
      fc.array(fc.constantFrom('assumed-role', '/', 'x', ':'), {maxLength: 6}).map(p => p.join('')),
      fc.constant('root'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('aws', 'aws-us-gov'),
        account,
        resource,
        (partition, id, rest) => {
          const assertion = {arn: `arn:${partition}:sts::${id}:${rest}`, account: id, userid: 'x'};
          const {attributes} = mapAttributes(assertion, DEFAULT_ATTRIBUTE_MAPPING);
          assert.deepEqual(attributes, defaultAttributeMapping(assertion));
          assert.deepEqual(mapAttributes(assertion).attributes, attributes);
        },
      ),
      {numRuns: 300},
    );
  });
});
