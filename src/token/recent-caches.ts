import type {ExpiringToken, TokenCache} from './token-cache.js';

// Far more than any program needs; a token has one or two kilobytes.
const MOST_CACHES = 100;

/** Token caches by what their tokens are for; of many, those that were asked for last. */
export class RecentCaches<T extends ExpiringToken> {
  readonly #caches = new Map<string, TokenCache<T>>();

  /** The cache of that name, made where there is none. */
  get(name: string, make: () => TokenCache<T>): TokenCache<T> {
    const cache = this.#caches.get(name) ?? make();
    // Taken out and put in again, it is the last that goes.
    this.#caches.delete(name);
    this.#caches.set(name, cache);
    const [oldest] = this.#caches.keys();
    if (this.#caches.size > MOST_CACHES && oldest !== undefined) this.#caches.delete(oldest);
    return cache;
  }
}
