import assert from 'node:assert/strict';
import {runNode} from '../support/run-node.js';

describe('a client that is derived and dropped', () => {
  it('is kept in memory by nobody', async () => {
    const {status, stdout, stderr} = await runNode(
      ['--expose-gc', 'test/client/derived-clients-program.ts'],
      {},
    );
    assert.deepEqual([stderr, status], ['', 0]);
    const [alive = NaN, listening = NaN] = JSON.parse(stdout) as number[];
    assert.ok(alive <= 1, `${alive} of 100 are still there`);
    assert.ok(listening <= 1, `${listening} of 100 still listen to the tokens that they shared`);
  });
});
