import {checkContent, checksumsOf, type ExpectedChecksums} from './checksums.js';
import type {Holding} from './byte-budget.js';
import {withDefaults, type ObjectFields} from './object-fields.js';
import {checkPreconditions, type Preconditions} from './preconditions.js';
import type {AuthorizePlace, StorageRequest} from './storage-request.js';
import type {StorageState, StoredObject} from './storage-state.js';

/** Where an object is, or is to be. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly name: string;
}

/** What an uploader says of an object before its bytes are there. */
export interface UploadDraft {
  readonly bucket: string;
  readonly name: string;
  readonly fields: ObjectFields;
  readonly expected: ExpectedChecksums;
  readonly preconditions: Preconditions;
  /** Asks whether whoever began the upload may overwrite an object. */
  readonly authorizeAlso: AuthorizePlace;
}

/**
 * Refuses a draft early: the bucket must exist, the wishes be met, and an object that is there be the
 * uploader's to delete; at the start as at the end.
 */
export function checkDraft({state}: StorageRequest, draft: UploadDraft): void {
  checkOverwriting(state, draft, draft.preconditions, draft.authorizeAlso);
}

/**
 * Refuses to write an object to a place where the wishes are not met, or where there is one that the
 * caller may not delete. Who wishes that there be none never needs to.
 *
 * @see https://cloud.google.com/storage/docs/access-control/iam-json
 */
export function checkOverwriting(
  state: StorageState,
  {bucket, name}: ObjectPlace,
  wishes: Preconditions,
  authorizeAlso: AuthorizePlace,
): void {
  const existing = state.bucket(bucket).objects.get(name);
  checkPreconditions(wishes, existing, 'write');
  if (existing !== undefined) authorizeAlso('objects.delete', {bucket, name});
}

/** An object's fields with its storage class: its bucket's where it has none of its own. */
export function withDefaultClass(
  state: StorageState,
  bucket: string,
  fields: ObjectFields,
): ObjectFields {
  const storageClass = state.bucket(bucket).fields.get('storageClass');
  return typeof storageClass === 'string' ? withDefaults(fields, {storageClass}) : fields;
}

/**
 * Makes an object of the bytes that have all arrived. From the check of the wishes on nothing
 * waits, so that of two writers with `ifGenerationMatch=0` one wins.
 */
export function finishUpload(
  request: StorageRequest,
  draft: UploadDraft,
  content: Buffer,
  holding: Holding,
): StoredObject {
  checkDraft(request, draft);
  const checksums = checksumsOf(content);
  checkContent(checksums, draft.expected);
  const now = request.clock();
  const object: StoredObject = {
    bucket: draft.bucket,
    name: draft.name,
    content,
    holding,
    checksums,
    fields: withDefaultClass(request.state, draft.bucket, draft.fields),
    generation: request.state.nextGeneration(now),
    metageneration: 1,
    timeCreated: now,
    updated: now,
  };
  request.state.keep(object);
  return object;
}
