/**
 * Writes a text as a string of CEL that means exactly this text.
 *
 * @see https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values
 */
export function celString(value: string): string {
  return `'${value.replace(/[\\']/g, String.raw`\$&`)}'`;
}
