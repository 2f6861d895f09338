import assert from 'node:assert/strict';
import {setImmediate as turn} from 'node:timers/promises';
import fc from 'fast-check';
import {resolveOptions} from '../../src/client/options.js';
import {signingClock} from '../../src/client/server-clock.js';
import {tokenCache} from '../../src/client/federation.js';
import {serviceAccountTokenSource} from '../../src/client/service-account-sources.js';
import type {DeliveredResponse, TokenEndpointRequest} from '../../src/google/transport.js';
import {AccessToken} from '../../src/token/access-token.js';
import type {TokenCache} from '../../src/token/token-cache.js';
import {ManualClock} from '../support/manual-clock.js';
import {TELLS_IN_TIME} from '../support/property-limits.js';

/** What an endpoint does at its next request. */
interface Behaviour {
  readonly outcome: 'grants' | 'fails' | 'is busy' | 'talks nonsense';
  readonly lifeMillis: number;
  /** An attempt takes no longer than its time limit. */
  readonly latencyMillis: number;
}

/** How long after the last happening the next one comes, or how long after a moment in a held token's life. */
type Pause =
  | number
  | {
      readonly of: 'federated' | 'account';
      readonly after: 'due' | 'no longer handed out' | 'end';
      readonly by: number;
    };

/** What happens next: time passes, and then callers come, or Google forgets every federated token. */
interface Happening {
  readonly pause: Pause;
  readonly callers: number;
  readonly isRevoked: boolean;
}

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  outcome: fc.oneof(
    {weight: 3, arbitrary: fc.constant('grants' as const)},
    {weight: 2, arbitrary: fc.constantFrom('fails', 'is busy', 'talks nonsense')},
  ),
  lifeMillis: fc.oneof(
    // Up to 200 s the margin at the end is a share of the life.
    fc.integer({min: 60_000, max: 200_000}),
    fc.integer({min: 60_000, max: 900_000}),
    fc.integer({min: 60_000, max: 43_200_000}),
  ),
  latencyMillis: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 10_000})),
});

const happening: fc.Arbitrary<Happening> = fc.record({
  pause: fc.oneof(
    fc.integer({min: 0, max: 2000}),
    fc.integer({min: 0, max: 60_000}),
    fc.integer({min: 0, max: 600_000}),
    fc.integer({min: 0, max: 50_000_000}),
    // Where a fault would show: chance alone finds seconds in hours too seldom.
    {
      weight: 4,
      arbitrary: fc.record({
        of: fc.constantFrom('federated' as const, 'account' as const),
        after: fc.constantFrom('due' as const, 'no longer handed out' as const, 'end' as const),
        by: fc.oneof(
          fc.integer({min: -1, max: 1}),
          fc.integer({min: -2000, max: 0}),
          fc.integer({min: 0, max: 15_000}),
        ),
      }),
    },
  ),
  callers: fc.integer({min: 0, max: 4}),
  isRevoked: fc.oneof(
    {weight: 9, arbitrary: fc.constant(false)},
    {weight: 1, arbitrary: fc.constant(true)},
  ),
});

type Outcome = AccessToken | Error;

/** The client's two caches in a world in which time passes only when it is told to. */
class Simulation {
  readonly clock = new ManualClock();
  readonly federated: TokenCache<AccessToken>;
  readonly account: TokenCache<AccessToken>;
  readonly asked = {exchange: 0, impersonation: 0};
  readonly #behaviours: readonly Behaviour[];
  readonly #underWay = new Map<keyof Simulation['asked'], {endsAt: number; end: () => void}>();
  readonly #federatedTokens = new Map<string, AccessToken>();
  readonly #revoked = new Set<string>();
  readonly #callers: Promise<void>[] = [];
  /** What must not happen, where an assertion would only be one more failure of an endpoint. */
  readonly #violations: string[] = [];
  /** When each token really ends, by the endpoint that has made it. */
  readonly #ends = new Map<string, number>();
  #latest: AccessToken | undefined;
  #next = 0;

  constructor(behaviours: readonly Behaviour[]) {
    this.#behaviours = behaviours;
    const options = resolveOptions({
      audience:
        '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
      serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
      tokenLifetimeSeconds: 43_200,
      awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-asked-for'},
      clock: this.clock.read,
      // Attempts have tests of their own, in real time.
      retry: {maxAttempts: 1},
    });
    const {serviceAccount} = options;
    assert.ok(serviceAccount);
    this.federated = tokenCache(() => this.#exchange(), options);
    const transporter = {
      deliver: (request: TokenEndpointRequest) => this.#impersonate(request),
      prepare: () => Promise.resolve(),
    };
    this.account = tokenCache(
      serviceAccountTokenSource({
        options,
        transporter,
        apiClient: 'gl-node/0',
        serviceAccount,
        federated: this.federated,
        federation: {
          awsRole: 'arn:aws:sts::111122223333:assumed-role/demo-role',
          clock: signingClock(this.clock.read),
        },
      }),
      options,
    );
    this.account.onToken(token => {
      this.#latest = token;
    });
  }

  /** The token that everybody should get at once, if there is one. */
  good(): AccessToken | undefined {
    const token = this.#latest;
    if (token === undefined) return undefined;
    return this.clock.read() < momentsOf(token)['no longer handed out'] ? token : undefined;
  }

  /** How long a pause is from now on, in ms. */
  lengthOf(pause: Pause): number {
    if (typeof pause === 'number') return pause;
    const token =
      pause.of === 'account' ? this.#latest : [...this.#federatedTokens.values()].at(-1);
    const moment = token === undefined ? 0 : momentsOf(token)[pause.after];
    return Math.max(0, Math.ceil(moment + pause.by - this.clock.read()));
  }

  /** Google forgets every federated token that it has issued. */
  revoke(): void {
    for (const value of this.#federatedTokens.keys()) this.#revoked.add(value);
  }

  async #exchange(): Promise<AccessToken> {
    const issuedAt = this.clock.read();
    const {outcome, lifeMillis} = await this.#answer('exchange');
    if (outcome !== 'grants') throw new Error(`the exchange ${outcome}`);
    const token = new AccessToken(`federated-${this.#next}`, issuedAt, issuedAt + lifeMillis);
    this.#federatedTokens.set(token.value, token);
    return token;
  }

  async #impersonate({headers}: TokenEndpointRequest): Promise<DeliveredResponse> {
    const value = headers['authorization']?.replace('Bearer ', '') ?? '';
    const federated = this.#federatedTokens.get(value);
    if (
      federated === undefined ||
      this.clock.read() >= momentsOf(federated)['no longer handed out']
    ) {
      this.#violations.push('IAM Credentials was asked with a token that is at its end');
    }
    const askedAt = this.clock.read();
    const {outcome, lifeMillis} = await this.#answer('impersonation');
    const response = {serverTime: askedAt, retryAfter: undefined, location: undefined, text: '{}'};
    if (this.#revoked.has(value)) return {...response, status: 401};
    if (outcome === 'fails') return {...response, status: 503};
    if (outcome === 'is busy') return {...response, status: 429, retryAfter: '400'};
    if (outcome === 'talks nonsense') return {...response, status: 200};
    const expireTime = new Date(askedAt + lifeMillis).toISOString();
    const accessToken = `account-${this.#next}`;
    this.#ends.set(accessToken, askedAt + lifeMillis);
    const text = JSON.stringify({accessToken, expireTime});
    return {...response, status: 200, text};
  }

  #answer(endpoint: keyof Simulation['asked']): Promise<Behaviour> {
    if (this.#underWay.has(endpoint)) this.#violations.push(`two at a time: ${endpoint}`);
    const next = this.#behaviours[this.#next % this.#behaviours.length];
    assert.ok(next);
    this.#next += 1;
    this.asked[endpoint] += 1;
    return new Promise(resolve => {
      this.#underWay.set(endpoint, {
        endsAt: this.clock.read() + next.latencyMillis,
        end: () => {
          this.#underWay.delete(endpoint);
          resolve(next);
        },
      });
    });
  }

  #first(): {endsAt: number; end: () => void} | undefined {
    return [...this.#underWay.values()].sort((a, b) => a.endsAt - b.endsAt)[0];
  }

  /** Lets time pass, with the answers that come in it at their moments. */
  async pass(millis: number): Promise<void> {
    const until = this.clock.read() + millis;
    await settled();
    for (let next = this.#first(); next && next.endsAt <= until; next = this.#first()) {
      this.clock.pass(next.endsAt - this.clock.read());
      next.end();
      await settled();
    }
    this.clock.pass(until - this.clock.read());
  }

  /** Callers at the same moment. What each of them gets is judged at the moment when it comes. */
  async call(callers: number): Promise<void> {
    const held = this.good();
    const outcomes: Outcome[] = [];
    const note = (outcome: Outcome) => {
      if (outcome instanceof AccessToken) {
        const now = this.clock.read();
        assert.ok(now < (this.#ends.get(outcome.value) ?? -Infinity), 'an expired token');
        assert.ok(now < momentsOf(outcome)['no longer handed out'], 'a token at its end');
      } else {
        assert.equal(this.good(), undefined, `there was a token: ${outcome.message}`);
      }
      outcomes.push(outcome);
    };
    for (let caller = 0; caller < callers; caller += 1) {
      this.#callers.push(
        this.account.get().then(note, (error: unknown) => {
          assert.ok(error instanceof Error);
          note(error);
        }),
      );
    }
    await settled();
    if (held === undefined) return;
    assert.equal(outcomes.length, callers, 'nobody waits while there is a token');
    assert.ok(outcomes.every(outcome => outcome === held));
  }

  /** Lets every answer come that is on its way, and with it what callers wait for. */
  async end(): Promise<void> {
    for (let next = this.#first(); next; next = this.#first()) {
      await this.pass(Math.max(0, next.endsAt - this.clock.read()));
    }
    await Promise.all(this.#callers);
    assert.deepEqual(this.#violations, []);
  }
}

function momentsOf({issuedAt, expiresAt: end}: AccessToken) {
  const life = end - issuedAt;
  return {
    due: end - Math.min(300_000, life / 4),
    'no longer handed out': end - Math.min(10_000, life / 20),
    end,
  };
}

// An answer goes through a few promises.
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await turn();
}

describe("a client's two caches, whatever happens", () => {
  it('hand out no expired token and no error over a good one, and ask each endpoint once at a time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(behaviour, {minLength: 1, maxLength: 12}),
        fc.array(happening, {minLength: 1, maxLength: 25}),
        async (behaviours, happenings) => {
          const simulation = new Simulation(behaviours);
          const {asked} = simulation;
          let rounds = 0;
          for (const {pause, callers, isRevoked} of happenings) {
            await simulation.pass(simulation.lengthOf(pause));
            if (isRevoked) simulation.revoke();
            await simulation.call(callers);
            if (callers > 0) rounds += 1;
            // One refresh may ask twice, where the federated token was revoked.
            assert.ok(asked.impersonation <= 2 * rounds, 'nothing is asked without a caller');
            assert.ok(asked.exchange <= 2 * rounds);
          }
          await simulation.end();
        },
      ),
      {numRuns: 500, ...TELLS_IN_TIME},
    );
  });

  it('keep steady callers supplied, and share the federated token between many of the other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 600_000, max: 43_200_000}),
        fc.integer({min: 0, max: 5000}),
        async (lifeMillis, latencyMillis) => {
          const simulation = new Simulation([{outcome: 'grants', lifeMillis, latencyMillis}]);
          await simulation.call(1);
          await simulation.end();
          for (let call = 0; call < 100; call += 1) {
            await simulation.pass(10_000);
            assert.ok(simulation.good(), 'there is always a token');
            await simulation.call(2);
          }
          await simulation.end();
          const lives = Math.ceil((100 * 10_000) / (lifeMillis * 0.7));
          assert.ok(simulation.asked.exchange <= lives + 1);
          assert.ok(simulation.asked.impersonation <= lives + 1);
        },
      ),
      {numRuns: 20, ...TELLS_IN_TIME},
    );
  });
});
