import {createHash} from 'node:crypto';
import type {GooglePolicy, ServiceAccount} from '../policy.js';

/** A service account of the policy, with its unique id. */
export type NumberedServiceAccount = ServiceAccount & {readonly uniqueId: string};

/** The service accounts of the emulated project, by either of their names. */
export class ServiceAccounts {
  readonly #accounts = new Map<string, NumberedServiceAccount>();

  constructor({serviceAccounts}: GooglePolicy) {
    for (const account of serviceAccounts) {
      const numbered = {...account, uniqueId: account.uniqueId ?? makeUniqueId(account.email)};
      this.#accounts.set(numbered.email, numbered);
      this.#accounts.set(numbered.uniqueId, numbered);
    }
  }

  /** The account with this e-mail or unique id. */
  find(emailOrUniqueId: string): NumberedServiceAccount | undefined {
    return this.#accounts.get(emailOrUniqueId);
  }
}

// Real ones have 21 digits and begin with a 1.
function makeUniqueId(email: string): string {
  const hash = createHash('sha256').update(email).digest('hex');
  return `1${(BigInt(`0x${hash}`) % 10n ** 20n).toString().padStart(20, '0')}`;
}
