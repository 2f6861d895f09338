import {checkContent, checksumsOf, type ExpectedChecksums} from './checksums.js';
import type {Holding} from './byte-budget.js';
import type {ObjectFields} from './object-fields.js';
import {checkPreconditions, type Preconditions} from './preconditions.js';
import type {StorageRequest} from './storage-request.js';
import type {StoredObject} from './storage-state.js';

/** What an uploader says of an object before its bytes are there. */
export interface UploadDraft {
  readonly bucket: string;
  readonly name: string;
  readonly fields: ObjectFields;
  readonly expected: ExpectedChecksums;
  readonly preconditions: Preconditions;
}

/** Refuses a draft early: the bucket must exist and the wishes be met, at the start as at the end. */
export function checkDraft({state}: StorageRequest, draft: UploadDraft): void {
  const existing = state.bucket(draft.bucket).objects.get(draft.name);
  checkPreconditions(draft.preconditions, existing, 'write');
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
    fields: draft.fields,
    generation: request.state.nextGeneration(now),
    metageneration: 1,
    timeCreated: now,
    updated: now,
  };
  request.state.keep(object);
  return object;
}
