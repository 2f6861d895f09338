/** Which bytes a download asks for: `last` is the last one, included. */
export type ByteRange = {readonly first: number; readonly last: number} | 'all' | 'unsatisfiable';

/**
 * Reads a `Range` header. What is no single byte range counts as no range at all, as RFC 9110 has
 * it and Google does.
 * https://cloud.google.com/storage/docs/json_api/v1/parameters#range
 * https://www.rfc-editor.org/rfc/rfc9110#section-14.2
 */
export function readByteRange(header: string | undefined, size: number): ByteRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (from === '' && to === '') return 'all';
  if (from === '') {
    const length = Math.min(Number(to), size);
    return length === 0 ? 'unsatisfiable' : {first: size - length, last: size - 1};
  }
  const first = Number(from);
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < first) return 'all';
  return first >= size ? 'unsatisfiable' : {first, last};
}
