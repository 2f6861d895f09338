import assert from 'node:assert/strict';
import sinon from 'sinon';
import {tokenCache} from '../../src/client/federation.js';
import {resolveOptions} from '../../src/client/options.js';
import {lifeOf} from '../../src/client/token-sources.js';
import {ManualClock} from '../support/manual-clock.js';
import {ScriptedSource, type NumberedToken} from '../support/scripted-source.js';
import {thrownBy} from '../support/thrown.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the cache of a client', () => {
  let clock: ManualClock;
  let source: ScriptedSource;

  beforeEach(() => {
    clock = new ManualClock();
    source = new ScriptedSource(clock.read);
  });

  const cacheOf = (
    more: {
      eagerRefreshThresholdMillis?: number;
      totalMillis?: number | undefined;
      clock?: undefined;
    } = {},
  ) =>
    tokenCache<NumberedToken>(
      source.get,
      resolveOptions({
        audience:
          '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
        awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-asked-for'},
        clock: 'clock' in more ? more.clock : clock.read,
        eagerRefreshThresholdMillis: more.eagerRefreshThresholdMillis,
        timeouts: {totalMillis: more.totalMillis},
      }),
    );

  it('waits for a refresh for twice the time of all attempts: a federated token may be had in it, and each step has a second more', () => {
    for (const [totalMillis, longest] of [
      [undefined, 66_000],
      [200, 6400],
    ] as const) {
      const cache = cacheOf({totalMillis});
      const {calls} = source;
      void cache.get();
      clock.pass(longest);
      void cache.get();
      assert.equal(source.calls, calls + 1);
      clock.pass(1);
      void cache.get();
      assert.equal(source.calls, calls + 2);
    }
  });

  it('refreshes as long ahead as the client is told', async () => {
    const cache = cacheOf({eagerRefreshThresholdMillis: MINUTE});
    const first = cache.get();
    source.grant(1, HOUR);
    await first;
    // The point is spread by five per cent either way.
    clock.pass(HOUR - 1.06 * MINUTE);
    await cache.get();
    assert.equal(source.calls, 1);
    clock.pass(0.12 * MINUTE);
    await cache.get();
    assert.equal(source.calls, 2);
  });

  it('keeps a token no longer where the machine’s clock is set back while nobody calls', async () => {
    const machine = sinon.useFakeTimers({now: clock.read(), toFake: ['Date', 'performance']});
    try {
      const cache = cacheOf({clock: undefined});
      const first = cache.get();
      source.grant(1, HOUR);
      await first;
      machine.tick(50 * MINUTE);
      machine.setSystemTime(clock.read() + 30 * MINUTE);
      await cache.get();
      assert.equal(source.calls, 2, 'it is due');
      machine.tick(10 * MINUTE);
      assert.equal(cache.peek(), undefined);
    } finally {
      machine.restore();
    }
  });
});

describe('the life of a token', () => {
  const granted = {value: 'a-token', lifetimeMillis: HOUR};
  const asked = 1_800_000_000_000;
  const life = (now: number) => lifeOf(granted, 'impersonation', asked, now);

  it('is counted from the question: the token may have been made at once', () => {
    for (const now of [asked, asked + 1, asked + 30_000, asked + HOUR - 1]) {
      assert.deepEqual(life(now), ['a-token', asked, asked + HOUR]);
    }
  });

  it('is no longer for a clock that was set back meanwhile', () => {
    const now = asked - 10 * MINUTE;
    assert.deepEqual(life(now), ['a-token', now, now + HOUR]);
  });

  it('may have ended when the answer is read, as in a process that was suspended', () => {
    for (const late of [HOUR, HOUR + 4400, 24 * HOUR]) {
      const error = thrownBy(() => life(asked + late));
      assert.deepEqual(
        [error.code, error.step, error.transient],
        ['TIMEOUT', 'impersonation', true],
      );
      const seconds = Math.round(late / 1000);
      assert.ok(error.message.includes(`read, ${seconds} s after it was asked for`), error.message);
      assert.match(error.message, /call again/);
    }
  });
});
