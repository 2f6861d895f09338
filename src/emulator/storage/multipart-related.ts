import {invalid} from './api-error.js';

const LINE_BREAK = '\r\n';

/** The two parts of a multipart upload: metadata, then media. */
export interface RelatedParts {
  readonly metadata: Buffer;
  readonly media: Buffer;
  readonly mediaType: string | undefined;
}

/** The boundary that a `Content-Type: multipart/related` header names. */
export function readBoundary(contentType: string | undefined): string {
  const match = /^multipart\/related\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(
    contentType ?? '',
  );
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) {
    throw invalid(
      `A multipart upload takes the Content-Type multipart/related with a boundary, not '${contentType ?? ''}'.`,
    );
  }
  return boundary;
}

/**
 * Splits a `multipart/related` body.
 * https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects
 * https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1
 */
export function splitRelatedParts(body: Buffer, boundary: string): RelatedParts {
  const sections = cutAtDelimiters(body, boundary);
  const [metadata, media, ...others] = sections.map(splitPart);
  if (metadata === undefined || media === undefined || others.length > 0) {
    throw invalid('Malformed multipart body.');
  }
  return {
    metadata: metadata.content,
    media: media.content,
    mediaType: media.headers.get('content-type'),
  };
}

/** What stands between the delimiters, up to the closing one. */
export function cutAtDelimiters(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`${LINE_BREAK}--${boundary}`);
  // The first delimiter needs no line break before it where the body begins with it.
  const opening = delimiter.subarray(LINE_BREAK.length);
  const isAtStart = body.subarray(0, opening.length).equals(opening);
  let start = isAtStart ? opening.length : endOf(body, delimiter, 0);
  const sections: Buffer[] = [];
  while (start !== undefined) {
    const after = body.toString('latin1', start, start + 2);
    if (after === '--') return sections;
    const lineEnd = body.indexOf(LINE_BREAK, start);
    // Only blanks may follow a delimiter on its line.
    if (lineEnd < 0 || body.toString('latin1', start, lineEnd).trim() !== '') break;
    const next = body.indexOf(delimiter, lineEnd);
    if (next < 0) throw invalid('Missing end boundary in multipart body.');
    // A part without headers and content may share its line break with the next delimiter.
    sections.push(body.subarray(lineEnd + LINE_BREAK.length, Math.max(next, lineEnd + 2)));
    start = next + delimiter.length;
  }
  throw invalid('Malformed multipart body.');
}

function endOf(body: Buffer, delimiter: Buffer, from: number): number | undefined {
  const found = body.indexOf(delimiter, from);
  return found < 0 ? undefined : found + delimiter.length;
}

/** The headers of a part, by lower-case name, and its content. */
export function splitPart(section: Buffer): {headers: Map<string, string>; content: Buffer} {
  // A part that begins with a line break has no headers.
  const hasHeaders = !section.subarray(0, 2).equals(Buffer.from(LINE_BREAK));
  const headerEnd = hasHeaders ? section.indexOf(LINE_BREAK.repeat(2)) : -LINE_BREAK.length;
  if (hasHeaders && headerEnd < 0) throw invalid('Malformed multipart body.');
  const headers = new Map<string, string>();
  for (const line of section.toString('latin1', 0, Math.max(headerEnd, 0)).split(LINE_BREAK)) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase() ?? 'binary';
  const content = section.subarray(headerEnd + 2 * LINE_BREAK.length);
  if (encoding === 'base64') {
    return {headers, content: Buffer.from(content.toString('latin1'), 'base64')};
  }
  if (!['binary', '7bit', '8bit'].includes(encoding)) {
    throw invalid(`Unsupported Content-Transfer-Encoding: '${encoding}'.`);
  }
  return {headers, content};
}
