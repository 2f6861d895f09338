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

/** What somebody does with the cache, without waiting for what others do. */
type Deed =
  | {readonly does: 'get' | 'refresh' | 'replace'}
  | {readonly does: 'set'; readonly lifeMillis: number | null}
  | {readonly does: 'pass'; readonly millis: number};

const lifeMillis = fc.integer({min: 60_000, max: 4_000_000});

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  fails: fc.boolean(),
  lifeMillis,
  latencyMillis: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 30_000})),
});

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {weight: 5, arbitrary: fc.constant({does: 'get' as const})},
  fc.constantFrom({does: 'refresh' as const}, {does: 'replace' as const}),
  fc.record({does: fc.constant('set' as const), lifeMillis: fc.option(lifeMillis)}),
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('pass' as const),
      millis: fc.oneof(fc.integer({min: 0, max: 5000}), fc.integer({min: 0, max: 4_000_000})),
    }),
  },
);

/** A source that answers as time passes, and a cache that anybody may take hold of meanwhile. */
class Simulation {
  readonly clock = new ManualClock();
  readonly violations: string[] = [];
  readonly #cache: TokenCache<ExpiringToken>;
  readonly #callers: Promise<void>[] = [];
  #underWay: {readonly endsAt: number; readonly end: () => void; isCurrent: boolean}[] = [];
  #last: ExpiringToken | undefined;

  constructor(behaviours: readonly Behaviour[], random: number) {
    let calls = 0;
    this.#cache = new TokenCache(
      () => {
        const next = behaviours[calls % behaviours.length];
        assert.ok(next);
        calls += 1;
        return this.#answer(next);
      },
      {clock: this.clock.read, refreshAheadMillis: 300_000, random: () => random},
    );
  }

  #answer({fails, lifeMillis: life, latencyMillis}: Behaviour): Promise<ExpiringToken> {
    if (this.#underWay.some(({isCurrent}) => isCurrent)) this.violations.push('two at a time');
    const issuedAt = this.clock.read();
    return new Promise((resolve, reject) => {
      const end = () => {
        if (fails) reject(new Error('refused'));
        else resolve((this.#last = {issuedAt, expiresAt: issuedAt + life}));
      };
      this.#underWay.push({endsAt: issuedAt + latencyMillis, end, isCurrent: true});
    });
  }

  #judge(waiting: Promise<ExpiringToken>, isAnyTokenGood: boolean): void {
    this.#callers.push(
      waiting.then(
        ({expiresAt}) => {
          if (this.clock.read() >= expiresAt) this.violations.push('an expired token');
        },
        () => {
          const held = this.#cache.peek();
          if (isAnyTokenGood && held !== undefined) this.violations.push('an error over a token');
        },
      ),
    );
  }

  async do(next: Deed): Promise<void> {
    if (next.does === 'pass') await this.#pass(next.millis);
    else if (next.does === 'get') this.#judge(this.#cache.get(), true);
    else if (next.does === 'set') this.#set(next.lifeMillis);
    else if (next.does === 'refresh') this.#judge(this.#cache.refresh(), false);
    else if (this.#last) this.#judge(this.#cache.replace(this.#last), false);
    await turn();
  }

  #set(life: number | null): void {
    // What is under way is of no account any more, and need not have ended before the next.
    for (const call of this.#underWay) call.isCurrent = false;
    const issuedAt = this.clock.read();
    this.#last = life === null ? undefined : {issuedAt, expiresAt: issuedAt + life};
    this.#cache.set(this.#last);
  }

  async #pass(millis: number): Promise<void> {
    const until = this.clock.read() + millis;
    for (;;) {
      const [first, ...others] = this.#underWay.toSorted((a, b) => a.endsAt - b.endsAt);
      if (first === undefined || first.endsAt > until) break;
      this.#underWay = others;
      this.clock.pass(Math.max(0, first.endsAt - this.clock.read()));
      first.end();
      await turn();
    }
    this.clock.pass(until - this.clock.read());
  }

  async end(): Promise<void> {
    await this.#pass(30_000);
    await Promise.all(this.#callers);
  }
}

describe('TokenCache, whoever else takes hold of it', () => {
  it('hands out no expired token, no error over a good one, and asks once at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, {minLength: 1, maxLength: 6}),
        fc.array(deed, {minLength: 1, maxLength: 30}),
        fc.double({min: 0, max: 1, maxExcluded: true, noNaN: true}),
        async (behaviours, deeds, random) => {
          const simulation = new Simulation(behaviours, random);
          for (const next of deeds) await simulation.do(next);
          await simulation.end();
          assert.deepEqual(simulation.violations, []);
        },
      ),
      {numRuns: 1000, ...TELLS_IN_TIME},
    );
  });
});
