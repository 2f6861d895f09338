import {invalid} from './api-error.js';
import {isRecord} from './request-body.js';
import {refuseUnservedFields} from './unserved-wishes.js';

/** The text fields of an object that a caller may set. */
const TEXT_FIELDS = [
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'contentType',
  'customTime',
  'storageClass',
] as const;
type TextField = (typeof TEXT_FIELDS)[number];

// What they ask for changes what the service does, so that to keep and ignore them would be a lie.
const NOT_PLAYED_FIELDS = [
  'acl',
  'contexts',
  'eventBasedHold',
  'kmsKeyName',
  'retention',
  'temporaryHold',
] as const;

const STORAGE_CLASSES = [
  'STANDARD',
  'NEARLINE',
  'COLDLINE',
  'ARCHIVE',
  'MULTI_REGIONAL',
  'REGIONAL',
  'DURABLE_REDUCED_AVAILABILITY',
];

/** https://cloud.google.com/storage/quotas#objects */
const LARGEST_CUSTOM_METADATA = 8 * 1024;

/** What a caller has set of an object's metadata. */
export interface ObjectFields {
  readonly text: ReadonlyMap<TextField, string>;
  /** The field `metadata`, the caller's own keys and values. */
  readonly custom: ReadonlyMap<string, string>;
}

const NO_FIELDS: ObjectFields = {text: new Map(), custom: new Map()};

/** The fields of a new object. */
export function readObjectFields(json: Readonly<Record<string, unknown>>): ObjectFields {
  return patchObjectFields(NO_FIELDS, json);
}

/** The fields after an update: what is not named goes, but the storage class, which no update changes. */
export function replaceObjectFields(
  current: ObjectFields,
  json: Readonly<Record<string, unknown>>,
): ObjectFields {
  return withDefaults(readObjectFields(json), {storageClass: current.text.get('storageClass')});
}

/** Fields that stand unless the caller has set them. */
export function withDefaults(
  fields: ObjectFields,
  defaults: Readonly<Partial<Record<TextField, string | undefined>>>,
): ObjectFields {
  const text = new Map(fields.text);
  for (const field of TEXT_FIELDS) {
    const value = defaults[field];
    if (value !== undefined && !text.has(field)) text.set(field, checkText(field, value));
  }
  return {...fields, text};
}

/**
 * Lays a patch over the fields: null deletes, what is not named stays. Fields that only the server
 * sets are ignored, as Google does.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/patch
 */
export function patchObjectFields(
  current: ObjectFields,
  json: Readonly<Record<string, unknown>>,
): ObjectFields {
  refuseUnservedFields(json, NOT_PLAYED_FIELDS, 'object');
  const text = new Map(current.text);
  for (const field of TEXT_FIELDS) {
    const value = json[field];
    if (value === null) text.delete(field);
    else if (value !== undefined) text.set(field, checkText(field, value));
  }
  return {text, custom: patchCustom(current.custom, json['metadata'])};
}

function patchCustom(
  current: ReadonlyMap<string, string>,
  patch: unknown,
): ReadonlyMap<string, string> {
  if (patch === undefined) return current;
  if (patch === null) return new Map();
  if (!isRecord(patch)) throw invalid('Invalid value for field metadata.');
  const custom = new Map(current);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) custom.delete(key);
    else if (isPlain(value)) custom.set(key, String(value));
    else throw invalid(`Invalid value for field metadata.${key}.`);
  }
  const size = Buffer.byteLength([...custom].flat().join(''));
  if (size > LARGEST_CUSTOM_METADATA) {
    throw invalid(
      `The total size of metadata keys and values is ${size} bytes, more than ${LARGEST_CUSTOM_METADATA}.`,
    );
  }
  return custom;
}

// Google keeps numbers and booleans as their texts, and the client's types let them through.
function isPlain(value: unknown): value is boolean | number | string {
  return ['boolean', 'number', 'string'].includes(typeof value);
}

function checkText(field: TextField, value: unknown): string {
  // These become headers of a download, where a line break would be the start of another one.
  if (typeof value !== 'string' || /\p{Cc}/u.test(value)) {
    throw invalid(`Invalid value for field ${field}.`);
  }
  if (field === 'storageClass' && !STORAGE_CLASSES.includes(value)) {
    throw invalid(`The storage class you specified is not valid: '${value}'.`);
  }
  if (field === 'customTime' && !/^\d{4}-\d\d-\d\dT.*/.test(value)) {
    throw invalid(`Invalid value for field customTime: '${value}'.`);
  }
  return value;
}
