import type {Versions} from './preconditions.js';

/**
 * Google's etags are protocol buffers in base64. A bucket's has its metageneration as field 1.
 * https://cloud.google.com/storage/docs/hashes-etags#etags
 */
export function bucketEtag({metageneration}: Versions): string {
  return encode([0x08, ...varint(metageneration)]);
}

/** An object's has its generation as field 1, its metageneration as field 2. */
export function objectEtag({generation, metageneration}: Versions): string {
  return encode([0x08, ...varint(generation), 0x10, ...varint(metageneration)]);
}

function encode(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('base64');
}

/** https://protobuf.dev/programming-guides/encoding/#varints */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  // Arithmetic, for a generation does not fit into the 32 bits of the bitwise operators.
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}
