import assert from 'node:assert/strict';
import {AwsAuthError} from '../../src/errors.js';

/** The AwsAuthError that a call throws; fails where it throws none. */
export function thrownBy(call: () => unknown): AwsAuthError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof AwsAuthError, `another error was thrown: ${String(error)}`);
    return error;
  }
  return assert.fail('nothing was thrown');
}

/** The AwsAuthError that a promise rejects with; fails where it does not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<AwsAuthError> {
  const outcome: unknown = await promise.then(
    () => assert.fail('the promise was kept'),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof AwsAuthError, `it was rejected otherwise: ${String(outcome)}`);
  return outcome;
}
