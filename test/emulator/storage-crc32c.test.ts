import {CRC32C} from '@google-cloud/storage';
import assert from 'node:assert/strict';
import {crc32c} from '../../src/emulator/storage/crc32c.js';
import {sampleBytes} from './storage-fixture.js';

describe('crc32c', () => {
  // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4, and Google's own example.
  for (const [name, bytes, expected] of [
    ['nothing', Buffer.alloc(0), '00000000'],
    ['the digits', Buffer.from('123456789'), 'e3069283'],
    ['32 zeros', Buffer.alloc(32), '8a9136aa'],
    ['32 ones', Buffer.alloc(32, 0xff), '62a8ab43'],
    ['32 ascending', Buffer.from(Array.from({length: 32}, (_, at) => at)), '46dd794e'],
    ['32 descending', Buffer.from(Array.from({length: 32}, (_, at) => 31 - at)), '113fdb5c'],
  ] as const) {
    it(`of ${name} is ${expected}`, () => {
      assert.equal(crc32c(bytes), Buffer.from(expected, 'hex').toString('base64'));
    });
  }

  it("is what Google's own library makes of any bytes", () => {
    for (const length of [1, 2, 3, 4, 5, 255, 256, 257, 8 * 1024 * 1024 + 1]) {
      const bytes = sampleBytes(length, length);
      const theirs = new CRC32C();
      theirs.update(bytes);
      assert.equal(crc32c(bytes), theirs.toString());
    }
  });
});
