/** A length-delimited field in Protocol Buffers' binary form: a text, or a message of fields. */
export function field(number: number, ...content: readonly (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(content.map(part => Buffer.from(part)));
  if (number > 15 || bytes.length > 127) throw new RangeError('more than one byte would be needed');
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
}
