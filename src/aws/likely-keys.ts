import {inspect} from 'node:util';
import {isError} from '../masking.js';

// Secret keys have 40 characters and session tokens hundreds. A provider that fails may quote what it
// read, and nobody has handed those keys to us to be masked.
const KEY_SHAPE = /(?<![\w/+=])(?:[\w/+=-]{100,}|[\w/+]{40})(?![\w/+=])/g;
// Each is looked for on its own: looked ahead for, they would be, at every word, through all that follows.
const KEY_CHARACTERS = [/[A-Z]/, /[a-z]/, /\d/];

// What JSON.parse quotes of an answer that is no JSON, some forty characters: a piece of a key has no shape. HTML may show.
const QUOTED_BY_JSON = /"([^"<][^]{0,999})"(?:\.\.\.)? is not valid JSON/;

/**
 * What may be an AWS key, or a piece of one, in what somebody else's code has thrown, or has given in another
 * value's place.
 */
export function likelyKeys(said: unknown): string[] {
  const shown = inspect(said, {depth: 5, customInspect: false, maxStringLength: null});
  const keys = (shown.match(KEY_SHAPE) ?? []).filter(word =>
    KEY_CHARACTERS.every(character => character.test(word)),
  );
  const quoted = isError(said) ? QUOTED_BY_JSON.exec(said.message)?.[1] : undefined;
  return quoted === undefined ? keys : [...keys, quoted];
}
