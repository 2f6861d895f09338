import {cutAtDelimiters, splitPart} from '../multipart-related.js';
import {invalidArgument} from './xml-refusal.js';

/** A form that uploads a file. */
export interface UploadForm {
  /** What stands before the file, by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Buffer;
  readonly fileName: string;
  readonly fileType: string | undefined;
}

/**
 * Reads a `multipart/form-data` body. What comes after the file is ignored, as Google does.
 *
 * @throws Refused `InvalidArgument`; StorageApiError for a body that is not multipart
 * @see https://www.rfc-editor.org/rfc/rfc7578
 */
export function readUploadForm(body: Buffer, contentType: string | undefined): UploadForm {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType ?? '') ??
    [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalidArgument('The form has no boundary.');
  const fields = new Map<string, string>();
  for (const {headers, content} of cutAtDelimiters(body, boundary).map(splitPart)) {
    const disposition = headers.get('content-disposition') ?? '';
    const name = parameter(disposition, 'name')?.toLowerCase();
    if (name === undefined) throw invalidArgument('A part of the form has no name.');
    if (name === 'file') {
      const fileName = parameter(disposition, 'filename') ?? '';
      return {fields, file: content, fileName, fileType: headers.get('content-type')};
    }
    fields.set(name, content.toString('utf8'));
  }
  throw invalidArgument('Missing file in the form.');
}

// Part headers are read as Latin-1, while browsers and fetch send UTF-8 in them, with quotes escaped.
function parameter(disposition: string, name: string): string | undefined {
  const value = new RegExp(`[;\\s]${name}="([^"]*)"`, 'i').exec(disposition)?.[1];
  return value === undefined
    ? undefined
    : Buffer.from(value, 'latin1').toString('utf8').replaceAll('%22', '"');
}
