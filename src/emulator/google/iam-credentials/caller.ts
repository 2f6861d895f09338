import type {ServiceCall} from '../../service.js';
import type {AccessToken, AccessTokens} from '../access-tokens.js';
import {googleError, unauthenticated} from '../google-error.js';
import type {ServiceAccountPermission} from '../principal.js';

/** The API's name. */
export const IAM_CREDENTIALS = 'iamcredentials.googleapis.com';

const SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/iam',
];

/**
 * The token of whoever makes a call.
 *
 * @param rpc The method, e.g. `SignBlob`.
 * @throws Refused 401 `UNAUTHENTICATED`, 403 `PERMISSION_DENIED`
 */
export function authenticate({headers}: ServiceCall, tokens: AccessTokens, rpc: string) {
  const api = {
    service: IAM_CREDENTIALS,
    method: `google.iam.credentials.v1.IAMCredentials.${rpc}`,
  } as const;
  const {authorization} = headers;
  if (authorization === undefined) throw unauthenticated('CREDENTIALS_MISSING', api);
  const found = tokens.look(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
  if (found === undefined) throw unauthenticated('ACCESS_TOKEN_TYPE_UNSUPPORTED', api);
  if (found.isExpired) throw unauthenticated('ACCESS_TOKEN_EXPIRED', api);
  checkScope(found.token, api);
  // A boundary names buckets alone; what it does not name is out of reach. The wording is ours: no public source
  // has Google's.
  if (found.token.boundary !== undefined) {
    throw googleError({
      code: 403,
      status: 'PERMISSION_DENIED',
      message: 'The access boundary of the token does not allow this.',
      reason: {reason: 'IAM_PERMISSION_DENIED', domain: 'iam.googleapis.com', metadata: api},
    });
  }
  return found.token;
}

/** 403: the caller may not do this to the account, or there is no such account. */
export function permissionDenied(permission: ServiceAccountPermission): Error {
  return googleError({
    code: 403,
    status: 'PERMISSION_DENIED',
    message: `Permission '${permission}' denied on resource (or it may not exist).`,
    reason: {
      reason: 'IAM_PERMISSION_DENIED',
      domain: 'iam.googleapis.com',
      metadata: {permission},
    },
  });
}

function checkScope({scopes}: AccessToken, metadata: Readonly<Record<string, string>>): void {
  if (scopes.some(scope => SCOPES.includes(scope))) return;
  throw googleError({
    code: 403,
    status: 'PERMISSION_DENIED',
    message: 'Request had insufficient authentication scopes.',
    reason: {reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT', domain: 'googleapis.com', metadata},
    authenticate: `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${SCOPES.join(' ')}"`,
  });
}
