import type {ServiceAccountPermission} from '../principal.js';
import type {NumberedServiceAccount} from '../service-accounts.js';

/** What a method answers, and what of it the record of the request may tell. */
export interface MethodResult {
  readonly reply: object;
  /** How long what was issued lives, in seconds. */
  readonly lifetimeSeconds?: number;
}

/** A method of the IAM Credentials API; what all of them have in common is the service's. */
export interface IamCredentialsMethod {
  /** As its address spells it: `signBlob`. */
  readonly name: string;
  /** As its errors spell it: `SignBlob`. */
  readonly rpc: string;
  /** What the last account of the chain, or the caller, must hold on the account. */
  readonly permission: ServiceAccountPermission;
  /** The fields of its request, `delegates` apart. */
  readonly fields: readonly string[];
  /**
   * Checks the fields before anybody asks who the caller is, and returns the work.
   *
   * @throws Refused 400 `INVALID_ARGUMENT`
   */
  prepare(
    fields: Readonly<Record<string, unknown>>,
  ): (account: NumberedServiceAccount) => Promise<MethodResult>;
}
