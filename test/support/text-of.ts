import fc from 'fast-check';

/** Any text of these characters, of a length in between. */
export function textOf(
  alphabet: string,
  minLength: number,
  maxLength: number,
): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...Array.from(alphabet)), {minLength, maxLength})
    .map(characters => characters.join(''));
}
