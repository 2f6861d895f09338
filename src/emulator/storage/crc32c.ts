/** The Castagnoli polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Int32Array.from({length: 256}, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  }
  return remainder;
});

/**
 * CRC-32C of some bytes, as the API writes it: base64 of the big-endian number.
 * https://cloud.google.com/storage/docs/data-validation#crc32c
 */
export function crc32c(bytes: Uint8Array): string {
  let remainder = -1;
  for (const byte of bytes) {
    remainder = (TABLE[(remainder ^ byte) & 0xff] ?? 0) ^ (remainder >>> 8);
  }
  const result = Buffer.alloc(4);
  result.writeInt32BE(~remainder);
  return result.toString('base64');
}
