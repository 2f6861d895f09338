import {randomBytes} from 'node:crypto';
import type {AccessBoundaryRule, FindToken, IssuedToken} from '../service.js';
import {principalName, type Principal} from './principal.js';

/** A Google access token as the emulator keeps it. */
export interface AccessToken extends IssuedToken {
  readonly holder: Principal;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** Every access token that the emulated Google has issued. */
export class AccessTokens {
  readonly #tokens = new Map<string, AccessToken>();
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Makes a token. */
  issue(holder: Principal, scopes: readonly string[], expiresAt: number): string {
    // Opaque, and as long as real ones.
    const kind = {federated: 'd', serviceAccount: 'c', user: 'a'}[holder.kind];
    const token = `ya29.${kind}.${randomBytes(240).toString('base64url')}`;
    this.#tokens.set(token, {holder, principal: principalName(holder), scopes, expiresAt});
    return token;
  }

  /** Makes a token of the same principal that can do less, and ends when its source does. */
  downscope(source: AccessToken, boundary: readonly AccessBoundaryRule[]): string {
    const token = this.issue(source.holder, source.scopes, source.expiresAt);
    this.#tokens.set(token, {...source, boundary});
    return token;
  }

  /** A token that was issued, and whether it still holds. */
  look(token: string): {readonly token: AccessToken; readonly isExpired: boolean} | undefined {
    const found = this.#tokens.get(token);
    return found && {token: found, isExpired: this.#clock() >= found.expiresAt};
  }

  /** What every API but IAM Credentials needs of a token. */
  readonly find: FindToken = accessToken => {
    const found = this.look(accessToken);
    if (found === undefined || found.isExpired) return undefined;
    const {principal, scopes, boundary} = found.token;
    return {principal, scopes, ...(boundary && {boundary})};
  };

  /** Forgets every token. */
  revokeAll(): void {
    this.#tokens.clear();
  }
}
