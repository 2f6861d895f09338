import assert from 'node:assert/strict';
import {setImmediate as turn} from 'node:timers/promises';
import {TokenCache} from '../../src/token/token-cache.js';
import {ManualClock} from '../support/manual-clock.js';
import {ScriptedSource, type NumberedToken} from '../support/scripted-source.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

// A Lambda is frozen with its refresh under way: when it is thawed, that answer is old or never comes.
describe('a refresh that fell asleep with its process', () => {
  let clock: ManualClock;
  let source: ScriptedSource;

  beforeEach(() => {
    clock = new ManualClock();
    source = new ScriptedSource(clock.read);
  });

  const cacheOf = (longestRefreshMillis?: number) =>
    new TokenCache<NumberedToken>(source.get, {
      clock: clock.read,
      refreshAheadMillis: 5 * MINUTE,
      ...(longestRefreshMillis === undefined ? {} : {longestRefreshMillis}),
    });

  it('is waited for as long as a refresh may take, and not longer', async () => {
    const cache = cacheOf(MINUTE);
    const early = cache.get();
    clock.pass(MINUTE);
    const patient = cache.get();
    assert.equal(source.calls, 1, 'it may still come');
    clock.pass(1);
    const late = cache.get();
    assert.equal(source.calls, 2, 'it is not waited for any more');
    const token = source.grant(2, HOUR);
    assert.equal(await late, token);
    const old = source.grant(1, 30 * MINUTE);
    assert.deepEqual(await Promise.all([early, patient]), [old, old], 'who waited gets its answer');
    assert.equal(await cache.get(), token, 'which takes no newer token’s place');
  });

  it('is counted from its own beginning, each time anew', async () => {
    const cache = cacheOf(MINUTE);
    void cache.get();
    source.grant(1, 4 * MINUTE);
    await turn();
    clock.pass(4 * MINUTE);
    const first = cache.get();
    clock.pass(MINUTE);
    const second = cache.get();
    assert.equal(source.calls, 2);
    const token = source.grant(2, HOUR);
    assert.deepEqual(await Promise.all([first, second]), [token, token]);
  });

  it('that fails in the end counts against nobody', async () => {
    const cache = cacheOf(MINUTE);
    const early = cache.get();
    clock.pass(2 * MINUTE);
    const late = cache.get();
    source.refuse(1);
    await assert.rejects(early, /call 1 failed/);
    const another = cache.get();
    assert.equal(source.calls, 2, 'the newer one is still under way');
    const token = source.grant(2, HOUR);
    assert.deepEqual(await Promise.all([late, another]), [token, token]);
    clock.pass(HOUR - MINUTE);
    assert.equal(await cache.get(), token);
    assert.equal(source.calls, 3, 'and the next begins without a pause');
  });

  it('that fails when a newer one has brought a token gives that token to who still waits', async () => {
    const cache = cacheOf(MINUTE);
    const early = cache.get();
    clock.pass(2 * MINUTE);
    const late = cache.get();
    const token = source.grant(2, HOUR);
    assert.equal(await late, token);
    source.refuse(1);
    assert.equal(await early, token, 'nobody gets an error where there is a token');
  });

  it('that fails when the newer one’s token has ended, too, is an error', async () => {
    const cache = cacheOf(MINUTE);
    const early = cache.get();
    clock.pass(2 * MINUTE);
    const late = cache.get();
    source.grant(2, HOUR);
    await late;
    clock.pass(HOUR);
    source.refuse(1);
    await assert.rejects(early, /call 1 failed/);
  });

  it('is waited for at any time where nobody says how long one takes', async () => {
    const cache = cacheOf();
    const first = cache.get();
    clock.pass(1000 * HOUR);
    const second = cache.get();
    assert.equal(source.calls, 1);
    const token = source.grant(1, HOUR);
    assert.deepEqual(await Promise.all([first, second]), [token, token]);
  });

  it('is told by the clock as it was set back meanwhile', async () => {
    const cache = cacheOf(MINUTE);
    void cache.get();
    clock.pass(30_000 - HOUR);
    void cache.get();
    clock.pass(45_000);
    void cache.get();
    assert.equal(source.calls, 1, 'nobody knows how long the clock stood wrong');
    clock.pass(16_000);
    void cache.get();
    assert.equal(source.calls, 2);
    await turn();
  });
});
