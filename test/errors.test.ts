import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {AwsAuthError, isAwsAuthError, type AwsAuthErrorDetails} from '../src/errors.js';

const details: AwsAuthErrorDetails = {
  code: 'RATE_LIMITED',
  step: 'token-exchange',
  what: 'Google STS refused for its quota: HTTP 429.',
  fix: 'Share one client.',
};

describe('AwsAuthError', () => {
  it('says what failed and what to do', () => {
    const error = new AwsAuthError(details);
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'AwsAuthError');
    assert.equal(error.message, 'Google STS refused for its quota: HTTP 429. Share one client.');
    assert.equal(String(error), `AwsAuthError: ${error.message}`);
    assert.match(error.stack ?? '', /errors\.test\.ts/);
  });

  it('carries its code, step and the rest of what was known', () => {
    const cause = new Error('below');
    const error = new AwsAuthError({
      ...details,
      transient: true,
      status: 429,
      retryAfterMillis: 2000,
      cause,
    });
    const {code, step, transient, status, retryAfterMillis} = error;
    assert.deepEqual(
      {code, step, transient, status, retryAfterMillis},
      {
        code: 'RATE_LIMITED',
        step: 'token-exchange',
        transient: true,
        status: 429,
        retryAfterMillis: 2000,
      },
    );
    assert.equal(error.cause, cause);
  });

  it('is permanent unless it says otherwise, and has no property of which nothing is known', () => {
    const error = new AwsAuthError(details);
    assert.equal(error.transient, false);
    for (const name of ['status', 'reason', 'retryAfterMillis', 'cause']) {
      assert.ok(!(name in error), name);
    }
    assert.doesNotMatch(inspect(error), /undefined/);
  });

  it('becomes JSON for a structured log, with the words of its cause and without stacks', () => {
    const cause = new TypeError('below');
    const error = new AwsAuthError({...details, status: 429, reason: 'QUOTA', cause});
    assert.deepEqual(JSON.parse(JSON.stringify({error})), {
      error: {
        name: 'AwsAuthError',
        message: error.message,
        code: 'RATE_LIMITED',
        step: 'token-exchange',
        transient: false,
        status: 429,
        reason: 'QUOTA',
        cause: 'TypeError: below',
      },
    });
    assert.deepEqual(Object.keys(new AwsAuthError({...details, cause: 'text'}).toJSON()), [
      'name',
      'message',
      'code',
      'step',
      'transient',
    ]);
  });
});

describe('isAwsAuthError', () => {
  it('knows an error of this package, also one of another copy of it', async () => {
    assert.ok(isAwsAuthError(new AwsAuthError(details)));
    const anotherCopy = '../src/errors.js?another-copy';
    const copy = (await import(anotherCopy)) as typeof import('../src/errors.js');
    const stranger = new copy.AwsAuthError(details);
    assert.ok(!(stranger instanceof AwsAuthError), 'it is of another class');
    assert.ok(isAwsAuthError(stranger));
    assert.ok(copy.isAwsAuthError(new AwsAuthError(details)));
  });

  it('knows nothing else', () => {
    const lookalike = Object.assign(new Error('x'), {name: 'AwsAuthError', code: 'TIMEOUT'});
    for (const value of [undefined, null, 'AwsAuthError', 5, {}, new Error('x'), lookalike]) {
      assert.equal(isAwsAuthError(value), false);
    }
  });
});
