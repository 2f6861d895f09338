import type {ServiceAccounts} from '../google/service-accounts.js';
import type {StorageRole} from '../policy.js';
import type {IsAllowed} from './authorization.js';

const READ = ['storage.objects.get', 'storage.objects.list'] as const;
const CREATE = ['storage.objects.create'] as const;
const CHANGE = [
  ...READ,
  ...CREATE,
  'storage.objects.delete',
  'storage.objects.move',
  'storage.objects.update',
] as const;

const BUCKET_WRITE = [
  'storage.buckets.get',
  'storage.objects.list',
  'storage.objects.create',
  'storage.objects.delete',
] as const;

// https://cloud.google.com/storage/docs/access-control/iam-roles
const GRANTS: Readonly<Record<StorageRole, readonly string[] | 'everything'>> = {
  'roles/storage.admin': 'everything',
  'roles/storage.objectUser': CHANGE,
  'roles/storage.objectCreator': CREATE,
  'roles/storage.objectViewer': READ,
};

// Only a boundary names these: a policy of the emulator has the four above.
const BOUNDARY_GRANTS = new Map<string, readonly string[] | 'everything'>([
  ...Object.entries(GRANTS),
  ['roles/storage.objectAdmin', CHANGE],
  ['roles/storage.legacyObjectReader', ['storage.objects.get']],
  ['roles/storage.legacyObjectOwner', ['storage.objects.get', 'storage.objects.update']],
  ['roles/storage.legacyBucketReader', ['storage.buckets.get', 'storage.objects.list']],
  ['roles/storage.legacyBucketWriter', BUCKET_WRITE],
  ['roles/storage.legacyBucketOwner', [...BUCKET_WRITE, 'storage.buckets.update']],
]);

/** Whether a downscoped token can be bound to a role. */
export function isBoundaryRole(role: string): boolean {
  return BOUNDARY_GRANTS.has(role);
}

/** Whether one of these roles of a boundary holds a permission. */
export function isInRoles(roles: readonly string[], permission: string): boolean {
  return roles.some(role => {
    const granted = BOUNDARY_GRANTS.get(role);
    return granted === 'everything' || granted?.includes(permission) === true;
  });
}

/**
 * What the policy's service accounts may do in Cloud Storage, by their own tokens and by what they have
 * signed. Everybody else may do everything.
 */
export function storageAccess(accounts: ServiceAccounts): IsAllowed {
  return (principal, permission) => {
    const [kind, email = ''] = principal.split(':');
    const roles = kind === 'serviceAccount' ? accounts.find(email)?.storageRoles : undefined;
    if (roles === undefined) return true;
    return roles.some(role => {
      const granted = GRANTS[role];
      return granted === 'everything' || granted.includes(permission);
    });
  };
}
