import assert from 'node:assert/strict';
import {emulators} from '../emulator/support/running.js';
import {makeBucket} from './run-rows.js';

describe('the bucket of a run of rows', () => {
  const start = emulators();

  for (const reset of ['headers', 'body'] as const) {
    it(`is there though the answer to its creation was lost: ${reset}`, async () => {
      const emulator = await start();
      emulator.failNext({service: 'storage', reset});
      assert.match(await makeBucket(emulator), /^rows-/);
      const statuses = emulator.requests
        .filter(({operation}) => operation === 'storage.buckets.insert')
        .map(({status}) => status);
      assert.equal(statuses.at(-1), 409);
    });
  }
});
