import {invalid} from './api-error.js';

/** What the bytes of a resumable upload's request are. */
export type UploadRange =
  /** No bytes: the client asks how far the upload has come, or says that this was all. */
  | {readonly kind: 'query'; readonly total: number | undefined}
  | {
      readonly kind: 'bytes';
      readonly first: number;
      /** Past the last byte; `undefined` where the end of the body is the end. */
      readonly end: number | undefined;
      readonly total: number | undefined;
    };

/**
 * Reads the `Content-Range` of a resumable upload. Without one, the body is the whole object.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload
 */
export function readUploadRange(header: string | undefined): UploadRange {
  if (header === undefined) return {kind: 'bytes', first: 0, end: undefined, total: undefined};
  // "0--1/0" is what @google-cloud/storage sends for the one, empty chunk of an empty object.
  const match = /^bytes (?:\*|(\d{1,15})-(\d{1,15}|-1|\*))\/(\d{1,15}|\*)$/.exec(header.trim());
  if (match === null) throw invalid('Failed to parse Content-Range header.');
  const [, from, to, size] = match;
  const total = size === undefined || size === '*' ? undefined : Number(size);
  if (from === undefined) return {kind: 'query', total};
  const first = Number(from);
  const end = to === undefined || to === '*' ? undefined : Number(to) + 1;
  const isEmptyObject = first === 0 && end === 0 && total === 0;
  const isBackwards = end !== undefined && end <= first && !isEmptyObject;
  const isBeyondTotal = total !== undefined && (end ?? first) > total;
  if (isBackwards || isBeyondTotal) throw invalid('Failed to parse Content-Range header.');
  return {kind: 'bytes', first, end, total};
}
