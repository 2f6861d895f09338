import {nearName} from './near-name.js';

/** Every key of a type, so that a new one cannot be forgotten. */
export type KeysOf<T> = {readonly [Key in keyof Required<T>]: true};

/**
 * Refuses what is no object, or has a key that is not known: in JavaScript, a slip would be dropped in
 * silence.
 *
 * @param what - whose keys they are, for messages
 * @throws TypeError that names the key, which one was probably meant, and which there are.
 */
export function checkKeys<T>(given: unknown, keys: KeysOf<T>, what: string): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${what} takes an object.`);
  }
  const known = Object.keys(keys);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || known.includes(key)) continue;
    const near = nearName(key, known);
    throw new TypeError(
      `${what} does not know ${JSON.stringify(key)}.${near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`} It knows ${known.join(', ')}.`,
    );
  }
}
