import type {AwsPrincipalTrust, AwsRole, AwsRoleTrust, AwsWebIdentityTrust} from '../policy.js';
import type {AwsIdentity} from './identities.js';
import {accountIdOf, roleOfSession} from './roles.js';

/**
 * Whether a role's trust policy lets an AWS identity in.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function trustsIdentity(
  role: AwsRole,
  caller: AwsIdentity,
  externalId: string | undefined,
): boolean {
  return (role.trust ?? [])
    .filter(isPrincipalTrust)
    .some(
      trust =>
        (trust.externalId === undefined || trust.externalId === externalId) &&
        trust.principals.some(principal => means(principal, caller)),
    );
}

/** Whether a role's trust policy lets a subject of an OpenID Connect provider in. */
export function trustsSubject(
  role: AwsRole,
  subject: string,
  issuer: string,
  defaultIssuer: string | undefined,
): boolean {
  return (role.trust ?? [])
    .filter(isWebIdentityTrust)
    .some(
      trust =>
        (trust.issuer ?? defaultIssuer) === issuer &&
        trust.webIdentitySubjects.some(pattern => isLike(subject, pattern)),
    );
}

/** Whether a statement is one for AssumeRole. */
function isPrincipalTrust(trust: AwsRoleTrust): trust is AwsPrincipalTrust {
  return 'principals' in trust;
}

function isWebIdentityTrust(trust: AwsRoleTrust): trust is AwsWebIdentityTrust {
  return 'webIdentitySubjects' in trust;
}

function means(principal: string, {account, arn}: AwsIdentity): boolean {
  if (principal === '*' || principal === arn || principal === account) return true;
  if (principal === `arn:aws:iam::${account}:root`) return true;
  return accountIdOf(principal) === account && principal === roleOfSession(arn);
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String
function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
