import type {FindToken, IssuedToken, ServiceCall} from '../service.js';
import {ACCESS_RULES, type AccessRule, type MethodId} from './access-rules.js';
import {StorageApiError} from './api-error.js';
import {isInRoles} from './storage-roles.js';

const REALM = 'Bearer realm="https://accounts.google.com/"';
const AUTHORIZATION = {type: 'header', name: 'Authorization'} as const;

/**
 * The token of a request; `undefined` where it has no `Authorization` header at all. A header that
 * does not hold a token that is valid now is refused, whatever the request is for.
 */
export function readToken(call: ServiceCall, findToken: FindToken): IssuedToken | undefined {
  const header = call.headers.authorization;
  if (header === undefined) return undefined;
  const secret = /^Bearer +(\S+) *$/i.exec(header)?.[1];
  const token = secret === undefined ? undefined : findToken(secret);
  if (token === undefined) throw invalidCredentials();
  return token;
}

/** Whether a principal (`serviceAccount:…`) has a permission (`storage.objects.get`). */
export type IsAllowed = (principal: string, permission: string) => boolean;

/**
 * Refuses a caller without a token, with one that was issued for other purposes, and one who may not.
 * https://cloud.google.com/storage/docs/oauth-scopes
 */
export function authorize(
  token: IssuedToken | undefined,
  method: MethodId,
  isAllowed: IsAllowed,
): void {
  const rule: AccessRule = ACCESS_RULES[method];
  if (token === undefined) throw anonymousCaller(rule);
  if (!token.scopes.some(scope => rule.scopes.includes(scope))) {
    throw insufficientScope(rule, method);
  }
  if (!isAllowed(token.principal, rule.permission)) throw forbidden(token.principal, rule);
}

/** Refuses a caller who may not do this besides what the token's scopes were asked for. */
export function authorizeAlso(
  token: IssuedToken | undefined,
  method: MethodId,
  place: BoundaryPlace,
  isAllowed: IsAllowed,
): void {
  const rule: AccessRule = ACCESS_RULES[method];
  if (token === undefined) throw anonymousCaller(rule);
  if (!isAllowed(token.principal, rule.permission)) throw forbidden(token.principal, rule);
  checkBoundary(token, method, place);
}

/** What a call is about, as far as its URL tells. */
export interface BoundaryPlace {
  readonly bucket?: string | undefined;
  readonly name?: string | undefined;
  /** Of a list. */
  readonly listPrefix?: string | undefined;
}

/**
 * Refuses what the boundary of a downscoped token does not allow. Every object that a call reads or
 * writes is checked, by the method that would read or write it alone.
 */
export function checkBoundary(
  token: IssuedToken | undefined,
  method: MethodId,
  {bucket, name, listPrefix}: BoundaryPlace,
): void {
  if (token?.boundary === undefined) return;
  const rule: AccessRule = ACCESS_RULES[method];
  const resource = `projects/_/buckets/${bucket ?? ''}${name === undefined ? '' : `/objects/${name}`}`;
  const isWithin = token.boundary.some(
    ({bucket: only, roles, holds}) =>
      only === bucket && isInRoles(roles, rule.permission) && holds(resource, listPrefix),
  );
  if (!isWithin) throw forbidden(token.principal, rule);
}

/** What Google says to whoever lacks a permission. */
export function deniedMessage(who: string, permission: string, resource: string): string {
  return `${who} does not have ${permission} access to ${resource}. Permission '${permission}' denied on resource (or it may not exist).`;
}

function invalidCredentials(): StorageApiError {
  return new StorageApiError(401, 'Invalid Credentials', {
    reason: 'authError',
    location: AUTHORIZATION,
    headers: {'www-authenticate': `${REALM}, error="invalid_token"`},
  });
}

function anonymousCaller(rule: AccessRule): StorageApiError {
  const message = deniedMessage('Anonymous caller', rule.permission, rule.resource);
  return new StorageApiError(401, message, {
    reason: 'required',
    location: AUTHORIZATION,
    canonicalStatus: 'UNAUTHENTICATED',
    headers: {'www-authenticate': REALM},
  });
}

function forbidden(principal: string, {permission, resource}: AccessRule): StorageApiError {
  // Google tells a service account by its e-mail alone.
  const who = principal.replace(/^serviceAccount:/, '');
  return new StorageApiError(403, deniedMessage(who, permission, resource), {reason: 'forbidden'});
}

function insufficientScope(rule: AccessRule, method: MethodId): StorageApiError {
  return new StorageApiError(403, 'Request had insufficient authentication scopes.', {
    reason: 'insufficientPermissions',
    innerMessage: 'Insufficient Permission',
    canonicalStatus: 'PERMISSION_DENIED',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
        domain: 'googleapis.com',
        metadata: {service: 'storage.googleapis.com', method: `storage.${method}`},
      },
    ],
    headers: {
      'www-authenticate': `${REALM}, error="insufficient_scope", scope="${rule.scopes.join(' ')}"`,
    },
  });
}
