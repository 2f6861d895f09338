import type {ServiceReply} from '../service.js';
import {StorageApiError} from './api-error.js';
import {isRecord} from './request-body.js';

/** The fields that are wished for, each with those in it, or `all` of them. */
type Selection = Map<string, Selection | 'all'>;

/**
 * Reads the parameter `fields`, and gives what cuts a reply down to them.
 *
 * @throws StorageApiError where it is no selection of fields
 * @see https://cloud.google.com/storage/docs/json_api#partial-response
 */
export function readFields(text: string | null): (reply: ServiceReply) => ServiceReply {
  if (text === null || text === '') return reply => reply;
  const selection = parseSelection(text);
  return reply => {
    const isJson = reply.headers?.['content-type']?.startsWith('application/json') === true;
    if (!isJson || typeof reply.body !== 'string') return reply;
    return {...reply, body: JSON.stringify(select(JSON.parse(reply.body), selection), null, 2)};
  };
}

/** `a,b(c,d),e/f`, where `*` is every field. */
function parseSelection(text: string): Selection {
  const tokens = text.match(/[(),/]|[^(),/]+/g) ?? [];
  let at = 0;
  const readList = (into: Selection): Selection => {
    for (;;) {
      readItem(into);
      if (tokens[at] !== ',') return into;
      at += 1;
    }
  };
  const readItem = (into: Selection): void => {
    const name = tokens[at++]?.trim() ?? '';
    if (!/^[^\s(),/]+$/.test(name)) throw invalidSelection(text);
    const known = into.get(name);
    const inner: Selection =
      known === undefined || known === 'all' ? new Map<string, Selection | 'all'>() : known;
    const mark = tokens[at];
    const isWhole = mark !== '/' && mark !== '(';
    if (!isWhole) at += 1;
    if (mark === '/') readItem(inner);
    if (mark === '(') {
      readList(inner);
      if (tokens[at++] !== ')') throw invalidSelection(text);
    }
    into.set(name, isWhole || known === 'all' ? 'all' : inner);
  };
  const selection = readList(new Map());
  if (at < tokens.length) throw invalidSelection(text);
  return selection;
}

function select(value: unknown, selection: Selection | 'all'): unknown {
  if (selection === 'all') return value;
  if (Array.isArray(value)) return value.map(item => select(item, selection));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const wish = selection.get(name) ?? selection.get('*');
      return wish === undefined ? [] : [[name, select(inner, wish)]];
    }),
  );
}

function invalidSelection(text: string): StorageApiError {
  return new StorageApiError(400, `Invalid field selection ${text}`, {
    reason: 'invalidParameter',
    location: {type: 'parameter', name: 'fields'},
  });
}
