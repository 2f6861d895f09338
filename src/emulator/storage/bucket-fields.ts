import {invalid, notPlayed} from './api-error.js';
import {isRecord} from './request-body.js';
import {refuseUnservedFields} from './unserved-wishes.js';

type Kind = 'list' | 'record';

/** Fields that are kept and shown again. None of them changes what the emulator does. */
const KEPT_FIELDS: Readonly<Record<string, Kind>> = {
  autoclass: 'record',
  cors: 'list',
  iamConfiguration: 'record',
  labels: 'record',
  lifecycle: 'record',
  logging: 'record',
  softDeletePolicy: 'record',
  website: 'record',
};

const NOT_PLAYED_FIELDS = [
  'acl',
  'defaultEventBasedHold',
  'defaultObjectAcl',
  'encryption',
  'ipFilter',
  'objectRetention',
  'retentionPolicy',
] as const;

const STORAGE_CLASSES =
  /^(STANDARD|NEARLINE|COLDLINE|ARCHIVE|MULTI_REGIONAL|REGIONAL|DURABLE_REDUCED_AVAILABILITY)$/;

/**
 * The fields of a new bucket.
 * https://cloud.google.com/storage/docs/json_api/v1/buckets#resource
 */
export function readBucketFields(json: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const location = readText(json, 'location', /^[A-Za-z0-9-]+$/)?.toUpperCase() ?? 'US';
  const defaults = new Map<string, unknown>([
    ['location', location],
    ['locationType', locationType(location)],
    ['storageClass', 'STANDARD'],
    [
      'iamConfiguration',
      {uniformBucketLevelAccess: {enabled: false}, publicAccessPrevention: 'inherited'},
    ],
  ]);
  return patchBucketFields(defaults, json);
}

/**
 * Lays a patch over the fields: null deletes, and what has fields of its own is merged with them.
 * https://cloud.google.com/storage/docs/json_api/v1/buckets/patch
 */
export function patchBucketFields(
  current: ReadonlyMap<string, unknown>,
  json: Readonly<Record<string, unknown>>,
): Map<string, unknown> {
  refuseNotPlayed(json);
  const fields = new Map(current);
  const storageClass = readText(json, 'storageClass', STORAGE_CLASSES);
  if (storageClass !== undefined) fields.set('storageClass', storageClass);
  for (const [field, kind] of Object.entries(KEPT_FIELDS)) {
    const value = json[field];
    if (value === null) fields.delete(field);
    else if (value !== undefined)
      fields.set(field, readKept(field, kind, value, fields.get(field)));
  }
  return fields;
}

function readKept(field: string, kind: Kind, value: unknown, current: unknown): unknown {
  const isRight = kind === 'list' ? Array.isArray(value) : isRecord(value);
  if (!isRight) throw invalid(`Invalid value for field ${field}.`);
  if (field === 'labels' && isRecord(value)) {
    for (const [key, label] of Object.entries(value)) {
      const isText = typeof label === 'string' || label === null;
      if (!isText) throw invalid(`Invalid value for field labels.${key}.`);
    }
  }
  return mergePatch(current, value);
}

/** https://www.rfc-editor.org/rfc/rfc7396#section-2 */
function mergePatch(current: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged = new Map(Object.entries(isRecord(current) ? current : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function readText(
  json: Readonly<Record<string, unknown>>,
  field: string,
  shape: RegExp,
): string | undefined {
  const value = json[field] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !shape.test(value)) {
    throw invalid(`Invalid value for field ${field}.`);
  }
  return value;
}

// A bucket that seemed to keep old versions, or to refuse deletions, would fool a test.
function refuseNotPlayed(json: Readonly<Record<string, unknown>>): void {
  refuseUnservedFields(json, NOT_PLAYED_FIELDS, 'bucket');
  for (const [field, flag] of [
    ['billing', 'requesterPays'],
    ['hierarchicalNamespace', 'enabled'],
    ['versioning', 'enabled'],
  ] as const) {
    const value = json[field];
    if (isRecord(value) && value[flag] === true) throw notPlayed(`${field}.${flag} of a bucket`);
  }
}

/** https://cloud.google.com/storage/docs/locations */
function locationType(location: string): string {
  if (['US', 'EU', 'ASIA'].includes(location)) return 'multi-region';
  return /^[A-Z]+\d+$/.test(location) ? 'dual-region' : 'region';
}
