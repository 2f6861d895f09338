import type {gaxios} from 'google-auth-library';
import {invalidOption} from '../config/option-checks.js';
import type {AccessToken} from '../token/access-token.js';
import type {TokenCache} from '../token/token-cache.js';
import {abortable, checkNotAborted} from './abortable.js';
import {tokenOf} from './base-client.js';
import {foreground} from './foreground.js';
import {wantRequest} from './loaded-ahead.js';

/** The public methods of a client that give its token. */
interface TokenMethods {
  getAccessToken(): Promise<{token: string}>;
  getRequestHeaders(): Promise<Headers>;
}

type Replaced = (client: TokenMethods, name: keyof TokenMethods) => boolean;

/**
 * Tells where a subclass or a stub has put another method in the place of a class's own, as that is now. In
 * google-auth-library `request()` goes by `getRequestHeaders()`, and that by `getAccessToken()`: so whoever
 * replaces one means what goes by it, too.
 */
export function replacedMethods(prototype: TokenMethods): Replaced {
  const own: Readonly<Record<keyof TokenMethods, unknown>> = {
    getAccessToken: Reflect.get(prototype, 'getAccessToken'),
    getRequestHeaders: Reflect.get(prototype, 'getRequestHeaders'),
  };
  return (client, name) => Reflect.get(client, name) !== own[name];
}

/**
 * What a client's `getAccessToken()` gives that is not its own.
 *
 * @throws AwsAuthError `INVALID_OPTION` where that is no token.
 */
export async function givenToken(client: TokenMethods, now: number): Promise<AccessToken> {
  const {token} = await client.getAccessToken();
  const checked = tokenOf({access_token: token}, now);
  if (checked !== undefined) return checked;
  throw invalidOption(
    'access_token',
    'is missing in what getAccessToken() gives, which was overridden or stubbed',
    'Let it give {token}.',
  );
}

/**
 * Waits for a client's token. Where that fails and the client has other tokens by now, since it was given one from
 * outside, that one is as good.
 */
export async function newToken(tokensOf: () => TokenCache<AccessToken>): Promise<AccessToken> {
  const tokens = tokensOf();
  try {
    return await tokens.get();
  } catch (error) {
    const others = tokensOf();
    const held = others === tokens ? undefined : others.peek();
    if (held === undefined) throw error;
    return held;
  }
}

/** What a request of a client is sent with. */
interface Authorisation {
  readonly headers: Headers;
  /** The token in them, where it is one of the client's keeping. */
  readonly token: AccessToken | undefined;
}

/** Gets the headers of a request, by the client's own methods or what stands in their place. */
export async function authorisation(
  client: TokenMethods,
  {
    tokensOf,
    headersOf,
  }: {
    readonly tokensOf: () => TokenCache<AccessToken>;
    readonly headersOf: (token: AccessToken) => Headers;
  },
  isReplaced: Replaced,
  signal: gaxios.GaxiosOptions['signal'],
): Promise<Authorisation> {
  // With a token in hand, too: node-fetch ends the process over such a request that has a body.
  checkNotAborted(signal);
  if (isReplaced(client, 'getRequestHeaders') || isReplaced(client, 'getAccessToken')) {
    const headers = await foreground(abortable(client.getRequestHeaders(), signal));
    const kept = tokensOf().peek();
    const isKept = kept !== undefined && headers.get('authorization') === `Bearer ${kept.value}`;
    return {headers, token: isKept ? kept : undefined};
  }
  wantRequest();
  const token = tokensOf().current() ?? (await foreground(abortable(newToken(tokensOf), signal)));
  return {headers: headersOf(token), token};
}
