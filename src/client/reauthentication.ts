import {Readable} from 'node:stream';
import type {gaxios} from 'google-auth-library';
import type {ExpiringToken, TokenCache} from '../token/token-cache.js';

/** An answer by which an API refused the token. */
export interface TokenRefusal {
  /** Frees the connection of an answer that nobody is going to read. */
  discard(): void;
}

/**
 * Whether an API refused the token: by what a request throws, or by its answer where the caller's
 * `validateStatus` lets such a status pass.
 */
export async function refusalIn(
  request: Promise<gaxios.GaxiosResponse<unknown>>,
  {on403}: {readonly on403: boolean},
): Promise<TokenRefusal | undefined> {
  const answer = await request.catch((error: unknown) =>
    isObject(error) && 'response' in error ? error.response : undefined,
  );
  const status = isObject(answer) && 'status' in answer ? answer.status : undefined;
  if (status !== 401 && !(status === 403 && on403)) return undefined;
  return {
    discard: () => {
      if (isObject(answer) && 'data' in answer) discard(answer.data);
    },
  };
}

// How long a token that replaced a refused one is not replaced for being refused, too.
const PAUSE_MILLIS = 60_000;

/** The token that last replaced a refused one. */
export class Replacement<T extends ExpiringToken> {
  #last: {readonly token: T; readonly at: number} | undefined;

  /** Gets another token in the place of a refused one. Nobody need wait for it. */
  of(refused: T, tokens: TokenCache<T>, clock: () => number): Promise<void> {
    const replacing = tokens.replace(refused).then(token => {
      this.#last = {token, at: clock()};
    });
    replacing.catch(() => undefined);
    return replacing;
  }

  /**
   * Whether a refused token is that one, and new: an API that takes no token of this kind refuses new ones, too,
   * and is no reason for an exchange at each call.
   */
  isRecent(refused: T, now: number): boolean {
    return this.#last?.token === refused && now - this.#last.at < PAUSE_MILLIS;
  }
}

function discard(data: unknown): void {
  if (data instanceof Readable) data.destroy();
  else if (data instanceof ReadableStream) data.cancel().catch(() => undefined);
}

/** Whether the body of a request can be sent but once: a stream, or a generator. */
export function isOneTimeBody(options: gaxios.GaxiosOptions): boolean {
  return [options.data, options.body, ...(options.multipart ?? []).map(part => part.content)].some(
    isStream,
  );
}

function isStream(body: unknown): boolean {
  return isObject(body) && ('pipe' in body || 'getReader' in body || Symbol.asyncIterator in body);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
