import type {WorkspaceDomain} from '../../policy.js';
import {oauthError} from '../oauth-error.js';
import type {NumberedServiceAccount} from '../service-accounts.js';

/**
 * Refuses a service account that may not act for a user, or not with these scopes: each must be
 * entered in the Admin console as it is asked for.
 *
 * @param subject The user's e-mail.
 * @throws Refused `invalid_grant`, `unauthorized_client`
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#delegatingauthority
 */
export function checkDelegation(
  workspaces: readonly WorkspaceDomain[],
  {email, uniqueId}: NumberedServiceAccount,
  subject: string,
  scopes: readonly string[],
): void {
  const user = subject.toLowerCase();
  const workspace = workspaces.find(({domain}) => user.endsWith(`@${domain}`));
  if (workspace?.users.some(known => known.toLowerCase() === user) !== true) {
    throw oauthError('invalid_grant', 'Invalid email or User ID', {
      reason: `No Workspace of the policy has the user ${subject}.`,
    });
  }
  const allowed = (workspace.delegations ?? [])
    .filter(({serviceAccount}) => serviceAccount === email || serviceAccount === uniqueId)
    .flatMap(delegation => delegation.scopes);
  const missing = scopes.filter(scope => !allowed.includes(scope));
  if (missing.length > 0) {
    throw oauthError(
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      {status: 401, reason: `The Workspace does not delegate to ${email}: ${missing.join(' ')}.`},
    );
  }
}
