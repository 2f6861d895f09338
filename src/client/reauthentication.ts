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

// By the token and not by the client: clients that share tokens would replace each other's, in turn.
const replacedAt = new WeakMap<ExpiringToken, number>();

/**
 * Gets another token in the place of a refused one; nobody need wait for it. None where the refused one has itself
 * replaced another just now: an API that takes no token of this kind refuses new ones, too, and is no reason for
 * an exchange at each call.
 */
export function replacementOf<T extends ExpiringToken>(
  refused: T,
  tokens: TokenCache<T>,
  clock: () => number,
): Promise<void> | undefined {
  const at = replacedAt.get(refused);
  if (at !== undefined && clock() - at < PAUSE_MILLIS) return undefined;
  const replacing = tokens.replace(refused).then(token => {
    replacedAt.set(token, clock());
  });
  replacing.catch(() => undefined);
  return replacing;
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
