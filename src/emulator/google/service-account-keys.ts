import type {NumberedServiceAccount, ServiceAccounts} from './service-accounts.js';
import {SigningKey} from './signing-key.js';

// A key takes a while to find, and most emulators need none. Emulators of one process have the same
// key for the same account, as they play the same cloud.
const KEYS = new Map<string, Promise<SigningKey>>();

/**
 * The Google-managed keys of the service accounts: what signBlob and signJwt sign with, and what
 * their signatures are checked against. Each account has one, made when it is first asked for.
 *
 * @see https://cloud.google.com/iam/docs/service-account-creds#google-managed-keys
 */
export class ServiceAccountKeys {
  readonly #accounts: ServiceAccounts;

  constructor(accounts: ServiceAccounts) {
    this.#accounts = accounts;
  }

  /** The key of an account. */
  of({email}: NumberedServiceAccount): Promise<SigningKey> {
    return keyOf(email);
  }

  /** The key of the account with this e-mail or unique id, or `undefined` if there is no such one. */
  async find(emailOrUniqueId: string): Promise<SigningKey | undefined> {
    const account = this.#accounts.find(emailOrUniqueId);
    return account && this.of(account);
  }
}

/** The key with which Google itself signs ID tokens. */
export function googleSigningKey(): Promise<SigningKey> {
  return keyOf('https://accounts.google.com');
}

function keyOf(owner: string): Promise<SigningKey> {
  const key = KEYS.get(owner) ?? SigningKey.generate();
  KEYS.set(owner, key);
  return key;
}
