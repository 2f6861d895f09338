import assert from 'node:assert/strict';
import {defaultAttributeMapping} from '../../src/emulator/index.js';

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
});
