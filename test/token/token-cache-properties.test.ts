import assert from 'node:assert/strict';
import {setImmediate as turn} from 'node:timers/promises';
import fc from 'fast-check';
import {TokenCache, type ExpiringToken} from '../../src/token/token-cache.js';
import {ManualClock} from '../support/manual-clock.js';
import {TELLS_IN_TIME} from '../support/property-limits.js';

/** What the source does at its next call. */
interface Behaviour {
  readonly fails: boolean;
  readonly lifeMillis: number;
  readonly latencyMillis: number;
}

interface UnderWay {
  readonly endsAt: number;
  readonly end: () => void;
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  fails: fc.boolean(),
  // What Google gives, and shorter; an attempt takes no longer than its time limit.
  lifeMillis: fc.oneof(
    fc.integer({min: 60_000, max: 900_000}),
    fc.integer({min: 60_000, max: 43_200_000}),
  ),
  latencyMillis: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 30_000})),
});

/** How long after the last call the next one comes, or how long after a moment in the held token's life. */
type Pause = number | {readonly after: 'due' | 'no longer handed out' | 'end'; readonly by: number};

const pause: fc.Arbitrary<Pause> = fc.oneof(
  fc.integer({min: 0, max: 2000}),
  fc.integer({min: 0, max: 600_000}),
  fc.integer({min: 0, max: 50_000_000}),
  // Where a fault would show: chance alone finds seconds in hours too seldom.
  fc.record({
    after: fc.constantFrom('due' as const, 'no longer handed out' as const, 'end' as const),
    by: fc.oneof(fc.integer({min: -1, max: 1}), fc.integer({min: -1000, max: 15_000})),
  }),
);

/** A world in which time passes only when it is told to. */
class Simulation {
  readonly clock = new ManualClock();
  readonly cache: TokenCache<ExpiringToken>;
  calls = 0;
  readonly #behaviours: readonly Behaviour[];
  readonly #refreshAheadMillis: number;
  #underWay: UnderWay | undefined;
  /** Whether the source was, at a time: an assertion in it would only be one more of its failures. */
  #isCalledTwice = false;
  /** The last token of the source, whatever the cache has made of it. */
  #granted: ExpiringToken | undefined;

  constructor(behaviours: readonly Behaviour[], refreshAheadMillis: number, random: number) {
    this.#behaviours = behaviours;
    this.#refreshAheadMillis = refreshAheadMillis;
    this.cache = new TokenCache(() => this.#source(), {
      clock: this.clock.read,
      refreshAheadMillis,
      random: () => random,
    });
  }

  #source(): Promise<ExpiringToken> {
    if (this.#underWay !== undefined) this.#isCalledTwice = true;
    const next = this.#behaviours[this.calls % this.#behaviours.length];
    assert.ok(next);
    this.calls += 1;
    const issuedAt = this.clock.read();
    return new Promise((resolve, reject) => {
      this.#underWay = {
        endsAt: issuedAt + next.latencyMillis,
        end: () => {
          this.#underWay = undefined;
          if (next.fails) reject(new Error('refused'));
          else resolve((this.#granted = {issuedAt, expiresAt: issuedAt + next.lifeMillis}));
        },
      };
    });
  }

  /** The token that everybody should get at once, if there is one. */
  good(): ExpiringToken | undefined {
    const moments = this.#moments();
    return moments && this.clock.read() < moments['no longer handed out']
      ? this.#granted
      : undefined;
  }

  #moments() {
    if (this.#granted === undefined) return undefined;
    const {issuedAt, expiresAt: end} = this.#granted;
    const life = end - issuedAt;
    return {
      due: end - Math.min(this.#refreshAheadMillis, life / 4),
      'no longer handed out': end - Math.min(10_000, life / 20),
      end,
    };
  }

  /** How long a pause is from now on, in ms. */
  lengthOf(next: Pause): number {
    if (typeof next === 'number') return next;
    const moment = this.#moments()?.[next.after] ?? 0;
    return Math.max(0, Math.ceil(moment + next.by - this.clock.read()));
  }

  /** Lets time pass, with the answers that come in it at their moments. */
  async pass(millis: number): Promise<void> {
    const until = this.clock.read() + millis;
    while (this.#underWay !== undefined && this.#underWay.endsAt <= until) {
      this.clock.pass(this.#underWay.endsAt - this.clock.read());
      this.#underWay.end();
      await turn();
    }
    this.clock.pass(until - this.clock.read());
  }

  /** One caller: the token or the error, at the moment when it comes. */
  async call(): Promise<void> {
    const held = this.good();
    assert.equal(this.cache.peek(), held, 'a good token is kept, and another is none');
    const {calls} = this;
    const isUnderWay = this.#underWay !== undefined;
    let outcome: ExpiringToken | Error | undefined;
    this.cache.get().then(
      token => (outcome = token),
      (error: unknown) => (outcome = error instanceof Error ? error : new Error('not an error')),
    );
    await turn();
    if (held !== undefined) {
      assert.equal(outcome, held, 'a good token is handed out at once, whatever a refresh does');
    } else if (!isUnderWay) {
      assert.equal(this.calls, calls + 1, 'where there is no token, a call asks for one');
    }
    while (outcome === undefined) {
      assert.ok(this.#underWay, 'a caller waits for a refresh and for nothing else');
      await this.pass(this.#underWay.endsAt - this.clock.read());
    }
    if (!(outcome instanceof Error)) {
      assert.ok(this.clock.read() < outcome.expiresAt, 'an expired token was handed out');
    }
    assert.ok(!this.#isCalledTwice, 'the source is called once at a time');
  }
}

describe('TokenCache, whatever happens', () => {
  it('hands out no expired token, keeps a good one, and asks once at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, {minLength: 1, maxLength: 8}),
        fc.array(pause, {minLength: 1, maxLength: 25}),
        fc.integer({min: 1, max: 600_000}),
        fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
        async (behaviours, pauses, refreshAheadMillis, random) => {
          const simulation = new Simulation(behaviours, refreshAheadMillis, random);
          for (const next of pauses) {
            await simulation.call();
            await simulation.pass(simulation.lengthOf(next));
          }
          assert.ok(simulation.calls <= pauses.length, 'no call without a caller');
        },
      ),
      {numRuns: 300, ...TELLS_IN_TIME},
    );
  });

  it('keeps every caller supplied without waiting while the source works and callers are steady', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 120_000, max: 43_200_000}),
        fc.integer({min: 0, max: 10_000}),
        fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
        async (lifeMillis, latencyMillis, random) => {
          const works = {fails: false, lifeMillis, latencyMillis};
          const simulation = new Simulation([works], 300_000, random);
          await simulation.call();
          for (let call = 0; call < 100; call += 1) {
            await simulation.pass(Math.min(5000, lifeMillis / 50));
            assert.ok(simulation.cache.peek(), 'there is always a token');
            await simulation.call();
          }
        },
      ),
      {numRuns: 30, ...TELLS_IN_TIME},
    );
  });
});
