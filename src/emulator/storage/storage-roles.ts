import type {ServiceAccounts} from '../google/service-accounts.js';
import type {StorageRole} from '../policy.js';
import type {IsAllowed} from './authorization.js';

const READ = ['storage.objects.get', 'storage.objects.list'] as const;
const CREATE = ['storage.objects.create'] as const;
const CHANGE = [...READ, ...CREATE, 'storage.objects.delete', 'storage.objects.update'] as const;

// https://cloud.google.com/storage/docs/access-control/iam-roles
const GRANTS: Readonly<Record<StorageRole, readonly string[] | 'everything'>> = {
  'roles/storage.admin': 'everything',
  'roles/storage.objectUser': CHANGE,
  'roles/storage.objectCreator': CREATE,
  'roles/storage.objectViewer': READ,
};

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
