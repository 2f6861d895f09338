const SCOPE_ROOT = 'https://www.googleapis.com/auth/';

const TO_CONTROL = [`${SCOPE_ROOT}cloud-platform`, `${SCOPE_ROOT}devstorage.full_control`] as const;
const TO_WRITE = [...TO_CONTROL, `${SCOPE_ROOT}devstorage.read_write`] as const;
const TO_READ = [
  ...TO_WRITE,
  `${SCOPE_ROOT}devstorage.read_only`,
  `${SCOPE_ROOT}cloud-platform.read-only`,
] as const;

const PROJECT = 'the Google Cloud project';
const BUCKET = 'the Google Cloud Storage bucket';
const OBJECT = 'the Google Cloud Storage object';

/** What a method of the API demands of its caller. */
export interface AccessRule {
  /** The IAM permission that an anonymous caller is told to lack. */
  readonly permission: string;
  readonly resource: string;
  /** Any one of these is enough. */
  readonly scopes: readonly string[];
}

/**
 * The methods played, and the scopes that Google's discovery document lists for each: to change an
 * object's metadata takes more than to write the object.
 * https://storage.googleapis.com/$discovery/rest?version=v1
 * https://cloud.google.com/storage/docs/access-control/iam-json
 */
export const ACCESS_RULES = {
  'buckets.list': {permission: 'storage.buckets.list', resource: PROJECT, scopes: TO_READ},
  'buckets.insert': {permission: 'storage.buckets.create', resource: PROJECT, scopes: TO_WRITE},
  'buckets.get': {permission: 'storage.buckets.get', resource: BUCKET, scopes: TO_READ},
  'buckets.delete': {permission: 'storage.buckets.delete', resource: BUCKET, scopes: TO_WRITE},
  'buckets.patch': {permission: 'storage.buckets.update', resource: BUCKET, scopes: TO_CONTROL},
  'objects.list': {permission: 'storage.objects.list', resource: BUCKET, scopes: TO_READ},
  'objects.insert': {permission: 'storage.objects.create', resource: OBJECT, scopes: TO_WRITE},
  'objects.get': {permission: 'storage.objects.get', resource: OBJECT, scopes: TO_READ},
  'objects.patch': {permission: 'storage.objects.update', resource: OBJECT, scopes: TO_CONTROL},
  'objects.update': {permission: 'storage.objects.update', resource: OBJECT, scopes: TO_CONTROL},
  'objects.delete': {permission: 'storage.objects.delete', resource: OBJECT, scopes: TO_WRITE},
  'objects.copy': {permission: 'storage.objects.get', resource: OBJECT, scopes: TO_WRITE},
  'objects.rewrite': {permission: 'storage.objects.get', resource: OBJECT, scopes: TO_WRITE},
  'objects.move': {permission: 'storage.objects.move', resource: OBJECT, scopes: TO_WRITE},
  'objects.compose': {permission: 'storage.objects.get', resource: OBJECT, scopes: TO_WRITE},
} as const satisfies Record<string, AccessRule>;

/** A method's id in the discovery document, without its leading `storage.`. */
export type MethodId = keyof typeof ACCESS_RULES;
