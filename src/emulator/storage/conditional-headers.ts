import type {IncomingHttpHeaders} from 'node:http';
import {StorageApiError} from './api-error.js';
import {conditionNotMet} from './preconditions.js';

/** What the conditions of a read are compared with. */
export interface Validators {
  readonly etag: string;
  /** When it was changed, in epoch ms; `undefined` where an API compares no dates. */
  readonly updated?: number;
}

/**
 * Refuses a read whose `If-Match`, `If-None-Match` or their relatives with dates do not hold; a 304
 * where what is wished for is what the reader has.
 * https://cloud.google.com/storage/docs/request-preconditions
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2
 */
export function checkConditionalHeaders(
  headers: IncomingHttpHeaders,
  {etag, updated}: Validators,
): void {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  const isChanged = isSince(updated, headers['if-unmodified-since']);
  if (match === undefined ? isChanged === true : !names(match, etag)) {
    throw conditionNotMet('If-Match');
  }
  const isKnown = isSince(updated, headers['if-modified-since']) === false;
  if (noneMatch === undefined ? isKnown : names(noneMatch, etag)) {
    throw new StorageApiError(304, 'Not Modified', {reason: 'notModified', headers: {etag}});
  }
}

/**
 * Whether a range of bytes may be sent: not where `If-Range` names another content than there is.
 * https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5
 */
export function isRangeWished(headers: IncomingHttpHeaders, {etag, updated}: Validators): boolean {
  const wish = [headers['if-range'] ?? []].flat()[0];
  if (wish === undefined) return true;
  return names(wish, etag) || isSince(updated, wish) === false;
}

function names(tags: string, etag: string): boolean {
  const known = bare(etag);
  return tags.split(',').some(tag => tag.trim() === '*' || bare(tag) === known);
}

// The JSON API's etags have no quotation marks, and come back with them or without.
function bare(tag: string): string {
  return tag.trim().replace(/^(?:W\/)?"(.*)"$/, '$1');
}

/** Whether something changed after a date; `undefined` where either is not known. HTTP's dates have seconds. */
function isSince(updated: number | undefined, date: string | undefined): boolean | undefined {
  const then = Date.parse(date ?? '');
  if (updated === undefined || Number.isNaN(then)) return undefined;
  return Math.floor(updated / 1000) * 1000 > then;
}
