import {invalid, StorageApiError} from './api-error.js';

const LARGEST_PAGE = 1000;

/** What a list request asks for. */
export interface ListWishes {
  readonly prefix: string;
  readonly delimiter: string;
  readonly startOffset: string;
  readonly endOffset: string;
  /** Whether an object whose name is a prefix is listed beside that prefix. */
  readonly includeTrailingDelimiter: boolean;
  readonly maxResults: number;
  /** The last entry of the page before. */
  readonly after: string;
}

/** One page of a list: names, and the prefixes that stand for several names each. */
export interface ListPage {
  readonly names: readonly string[];
  readonly prefixes: readonly string[];
  readonly nextPageToken: string | undefined;
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export function readListWishes(query: URLSearchParams): ListWishes {
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    startOffset: query.get('startOffset') ?? '',
    endOffset: query.get('endOffset') ?? '',
    includeTrailingDelimiter: query.get('includeTrailingDelimiter') === 'true',
    maxResults: readMaxResults(query.get('maxResults')),
    after: readPageToken(query.get('pageToken')),
  };
}

/** The page of all these names that is asked for. Names and prefixes count alike. */
export function listPage(allNames: Iterable<string>, wishes: ListWishes): ListPage {
  const names: string[] = [];
  const prefixes: string[] = [];
  let last = wishes.after;
  for (const name of selectNames(allNames, wishes)) {
    const prefix = prefixOf(name, wishes);
    if (prefix !== undefined && prefix === last) continue;
    const isBoth = prefix === name && wishes.includeTrailingDelimiter;
    const listed = names.length + prefixes.length;
    const room = wishes.maxResults - listed;
    // An empty page takes both, whatever its size: the list would never end otherwise.
    if (room < 1 || (isBoth && room < 2 && listed > 0)) {
      return {names, prefixes, nextPageToken: Buffer.from(last, 'utf8').toString('base64url')};
    }
    if (prefix === undefined || isBoth) names.push(name);
    if (prefix !== undefined) prefixes.push(prefix);
    last = prefix ?? name;
  }
  return {names, prefixes, nextPageToken: undefined};
}

function selectNames(allNames: Iterable<string>, wishes: ListWishes): string[] {
  const {after, endOffset, prefix, startOffset} = wishes;
  return [...allNames]
    .filter(name => name.startsWith(prefix))
    .filter(name => compareNames(name, startOffset) >= 0)
    .filter(name => endOffset === '' || compareNames(name, endOffset) < 0)
    .filter(name => compareNames(name, after) > 0)
    .sort(compareNames);
}

function prefixOf(name: string, {delimiter, prefix}: ListWishes): string | undefined {
  if (delimiter === '') return undefined;
  const found = name.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : name.slice(0, found + delimiter.length);
}

/**
 * The order of the UTF-8 bytes, which is the order of the code points. The order of strings is
 * that of UTF-16, which puts what lies beyond U+FFFF before U+E000.
 */
function compareNames(one: string, other: string): number {
  for (let at = 0; at < one.length && at < other.length; at++) {
    const difference = rankOf(one.charCodeAt(at)) - rankOf(other.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function rankOf(unit: number): number {
  const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
  return isSurrogate ? unit + 0x10000 : unit;
}

function readMaxResults(text: string | null): number {
  if (text === null) return LARGEST_PAGE;
  if (!/^\d{1,10}$/.test(text)) {
    throw new StorageApiError(400, `Invalid unsigned integer value: '${text}'.`, {
      reason: 'invalid',
      location: {type: 'parameter', name: 'maxResults'},
    });
  }
  // Zero is how a client says that it does not mind.
  return Math.min(Number(text) || LARGEST_PAGE, LARGEST_PAGE);
}

function readPageToken(token: string | null): string {
  if (token === null) return '';
  const name = Buffer.from(token, 'base64url').toString('utf8');
  if (name === '' || Buffer.from(name, 'utf8').toString('base64url') !== token) {
    throw invalid('Invalid argument.');
  }
  return name;
}
