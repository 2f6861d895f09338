import {SecretToken} from './secret-token.js';

/** A Google access token. */
export class AccessToken extends SecretToken {
  override toString(): string {
    return '[access token]';
  }
}
