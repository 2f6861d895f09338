import type {Refused} from '../../refused.js';
import type {AccessRule} from '../access-rules.js';
import {deniedMessage} from '../authorization.js';
import {accessDenied, xmlRefusal} from './xml-refusal.js';

/** Checks what a service account has signed. */
export interface Signer {
  readonly email: string;
  isSignatureOf(data: Uint8Array, signature: Uint8Array): boolean;
}

/** The service account with this e-mail, or `undefined` where there is none. */
export type FindSigner = (email: string) => Promise<Signer | undefined>;

/**
 * The service account that a signature names.
 *
 * @throws Refused `InvalidSecurity`; which words Google has for an account that does not exist is not
 * documented.
 */
export async function namedSigner(find: FindSigner, email: string): Promise<Signer> {
  // Its unique id names an account elsewhere, but not here.
  const signer = email.includes('@') ? await find(email) : undefined;
  if (signer !== undefined) return signer;
  throw xmlRefusal({
    status: 403,
    code: 'InvalidSecurity',
    message: 'The provided security credentials are not valid.',
    elements: {Details: `There is no service account ${email}.`},
  });
}

/** 403: who has signed, or nobody, has no access himself. */
export function callerDenied(who: string, {permission, resource}: AccessRule): Refused {
  return accessDenied(deniedMessage(who, permission, resource));
}
