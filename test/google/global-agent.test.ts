import assert from 'node:assert/strict';
import {answering, rawServers} from '../support/raw-server.js';
import {runNode} from '../support/run-node.js';

describe("the delivery over node:https, where the process's global agent is", () => {
  const start = rawServers();

  for (const [title, outcome] of [
    ['another agent', '{"ok":true}'],
    ['another agent of the same options', '{"ok":true}'],
    ['another agent, without TLS', '{"ok":true} by it'],
    ['its authority', '{"ok":true}'],
    ['as it was', 'NETWORK_ERROR'],
  ] as const) {
    it(`${title}: ${outcome}`, async () => {
      const scheme = title.endsWith('without TLS') ? 'http' : 'https';
      const server = await start(answering(200, '{"ok":true}'), scheme);
      const {status, stdout, stderr} = await runNode(
        ['test/google/global-agent-program.ts', title, server.url],
        {},
      );
      assert.deepEqual([stderr, status, stdout], ['', 0, outcome]);
      assert.equal(server.connections(), 1, 'none is made ahead that would not be used');
    });
  }
});
