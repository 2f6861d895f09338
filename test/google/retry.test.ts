import assert from 'node:assert/strict';
import {getEventListeners} from 'node:events';
import sinon from 'sinon';
import {AwsAuthError, type AwsAuthErrorDetails} from '../../src/errors.js';
import {
  DEFAULT_RETRY_POLICY,
  parseRetryAfter,
  retrying,
  type Attempt,
} from '../../src/google/retry.js';
import {rejectionOf} from '../support/thrown.js';

const failure = (change: Partial<AwsAuthErrorDetails> = {}): AwsAuthError =>
  new AwsAuthError({
    code: 'SERVER_ERROR',
    step: 'token-exchange',
    what: 'It failed.',
    fix: 'Wait.',
    transient: true,
    ...change,
  });

describe('retrying', () => {
  let clock: sinon.SinonFakeTimers;
  let attempts: (Attempt & {readonly at: number})[];

  beforeEach(() => {
    clock = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
    attempts = [];
  });

  afterEach(() => {
    const left = clock.countTimers();
    clock.restore();
    assert.equal(left, 0, 'no timer is left');
  });

  /** Runs the steps, one an attempt; the last goes on for ever. Time passes by itself. */
  const run = async (
    steps: readonly (() => unknown)[],
    options: Partial<Parameters<typeof retrying>[1]> = {},
  ): Promise<unknown> => {
    const outcome = retrying(
      async attempt => {
        attempts.push({...attempt, at: Math.round(performance.now())});
        return steps[Math.min(attempt.number, steps.length) - 1]?.();
      },
      {policy: DEFAULT_RETRY_POLICY, step: 'token-exchange', random: () => 1, ...options},
    );
    outcome.catch(() => undefined);
    await clock.runAllAsync();
    return outcome;
  };

  const fails = (change?: Partial<AwsAuthErrorDetails>) => () => {
    throw failure(change);
  };

  it('is done with the first success', async () => {
    assert.equal(await run([() => 'token']), 'token');
    assert.deepEqual(attempts, [
      {number: 1, timeoutMillis: 10_000, remainingMillis: 30_000, at: 0},
    ]);
  });

  it('tries four times in all, after pauses that double', async () => {
    const error = await rejectionOf(run([fails()]));
    assert.equal(error.code, 'SERVER_ERROR');
    assert.deepEqual(
      attempts.map(({number, at}) => [number, at]),
      [
        [1, 0],
        [2, 500],
        [3, 1500],
        [4, 3500],
      ],
    );
  });

  it('gives the token of a later attempt', async () => {
    assert.equal(await run([fails(), fails(), () => 'token']), 'token');
    assert.equal(attempts.length, 3);
  });

  it('gives the error of the last attempt', async () => {
    const error = await rejectionOf(run([fails(), fails(), fails(), fails({code: 'TIMEOUT'})]));
    assert.equal(error.code, 'TIMEOUT');
  });

  it('draws each pause at random, from nothing on', async () => {
    const draws = [0, 0.25, 0.5];
    await rejectionOf(run([fails()], {random: () => draws.shift() ?? 1}));
    assert.deepEqual(
      attempts.map(({at}) => at),
      [0, 0, 250, 1250],
    );
  });

  it('pauses no longer than eight seconds of its own accord', async () => {
    const policy = {maxAttempts: 8, attemptTimeoutMillis: 1000, totalTimeoutMillis: 60_000};
    await rejectionOf(run([fails()], {policy}));
    assert.deepEqual(
      attempts.map(({at}) => at),
      [0, 500, 1500, 3500, 7500, 15_500, 23_500, 31_500],
    );
  });

  it('pauses as long as the server asked for, but not less than it would', async () => {
    await rejectionOf(
      run([fails({retryAfterMillis: 7000}), fails({retryAfterMillis: 10}), fails()]),
    );
    assert.deepEqual(
      attempts.map(({at}) => at),
      [0, 7000, 8000, 10_000],
    );
  });

  it('gives up at once when the server asks for a pause past the deadline', async () => {
    const error = await rejectionOf(run([fails({retryAfterMillis: 3_600_000})]));
    assert.equal(error.retryAfterMillis, 3_600_000);
    assert.equal(attempts.length, 1);
    assert.equal(performance.now(), 0, 'and does not wait for it');
  });

  it('gives up at once when the pause ends with the time: no attempt would be left any', async () => {
    await rejectionOf(run([fails({retryAfterMillis: 30_000})]));
    assert.deepEqual([attempts.length, performance.now()], [1, 0]);
    attempts = [];
    await rejectionOf(run([fails({retryAfterMillis: 29_999})]));
    assert.equal(attempts.length, 2);
  });

  it('does not try again what is permanent', async () => {
    await rejectionOf(run([fails({transient: false})]));
    assert.equal(attempts.length, 1);
  });

  it('does not try again after an error that is not of this package', async () => {
    for (const thrown of [new TypeError('a bug'), {transient: true}, undefined]) {
      attempts = [];
      const [outcome] = await Promise.allSettled([
        run([
          () => {
            // eslint-disable-next-line @typescript-eslint/only-throw-error -- a transporter may
            throw thrown;
          },
        ]),
      ]);
      assert.deepEqual(outcome, {status: 'rejected', reason: thrown});
      assert.equal(attempts.length, 1);
    }
  });

  it('gives each attempt its time limit, and the last what is left of the whole', async () => {
    const slow = async () => {
      await new Promise(resolve => setTimeout(resolve, 10_000));
      throw failure({code: 'TIMEOUT'});
    };
    const error = await rejectionOf(run([slow]));
    assert.equal(error.code, 'TIMEOUT');
    assert.deepEqual(attempts, [
      {number: 1, timeoutMillis: 10_000, remainingMillis: 30_000, at: 0},
      {number: 2, timeoutMillis: 10_000, remainingMillis: 19_500, at: 10_500},
      {number: 3, timeoutMillis: 8500, remainingMillis: 8500, at: 21_500},
    ]);
  });

  // No attempt takes longer than it may, but where the process stood still.
  const asleep = (change?: Partial<AwsAuthErrorDetails>) => async () => {
    await new Promise(resolve => setTimeout(resolve, 45_000));
    throw failure({code: 'TIMEOUT', ...change});
  };

  it('tries once more where the process was suspended past the time for all: what failed is of before', async () => {
    assert.equal(await run([asleep(), () => 'token']), 'token');
    assert.deepEqual(
      attempts.map(({number, at, timeoutMillis}) => ({number, at, timeoutMillis})),
      [
        {number: 1, at: 0, timeoutMillis: 10_000},
        {number: 2, at: 45_500, timeoutMillis: 9500},
      ],
    );
  });

  it('tries no more attempts for that, and nothing that is permanent', async () => {
    await rejectionOf(run([asleep()]));
    assert.equal(attempts.length, 4);
    attempts = [];
    await rejectionOf(run([asleep({transient: false})]));
    assert.equal(attempts.length, 1);
  });

  it('counts the time that an attempt takes before it sends', async () => {
    const limits: number[] = [];
    const policy = DEFAULT_RETRY_POLICY;
    const outcome = retrying(
      async attempt => {
        for (const millis of [0, 15_000, 10_000, 10_000]) {
          await new Promise(resolve => setTimeout(resolve, millis));
          limits.push(attempt.timeoutMillis);
        }
      },
      {policy, step: 'token-exchange'},
    );
    await clock.runAllAsync();
    await outcome;
    assert.deepEqual(limits, [10_000, 10_000, 5000, 1], 'it never is nothing');
  });

  describe('ends when its caller aborts', () => {
    it('in a pause, at once', async () => {
      const controller = new AbortController();
      const {signal} = controller;
      setTimeout(() => controller.abort(), 200);
      const error = await rejectionOf(run([fails()], {signal}));
      assert.equal(error.code, 'ABORTED');
      assert.equal(error.step, 'token-exchange');
      assert.equal(performance.now(), 200);
      assert.equal(attempts.length, 1);
    });

    it('in an attempt', async () => {
      const controller = new AbortController();
      const aborting = () => {
        controller.abort();
        throw failure();
      };
      const error = await rejectionOf(run([aborting], {signal: controller.signal}));
      assert.equal(error.code, 'ABORTED');
      assert.equal(attempts.length, 1);
    });

    it('and leaves nothing on the signal otherwise', async () => {
      const {signal} = new AbortController();
      assert.equal(await run([fails(), () => 'token'], {signal}), 'token');
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    });
  });

  it('has a policy that nobody can change', () => {
    assert.ok(Object.isFrozen(DEFAULT_RETRY_POLICY));
    assert.deepEqual(DEFAULT_RETRY_POLICY, {
      maxAttempts: 4,
      attemptTimeoutMillis: 10_000,
      totalTimeoutMillis: 30_000,
    });
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2027, 0, 15, 8);

  for (const [value, millis] of [
    ['0', 0],
    ['7', 7000],
    [' 7 ', 7000],
    ['3600', 3_600_000],
    ['Fri, 15 Jan 2027 08:00:30 GMT', 30_000],
    ['Friday, 15-Jan-27 08:00:30 GMT', 30_000],
    ['Fri, 15 Jan 2027 07:00:00 GMT', 0],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['0x10', undefined],
    ['9999999999999', undefined],
    ['2027-01-15T09:00:00Z', undefined],
    ['Sunday next', undefined],
    // Of no zone: it would be read as a time of this machine's.
    ['Fri, 15 Jan 2027 08:00:30', undefined],
    ['Fri Jan 15 08:00:30 2027', undefined],
    ['after Fri, 15 Jan 2027 08:00:30 GMT', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
  ] as const) {
    it(`reads ${value === undefined ? 'nothing' : JSON.stringify(value)}`, () => {
      assert.equal(parseRetryAfter(value, now), millis);
    });
  }
});
