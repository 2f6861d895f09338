import {parseAccessBoundary} from './access-boundary.js';
import type {AccessTokens} from './access-tokens.js';
import {oauthError} from './oauth-error.js';
import {principalName} from './principal.js';
import type {DownscopingRequest} from './token-exchange-request.js';

/**
 * Exchanges an access token for one that can do less, and ends with it. As at Google, the life is told of a
 * service account's token alone.
 *
 * @throws Refused `invalid_request`, `invalid_grant`
 * @see https://cloud.google.com/iam/docs/downscoping-short-lived-credentials#exchange-credential-auto
 */
export function downscope(
  {subjectToken, options}: DownscopingRequest,
  tokens: AccessTokens,
  now: number,
) {
  const boundary = parseAccessBoundary(options);
  const source = tokens.look(subjectToken);
  if (source === undefined || source.isExpired || source.token.boundary !== undefined) {
    throw oauthError(
      'invalid_grant',
      'The subject token is invalid, has ended, or is restricted already.',
    );
  }
  const {holder, scopes, expiresAt} = source.token;
  return {
    principal: principalName(holder),
    reply: {
      access_token: tokens.issue(holder, scopes, expiresAt, boundary),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      ...(holder.kind === 'serviceAccount'
        ? {expires_in: Math.floor((expiresAt - now) / 1000)}
        : {}),
    },
  };
}
