import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {AwsAuthError, isAwsAuthError, type AwsAuthErrorCode} from '../../src/errors.js';

interface Expected {
  readonly code: AwsAuthErrorCode;
  /** What the message must say: usually the option's name, and the fix. */
  readonly says: readonly (string | RegExp)[];
}

/** Runs what must be refused at once, and checks the error. */
export function assertRefused(run: () => unknown, expected: Expected): AwsAuthError {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  return check(thrown, expected);
}

/** Waits for what must be refused, and checks the error. */
export async function assertRejected(
  promise: Promise<unknown>,
  expected: Expected,
): Promise<AwsAuthError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  return check(thrown, expected);
}

function check(thrown: unknown, {code, says}: Expected): AwsAuthError {
  assert.ok(thrown !== undefined, `nothing was refused; expected ${code}`);
  assert.ok(
    isAwsAuthError(thrown) && thrown instanceof AwsAuthError,
    `expected an AwsAuthError, not ${inspect(thrown)}`,
  );
  assert.equal(thrown.code, code, thrown.message);
  for (const part of says) {
    assert.ok(
      typeof part === 'string' ? thrown.message.includes(part) : part.test(thrown.message),
      `${JSON.stringify(thrown.message)} does not say ${String(part)}`,
    );
  }
  return thrown;
}
