import assert from 'node:assert/strict';
import {describe, it} from 'mocha';
import {commandIn, withoutCommand} from '../../src/cli/doctor/advice-command.js';

describe('the advice of an error', () => {
  for (const [advice, sentence, command] of [
    [
      'Check which credentials this process uses with: aws sts get-caller-identity',
      'Check which credentials this process uses.',
      'aws sts get-caller-identity',
    ],
    [
      'If the session has ended, renew it with: aws sso login --profile a',
      'If the session has ended, renew it.',
      'aws sso login --profile a',
    ],
    ['Add the binding: gcloud iam a: b', 'Add the binding.', 'gcloud iam a: b'],
    ['Nothing has a key to sign with.', 'Nothing has a key to sign with.', undefined],
  ] as const) {
    it(`is parted into a sentence and a command: ${advice}`, () => {
      assert.equal(withoutCommand(advice), sentence);
      const found = commandIn(advice, 'Then').map(remedy => remedy.command);
      assert.deepEqual(found, command === undefined ? [] : [command]);
    });
  }
});
