import type {ServiceAccountBinding, ServiceAccountRole} from '../policy.js';
import type {MappedAttributes} from './attributes.js';

/** An external identity that came through a workload identity pool. */
export interface FederatedPrincipal {
  readonly kind: 'federated';
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL`. */
  readonly pool: string;
  readonly attributes: MappedAttributes;
}

/** A service account. */
export interface ServiceAccountPrincipal {
  readonly kind: 'serviceAccount';
  readonly email: string;
}

/** A user of Google Workspace, for whom a service account acts by domain-wide delegation. */
export interface UserPrincipal {
  readonly kind: 'user';
  readonly email: string;
}

/** Who holds a Google access token. */
export type Principal = FederatedPrincipal | ServiceAccountPrincipal | UserPrincipal;

/** What the emulated IAM asks a service account's policy for. */
export type ServiceAccountPermission =
  | 'iam.serviceAccounts.getAccessToken'
  | 'iam.serviceAccounts.getOpenIdToken'
  | 'iam.serviceAccounts.implicitDelegation'
  | 'iam.serviceAccounts.signBlob'
  | 'iam.serviceAccounts.signJwt';

// https://cloud.google.com/iam/docs/roles-permissions/iam
const GRANTS: Readonly<Record<ServiceAccountRole, readonly ServiceAccountPermission[]>> = {
  'roles/iam.workloadIdentityUser': [
    'iam.serviceAccounts.getAccessToken',
    'iam.serviceAccounts.getOpenIdToken',
  ],
  'roles/iam.serviceAccountTokenCreator': [
    'iam.serviceAccounts.getAccessToken',
    'iam.serviceAccounts.getOpenIdToken',
    'iam.serviceAccounts.implicitDelegation',
    'iam.serviceAccounts.signBlob',
    'iam.serviceAccounts.signJwt',
  ],
  'roles/iam.serviceAccountOpenIdTokenCreator': ['iam.serviceAccounts.getOpenIdToken'],
};

const HOST = 'iam.googleapis.com';

/** `principal://…/subject/…`, `serviceAccount:…` or `user:…`. */
export function principalName(principal: Principal): string {
  return principal.kind !== 'federated'
    ? `${principal.kind}:${principal.email}`
    : `principal://${HOST}/${principal.pool}/subject/${principal.attributes['google.subject']}`;
}

/** A member of a binding, and the role that it gets. */
export interface Grant {
  readonly role: ServiceAccountRole;
  readonly member: string;
}

/** Whether a service account's bindings give a principal a permission on it. */
export function isGranted(
  bindings: readonly ServiceAccountBinding[],
  principal: Principal,
  permission: ServiceAccountPermission,
): boolean {
  return findGrants(bindings, principal, permission).length > 0;
}

/** What gives a principal a permission on a service account. */
export function findGrants(
  bindings: readonly ServiceAccountBinding[],
  principal: Principal,
  permission: ServiceAccountPermission,
): readonly Grant[] {
  const names = new Set(memberNames(principal));
  return bindings
    .filter(({role}) => GRANTS[role].includes(permission))
    .flatMap(({role, members}) => members.map(member => ({role, member})))
    .filter(({member}) => names.has(member));
}

/**
 * Every member of a policy that means this principal: itself first, its attributes and groups, and
 * its whole pool.
 *
 * @see https://cloud.google.com/iam/docs/principal-identifiers#allow
 */
export function memberNames(principal: Principal): readonly string[] {
  if (principal.kind !== 'federated') return [principalName(principal)];
  const set = `principalSet://${HOST}/${principal.pool}`;
  const {'google.subject': _, 'google.groups': groups = [], ...custom} = principal.attributes;
  return [
    principalName(principal),
    ...Object.entries(custom).map(([name, value]) => `${set}/${name}/${value}`),
    ...groups.map(group => `${set}/group/${group}`),
    `${set}/*`,
  ];
}
