import assert from 'node:assert/strict';
import {runNode} from '../support/run-node.js';

describe('a client that is derived and dropped', () => {
  it('is kept in memory by nobody', async () => {
    const {status, stdout, stderr} = await runNode(
      ['--expose-gc', 'test/client/derived-clients-program.ts'],
      {},
    );
    assert.equal(status, 0, stderr);
    assert.ok(Number(stdout) <= 1, `${stdout} of 100 are still there`);
  });
});
