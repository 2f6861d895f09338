/** What the cache has to know of a token. Both in epoch ms of the cache's own clock. */
export interface ExpiringToken {
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Gets a new token. It may throw, at once or later; it has a time limit of its own. */
export type TokenSource<T extends ExpiringToken> = () => Promise<T>;

export interface TokenCacheOptions {
  /** The time, in epoch ms. */
  readonly clock: () => number;
  /**
   * A clock that nobody sets, in ms since any beginning, such as `performance.now`. It alone shows that the other was
   * set back while no caller looked. Default: none.
   */
  readonly steadyClock?: (() => number) | undefined;
  /** The longest time before a token's end at which its refresh begins, in ms. */
  readonly refreshAheadMillis: number;
  /**
   * The longest time that a refresh takes, in ms of the clock. One that began earlier was suspended with
   * its process: its answer is old or will never come. Default: any time.
   */
  readonly longestRefreshMillis?: number;
  /** From 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

// No promise: it would keep the context of the call that began the refresh (AsyncLocalStorage before Node.js 24).
interface Held<T> {
  readonly token: T;
  /** From here on it is refreshed in the background. */
  readonly dueAt: number;
  /** From here on it is handed to nobody. */
  readonly endsAt: number;
}

const LONGEST_MARGIN_MILLIS = 10_000;
const MARGIN_SHARE = 1 / 20;
const AHEAD_SHARE = 1 / 4;
const SPREAD = 0.1;
// What a clock that is kept in step goes back by, and what the margin allows for.
const CLOCK_JITTER_MILLIS = 1_000;
// The hot path reads one clock; the margin bears what is seen a second later.
const COMPARED_EACH_MILLIS = 1_000;
// Three refreshes in the first minute of an outage, each of a few attempts, and time to spare in the window.
const FIRST_PAUSE_MILLIS = 12_000;
const LONGEST_PAUSE_MILLIS = 60_000;
// What a refresh of two steps and an attempt more takes.
const LAST_TRY_MILLIS = 20_000;

/**
 * Keeps one token ready.
 *
 * - Fresh: it is handed out at once.
 * - Due (past the refresh point, still valid): it is handed out at once, and one refresh starts in
 *   the background. The refresh point lies the smaller of `refreshAheadMillis` and a quarter of the
 *   token's life before its end, spread by a few per cent so that a fleet does not march in step.
 * - Expired (past its end less the smaller of ten seconds and a twentieth of its life, which the
 *   request still needs to get there): every caller waits for the same refresh.
 *
 * A failed background refresh reaches no caller; the next one starts later, each time longer, but once
 * shortly before the end: where the outage is over by then, nobody waits. A rejection is never kept. A
 * refresh that began before another token was put in does not replace it, and where it fails, who still
 * waits for it gets that one.
 * A clock that is set back, also while nobody calls, lengthens no life: what was counted by it is set back, too, and
 * the token is due.
 * There is no timer: a process that sleeps past the end refreshes on its next call, and waits for no
 * refresh that fell asleep with it.
 */
export class TokenCache<T extends ExpiringToken> {
  readonly #source: TokenSource<T>;
  readonly #clock: () => number;
  readonly #steadyClock: (() => number) | undefined;
  readonly #refreshAheadMillis: number;
  readonly #longestRefreshMillis: number;
  readonly #random: () => number;
  readonly #listeners = new Set<(token: T) => void>();
  #held: Held<T> | undefined;
  #refresh: Promise<T> | undefined;
  #refreshBeganAt = -Infinity;
  #failures = 0;
  #nextTryAt = -Infinity;
  #seenAt = -Infinity;
  #comparedAt = -Infinity;
  #comparedSteady = 0;
  #compareAt = -Infinity;

  constructor(source: TokenSource<T>, options: TokenCacheOptions) {
    this.#source = source;
    this.#clock = options.clock;
    this.#steadyClock = options.steadyClock;
    this.#refreshAheadMillis = options.refreshAheadMillis;
    this.#longestRefreshMillis = options.longestRefreshMillis ?? Infinity;
    this.#random = options.random ?? Math.random;
  }

  /** A token that is valid now; waits only where there is none. Rejects with the source's error. */
  get(): Promise<T> {
    const token = this.current();
    return token === undefined ? this.refresh() : Promise.resolve(token);
  }

  /** The same without a promise: the held token while it is valid, or `undefined`. */
  current(): T | undefined {
    const now = this.#now();
    const held = this.#held;
    if (held === undefined) return undefined;
    // Not `>=`: a time that is not a number must not keep a token for ever.
    if (!(now < held.endsAt)) return undefined;
    if (now >= held.dueAt && now >= this.#nextTryAt && this.#underWay(now) === undefined) {
      // The held token is good: a failure is counted in #run() and is nobody's business here.
      this.#start(now).catch(() => undefined);
    }
    return held.token;
  }

  /** Gets a new token whatever is held; callers at the same time share one. */
  refresh(): Promise<T> {
    const now = this.#now();
    return this.#underWay(now) ?? this.#start(now);
  }

  /**
   * For a token that a server refused: gets a new one, unless the held token is already another one.
   */
  replace(refused: T): Promise<T> {
    return this.#held === undefined || this.#held.token === refused ? this.refresh() : this.get();
  }

  /** Puts a token in from outside, or takes the held one away. */
  set(token: T | undefined): void {
    this.#held = token === undefined ? undefined : this.#hold(token);
    // A refresh under way is older than what was put in now: let it end without effect.
    this.#refresh = undefined;
    this.#succeed();
  }

  /**
   * Tells of every new token that the source gives, once each.
   *
   * @returns what ends it.
   */
  onToken(listener: (token: T) => void): () => void {
    // Whoever keeps what ends it need not keep the cache.
    const listeners = this.#listeners;
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }

  /** The held token while it is valid, without starting anything. */
  peek(): T | undefined {
    const now = this.#now();
    const held = this.#held;
    return held !== undefined && now < held.endsAt ? held.token : undefined;
  }

  /** The time. Where the clock was set back since the last look at it, so is all that was counted by it. */
  #now(): number {
    const now = this.#clock();
    const seen = this.#seenAt - now;
    this.#seenAt = now;
    if (seen <= CLOCK_JITTER_MILLIS && now < this.#compareAt) return now;
    const back = Math.max(seen, this.#setBackUnseen(now));
    if (back > CLOCK_JITTER_MILLIS) {
      this.#nextTryAt -= back;
      this.#refreshBeganAt -= back;
      // Due at once: the token's own times, which others read, are those of the wrong clock.
      if (this.#held !== undefined) {
        this.#held = {...this.#held, dueAt: now, endsAt: this.#held.endsAt - back};
      }
    }
    return now;
  }

  /** By how much the clock was set back since it was last compared with the steady one, whoever looked since. */
  #setBackUnseen(now: number): number {
    // Without one it is as if it stood still: then it shows nothing.
    const steady = this.#steadyClock?.() ?? 0;
    const back = steady - this.#comparedSteady - (now - this.#comparedAt);
    this.#comparedSteady = steady;
    this.#comparedAt = now;
    this.#compareAt = now + COMPARED_EACH_MILLIS;
    return back;
  }

  /** The refresh that may still end. */
  #underWay(now: number): Promise<T> | undefined {
    return now - this.#refreshBeganAt > this.#longestRefreshMillis ? undefined : this.#refresh;
  }

  #start(now: number): Promise<T> {
    this.#refreshBeganAt = now;
    this.#refresh = this.#run();
    return this.#refresh;
  }

  #run(): Promise<T> {
    const run = this.#callSource().then(
      token => {
        if (this.#refresh === run) {
          this.#refresh = undefined;
          this.#held = this.#hold(token);
          this.#succeed();
          for (const listener of this.#listeners) listener(token);
        }
        return token;
      },
      (error: unknown) => {
        if (this.#refresh === run) {
          this.#refresh = undefined;
          this.#fail(error);
          throw error;
        }
        // Another token has come meanwhile: whoever still waits for this one is served by that.
        const held = this.current();
        if (held !== undefined) return held;
        throw error;
      },
    );
    return run;
  }

  // `async`, so that a source which throws at once rejects like one that throws later.
  async #callSource(): Promise<T> {
    return this.#source();
  }

  #hold(token: T): Held<T> {
    // What was held before is set back by it, if need be, and not what comes now.
    this.#compareAt = -Infinity;
    this.#now();
    const life = Math.max(0, token.expiresAt - token.issuedAt);
    const ahead = Math.min(this.#refreshAheadMillis, life * AHEAD_SHARE);
    const spread = 1 + SPREAD * (this.#random() - 0.5);
    return {
      token,
      dueAt: token.expiresAt - ahead * spread,
      endsAt: token.expiresAt - Math.min(LONGEST_MARGIN_MILLIS, life * MARGIN_SHARE),
    };
  }

  #succeed(): void {
    this.#failures = 0;
    this.#nextTryAt = -Infinity;
  }

  #fail(error: unknown): void {
    const now = this.#now();
    const pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS * 2 ** this.#failures);
    this.#failures += 1;
    const nextTryAt = now + pause * (1 - this.#random() / 4);
    this.#nextTryAt = Math.max(
      Math.min(nextTryAt, this.#lastTryAt(now)),
      now + retryAfterMillis(error),
    );
  }

  /** When a try comes early enough for the held token to serve until it ends. */
  #lastTryAt(now: number): number {
    if (this.#held === undefined) return Infinity;
    const {dueAt, endsAt} = this.#held;
    const early = Math.min(LAST_TRY_MILLIS, (endsAt - dueAt) / 4) * (1 - this.#random() / 4);
    return now < endsAt - early ? endsAt - early : Infinity;
  }
}

function retryAfterMillis(error: unknown): number {
  return typeof error === 'object' &&
    error !== null &&
    'retryAfterMillis' in error &&
    typeof error.retryAfterMillis === 'number'
    ? error.retryAfterMillis
    : 0;
}
