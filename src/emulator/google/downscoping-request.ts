import type {AccessBoundaryRule} from '../service.js';
import {parseAccessBoundary} from './access-boundary.js';
import type {AccessToken, AccessTokens} from './access-tokens.js';
import {oauthError} from './oauth-error.js';
import {ACCESS_TOKEN, GRANT_TYPE, type TokenExchangeParameters} from './token-exchange-request.js';

/** Whether an exchange is of an access token for one that can do less. */
export function isDownscoping(given: TokenExchangeParameters): boolean {
  return given.subject_token_type === ACCESS_TOKEN && given.audience === undefined;
}

/**
 * Checks the exchange of an access token for one with a Credential Access Boundary.
 *
 * @returns the token that is exchanged, and the rules.
 * @throws Refused `invalid_request`, `invalid_grant`, `unsupported_grant_type`. The descriptions of what
 *   is wrong with a boundary or a subject token are ours: no public source has Google's.
 * @see https://cloud.google.com/iam/docs/downscoping-short-lived-credentials#exchange-credential
 */
export function checkDownscoping(
  given: TokenExchangeParameters,
  tokens: AccessTokens,
): {readonly source: AccessToken; readonly boundary: readonly AccessBoundaryRule[]} {
  if (given.grant_type !== GRANT_TYPE) {
    throw oauthError('unsupported_grant_type', `The grant type must be ${GRANT_TYPE}.`);
  }
  if (given.requested_token_type !== ACCESS_TOKEN) {
    throw oauthError('invalid_request', 'Invalid value for "requested_token_type".');
  }
  if (given.subject_token === undefined) {
    throw oauthError('invalid_request', 'Missing required parameter: subject_token.');
  }
  const boundary = parseAccessBoundary(given.options);
  const found = tokens.look(given.subject_token);
  if (found === undefined) throw oauthError('invalid_grant', 'The subject token is invalid.');
  if (found.isExpired) throw oauthError('invalid_grant', 'The subject token has expired.');
  if (found.token.boundary !== undefined) {
    throw oauthError('invalid_grant', 'The subject token is downscoped already.');
  }
  return {source: found.token, boundary};
}
