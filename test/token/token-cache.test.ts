import assert from 'node:assert/strict';
import {createHook} from 'node:async_hooks';
import {setImmediate as turn} from 'node:timers/promises';
import {AwsAuthError} from '../../src/errors.js';
import {TokenCache} from '../../src/token/token-cache.js';
import {ManualClock} from '../support/manual-clock.js';
import {runNode} from '../support/run-node.js';
import {ScriptedSource, type NumberedToken} from '../support/scripted-source.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe('TokenCache', () => {
  let clock: ManualClock;
  let source: ScriptedSource;
  let random: number;
  let cache: TokenCache<NumberedToken>;

  beforeEach(() => {
    clock = new ManualClock();
    source = new ScriptedSource(clock.read);
    random = 0.5;
    cache = new TokenCache(source.get, {
      clock: clock.read,
      refreshAheadMillis: 5 * MINUTE,
      random: () => random,
    });
  });

  const hold = async (lifeMillis: number): Promise<NumberedToken> => {
    const waiting = cache.get();
    const token = source.grant(source.calls, lifeMillis);
    assert.equal(await waiting, token);
    return token;
  };

  describe('while the token is fresh', () => {
    it('hands it out at once and asks for no other', async () => {
      const token = await hold(HOUR);
      clock.pass(HOUR - 5 * MINUTE - 1);
      assert.equal(await cache.get(), token);
      assert.equal(source.calls, 1);
    });

    it('keeps nothing of the call that got it: a request, say, which AsyncLocalStorage holds', async () => {
      const {stdout, stderr, status} = await runNode(
        ['--expose-gc', 'test/token/call-context-program.ts'],
        {},
      );
      assert.deepEqual([stderr, status], ['', 0]);
      assert.deepEqual(JSON.parse(stdout), {first: false, due: false, isRefreshed: true});
    });
  });

  describe('when the token is due', () => {
    it('hands it out at once and starts one refresh in the background', async () => {
      const token = await hold(HOUR);
      clock.pass(HOUR - 5 * MINUTE);
      assert.deepEqual(
        await Promise.all([cache.get(), cache.get(), cache.get()]),
        Array(3).fill(token),
      );
      assert.equal(source.calls, 2);
      const next = source.grant(2, HOUR);
      await turn();
      assert.equal(await cache.get(), next);
      assert.equal(source.calls, 2);
    });

    it('makes nothing for a caller while the refresh is under way, however many there are', async () => {
      const token = await hold(HOUR);
      clock.pass(HOUR - 5 * MINUTE);
      assert.equal(cache.current(), token);
      let made = 0;
      const hook = createHook({
        init: (_, type) => {
          if (type === 'PROMISE') made += 1;
        },
      }).enable();
      try {
        for (let call = 0; call < 100; call += 1) cache.current();
      } finally {
        hook.disable();
      }
      assert.equal(made, 0);
      source.grant(2, HOUR);
      await turn();
    });

    it('is due a quarter of its life before its end, where that is the shorter time', async () => {
      await hold(4 * MINUTE);
      clock.pass(3 * MINUTE - 1);
      await cache.get();
      assert.equal(source.calls, 1);
      clock.pass(1);
      await cache.get();
      assert.equal(source.calls, 2);
    });

    it('begins at a point that differs by a few per cent, so that a fleet does not march in step', async () => {
      for (const [drawn, ahead] of [
        [0, 285_000],
        [0.999_999_999, 315_000],
      ] as const) {
        random = drawn;
        cache.set(undefined);
        await hold(HOUR);
        const before = source.calls;
        clock.pass(HOUR - ahead - 1);
        await cache.get();
        assert.equal(source.calls, before, 'not yet');
        clock.pass(1);
        await cache.get();
        assert.equal(source.calls, before + 1);
        source.refuse(source.calls);
        await turn();
      }
    });
  });

  describe('when the token has ended', () => {
    it('counts the end ten seconds early: the request still has to get there', async () => {
      const token = await hold(HOUR);
      clock.pass(HOUR - 10_001);
      assert.equal(await cache.get(), token);
      assert.equal(cache.peek(), token);
      clock.pass(1);
      assert.equal(cache.peek(), undefined);
      const waiting = cache.get();
      const next = source.grant(2, HOUR);
      assert.equal(await waiting, next);
    });

    it('counts it a twentieth of its life early, where that is the shorter time', async () => {
      const token = await hold(20_000);
      clock.pass(18_999);
      assert.equal(cache.peek(), token);
      clock.pass(1);
      assert.equal(cache.peek(), undefined);
    });

    it('lets everybody wait for the same refresh', async () => {
      await hold(HOUR);
      clock.pass(HOUR);
      const waiting = Array.from({length: 100}, () => cache.get());
      assert.equal(source.calls, 2);
      const next = source.grant(2, HOUR);
      assert.ok((await Promise.all(waiting)).every(token => token === next));
    });

    it('waits for the refresh that was already under way', async () => {
      const token = await hold(HOUR);
      clock.pass(HOUR - MINUTE);
      assert.equal(await cache.get(), token);
      clock.pass(MINUTE);
      const waiting = cache.get();
      assert.equal(source.calls, 2);
      const next = source.grant(2, HOUR);
      assert.equal(await waiting, next);
    });

    it('notices it after the process slept, for there is no timer', async () => {
      await hold(HOUR);
      clock.pass(1000 * HOUR);
      const waiting = cache.get();
      const next = source.grant(2, HOUR);
      assert.equal(await waiting, next);
    });

    it('never counts a token as good whose end is not a number', async () => {
      await hold(NaN);
      assert.equal(cache.peek(), undefined);
      void cache.get();
      assert.equal(source.calls, 2);
    });
  });

  describe('when a background refresh fails', () => {
    // When the next try may begin, with nothing drawn at random.
    const untilNextTry = async (): Promise<number> => {
      const before = source.calls;
      for (let waited = 0; ; waited += 500) {
        await cache.get();
        if (source.calls > before) return waited;
        clock.pass(500);
      }
    };

    it('waits before the next try, longer each time, up to a minute', async () => {
      random = 0;
      const token = await hold(HOUR);
      clock.pass(HOUR - 285_000);
      const pauses: number[] = [];
      for (let number = 2; number <= 7; number += 1) {
        pauses.push(await untilNextTry());
        source.refuse(number);
        await turn();
        assert.equal(await cache.get(), token, 'no caller hears of it');
      }
      assert.deepEqual(pauses, [0, 12_000, 24_000, 48_000, 60_000, 60_000]);
    });

    it('asks three times in the first minute of an outage, however it draws: twelve requests of four attempts', async () => {
      for (const draw of [0, 0.5, 0.999_999]) {
        random = draw;
        cache.set(source.token(0, HOUR));
        clock.pass(HOUR - 5 * MINUTE + 15_000);
        const {calls} = source;
        const token = await cache.get();
        for (let passed = 0; passed < MINUTE; passed += 250) {
          assert.equal(await cache.get(), token, 'no call fails');
          if (source.calls > calls) source.refuse(source.calls);
          await turn();
          clock.pass(250);
        }
        assert.equal(source.calls - calls, 3);
      }
    });

    it('draws the wait at random, down to three quarters of it', async () => {
      random = 0.999_999;
      await hold(HOUR);
      clock.pass(HOUR - MINUTE);
      await cache.get();
      source.refuse(2);
      await turn();
      assert.equal(await untilNextTry(), 9500, 'the first step of 500 after 9000');
    });

    it('tries once more before the end, so that nobody waits where the outage is over by then', async () => {
      for (const life of [HOUR, 5 * MINUTE]) {
        for (const draw of [0, 0.5, 0.999_999]) {
          random = draw;
          cache.set(source.token(clock.read(), life));
          const end = clock.read() + life - Math.min(10_000, life / 20);
          const isOver = () => clock.read() > end - Math.min(30_000, life / 12);
          let {calls} = source;
          const held = cache.peek();
          while (cache.peek() === held) {
            assert.equal(await cache.get(), held);
            if (source.calls > calls) {
              calls += 1;
              if (isOver()) source.grant(calls, HOUR);
              else source.refuse(calls);
              await turn();
            }
            clock.pass(250);
          }
          assert.ok(cache.peek(), `a life of ${life} ms, drawn ${draw}`);
        }
      }
    });

    it('waits as long as the server asked for', async () => {
      random = 0;
      await hold(HOUR);
      clock.pass(HOUR - 285_000);
      await cache.get();
      source.refuse(
        2,
        new AwsAuthError({
          code: 'RATE_LIMITED',
          step: 'token-exchange',
          what: '.',
          fix: '.',
          retryAfterMillis: 90_000,
        }),
      );
      await turn();
      assert.equal(await untilNextTry(), 90_000);
    });

    it('waits as it would where what was thrown names no pause, or one that is none', async () => {
      random = 0;
      await hold(HOUR);
      clock.pass(HOUR - 285_000);
      const thrown = [undefined, null, 'later', 9, {retryAfterMillis: '200000'}, {}];
      const pauses: number[] = [];
      for (const [index, each] of thrown.entries()) {
        pauses.push(await untilNextTry());
        source.refuse(index + 2, each);
        await turn();
      }
      assert.deepEqual(pauses, [0, 12_000, 24_000, 48_000, 60_000, 60_000]);
    });

    it('does not wait when there is no token any more', async () => {
      await hold(HOUR);
      clock.pass(HOUR - 11_000);
      await cache.get();
      source.refuse(2);
      await turn();
      clock.pass(1000);
      const waiting = cache.get();
      assert.equal(source.calls, 3);
      const next = source.grant(3, HOUR);
      assert.equal(await waiting, next);
    });

    it('forgets the failures after a success', async () => {
      random = 0;
      await hold(HOUR);
      clock.pass(HOUR - 285_000);
      for (const number of [2, 3, 4]) {
        await untilNextTry();
        source.refuse(number);
        await turn();
      }
      await untilNextTry();
      source.grant(5, HOUR);
      await turn();
      clock.pass(HOUR - 285_000);
      assert.equal(await untilNextTry(), 0);
      source.refuse(6);
      await turn();
      assert.equal(await untilNextTry(), 12_000);
    });
  });

  describe('replace', () => {
    it('gets another token for one that a server refused, once for all callers', async () => {
      const refused = await hold(HOUR);
      const replaced = [cache.replace(refused), cache.replace(refused)];
      assert.equal(source.calls, 2);
      const next = source.grant(2, HOUR);
      assert.deepEqual(await Promise.all(replaced), [next, next]);
    });

    it('gives the held token where that is another one already', async () => {
      const refused = await hold(HOUR);
      const waiting = cache.refresh();
      const next = source.grant(2, HOUR);
      await waiting;
      assert.equal(await cache.replace(refused), next);
      assert.equal(source.calls, 2);
    });

    it('gets a token where none is held', async () => {
      const waiting = cache.replace(source.token(0, HOUR));
      const token = source.grant(1, HOUR);
      assert.equal(await waiting, token);
    });
  });

  describe('when the clock is set back', () => {
    const BACK = 60 * MINUTE;

    it('keeps a token no longer for it, and gets one whose times are right', async () => {
      const wrong = await hold(HOUR);
      clock.pass(10 * MINUTE);
      assert.equal(await cache.get(), wrong);
      clock.pass(-BACK);
      assert.equal(await cache.get(), wrong, 'nobody waits: it is good');
      assert.equal(source.calls, 2, 'its end is not what it says');
      source.refuse(2);
      await turn();
      clock.pass(50 * MINUTE - 11_000);
      assert.equal(cache.peek(), wrong);
      clock.pass(2000);
      assert.equal(cache.peek(), undefined, 'an hour after it was issued');
    });

    it('waits no longer for the next try', async () => {
      const token = await hold(HOUR);
      clock.pass(HOUR - 4 * MINUTE);
      assert.equal(await cache.get(), token);
      source.refuse(2);
      await turn();
      clock.pass(-BACK);
      assert.equal(await cache.get(), token);
      clock.pass(MINUTE);
      assert.equal(await cache.get(), token);
      assert.equal(source.calls, 3);
    });

    it('takes nothing from a token that comes afterwards', async () => {
      void cache.get();
      clock.pass(-BACK);
      const token = source.grant(1, HOUR);
      await turn();
      clock.pass(30 * MINUTE);
      assert.equal(await cache.get(), token);
      assert.equal(source.calls, 1);
    });

    it('minds no second that a clock is kept in step by', async () => {
      const token = await hold(HOUR);
      clock.pass(-1000);
      assert.equal(await cache.get(), token);
      assert.equal(source.calls, 1);
    });
  });

  describe('when the clock is set back while nobody calls', () => {
    let steady: ManualClock;

    beforeEach(() => {
      steady = new ManualClock();
      cache = new TokenCache(source.get, {
        clock: clock.read,
        steadyClock: steady.read,
        refreshAheadMillis: 5 * MINUTE,
        random: () => random,
      });
    });

    const pass = (millis: number): void => {
      clock.pass(millis);
      steady.pass(millis);
    };

    for (const [idle, back] of [
      [50, 20],
      [30, 30],
      [10, 40],
    ] as const) {
      it(`keeps a token no longer for ${back} minutes back in ${idle}`, async () => {
        const token = await hold(HOUR);
        pass(idle * MINUTE);
        clock.pass(-back * MINUTE);
        // The look at both clocks may be a second away.
        cache.peek();
        pass(1000);
        assert.equal(await cache.get(), token, 'nobody waits: it is good');
        assert.equal(source.calls, 2, 'its end is not what it says');
        source.refuse(2);
        await turn();
        pass((60 - idle) * MINUTE - 12_000);
        assert.equal(cache.peek(), token);
        pass(2000);
        assert.equal(cache.peek(), undefined, 'an hour after it was issued');
      });
    }

    it('takes nothing from a token that comes within that second', async () => {
      await hold(HOUR);
      pass(30 * MINUTE);
      clock.pass(-30 * MINUTE);
      const other = source.token(99, HOUR);
      cache.set(other);
      pass(54 * MINUTE);
      assert.equal(await cache.get(), other);
      assert.equal(source.calls, 1);
    });

    it('takes a suspension, in which a steady clock may stand still, for the time that it was', async () => {
      await hold(HOUR);
      clock.pass(2 * HOUR);
      assert.equal(cache.peek(), undefined);
      clock.pass(-2 * HOUR);
      assert.equal(cache.peek(), undefined, 'and does not take it back');
    });

    it('minds no seconds that a clock is slowed by in an hour', async () => {
      await hold(HOUR);
      for (let second = 0; second < 50 * 60; second += 1) {
        clock.pass(999.5);
        steady.pass(1000);
        cache.peek();
      }
      await cache.get();
      assert.equal(source.calls, 1);
    });
  });

  describe('onToken', () => {
    it('tells of every new token once, until it is ended', async () => {
      const heard: number[][] = [[], []];
      const end = cache.onToken(({number}) => heard[0]?.push(number));
      cache.onToken(({number}) => heard[1]?.push(number));
      await hold(HOUR);
      await cache.get();
      assert.deepEqual(heard, [[1], [1]]);
      const failed = cache.refresh();
      source.refuse(2);
      await assert.rejects(failed);
      cache.set(source.token(99, HOUR));
      assert.deepEqual(heard, [[1], [1]], 'neither of a failure nor of what is put in');
      end();
      end();
      const next = cache.refresh();
      source.grant(3, HOUR);
      await next;
      assert.deepEqual(heard, [[1], [1, 3]]);
    });

    it('tells nothing of a token that came too late', async () => {
      const heard: number[] = [];
      cache.onToken(({number}) => heard.push(number));
      void cache.get();
      cache.set(source.token(99, HOUR));
      source.grant(1, HOUR);
      await turn();
      assert.deepEqual(heard, []);
    });
  });

  describe('set', () => {
    it('counts a token that ended before it was issued as ended', () => {
      const now = clock.read();
      cache.set({number: 0, issuedAt: now + HOUR, expiresAt: now});
      assert.equal(cache.peek(), undefined);
      cache.set({number: 0, issuedAt: now + HOUR, expiresAt: now + 1});
      assert.equal(cache.peek()?.expiresAt, now + 1);
    });

    it('puts a token in, which is used until it ends', async () => {
      const token = source.token(0, HOUR);
      cache.set(token);
      assert.equal(await cache.get(), token);
      assert.equal(source.calls, 0);
      clock.pass(HOUR);
      assert.equal(cache.peek(), undefined);
    });

    it('takes the held token away', async () => {
      await hold(HOUR);
      cache.set(undefined);
      assert.equal(cache.peek(), undefined);
      void cache.get();
      assert.equal(source.calls, 2);
    });

    it('forgets the failures of before', async () => {
      await hold(HOUR);
      clock.pass(HOUR - MINUTE);
      await cache.get();
      source.refuse(2, Object.assign(new Error('later'), {retryAfterMillis: 10 * HOUR}));
      await turn();
      await cache.get();
      assert.equal(source.calls, 2);
      cache.set(source.token(0, HOUR));
      clock.pass(HOUR - MINUTE);
      await cache.get();
      assert.equal(source.calls, 3);
    });
  });
});
