import assert from 'node:assert/strict';
import {runNode} from '../support/run-node.js';

describe('a client that is made and dropped', () => {
  it('is kept in memory by nobody', async () => {
    const {status, stdout, stderr} = await runNode(
      ['--expose-gc', 'test/client/derived-clients-program.ts'],
      {},
    );
    assert.deepEqual([stderr, status], ['', 0]);
    const [alive, listening] = JSON.parse(stdout) as [[kind: string, count: number][], number];
    assert.equal(alive.length, 5);
    for (const [kind, count] of alive) {
      assert.ok(count <= 1, `${count} of 100 ${kind} are still there`);
    }
    assert.ok(listening <= 5, `${listening} of 500 still listen to the tokens that they shared`);
  });
});
