import {SecretToken} from './secret-token.js';

/** A Google ID token: a JSON Web Token that names a service account to one audience. */
export class IdToken extends SecretToken {
  override toString(): string {
    return '[ID token]';
  }
}
