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
    : `principal://${HOST}/${principal.pool}/subject/${principal.attributes['google.subject'] ?? ''}`;
}

/** Whether a service account's bindings give a principal a permission on it. */
export function isGranted(
  bindings: readonly ServiceAccountBinding[],
  principal: Principal,
  permission: ServiceAccountPermission,
): boolean {
  const names = memberNames(principal);
  return bindings.some(
    ({role, members}) =>
      GRANTS[role].includes(permission) && members.some(member => names.has(member)),
  );
}

// Every member of a policy that means this principal.
// https://cloud.google.com/iam/docs/principal-identifiers#allow
function memberNames(principal: Principal): ReadonlySet<string> {
  if (principal.kind !== 'federated') return new Set([principalName(principal)]);
  const set = `principalSet://${HOST}/${principal.pool}`;
  const attributes = Object.entries(principal.attributes)
    .filter(([name]) => name.startsWith('attribute.'))
    .map(([name, value]) => `${set}/${name}/${value}`);
  return new Set([principalName(principal), `${set}/*`, ...attributes]);
}
