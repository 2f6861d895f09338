import assert from 'node:assert/strict';
import {startServer, type LocalServer} from '../support/local-server.js';
import {runNode} from '../support/run-node.js';

const TOKEN = JSON.stringify({
  access_token: 'a-token',
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 3600,
});

describe('what the first request loads', () => {
  let server: LocalServer;
  /** What the server gives a token only after, when the client has begun to load it. */
  let awaited: Set<string>;

  beforeEach(async () => {
    let onLoaded: () => void = () => undefined;
    const load = new Promise<void>(resolve => (onLoaded = resolve));
    server = await startServer((request, response) => {
      if (request.url === '/v1/token') {
        if (awaited.size === 0) onLoaded();
        void load.then(() => response.end(TOKEN));
        return;
      }
      awaited.delete((request.url ?? '').replace('/loaded/', ''));
      if (awaited.size === 0) onLoaded();
      response.end();
    });
  });

  afterEach(() => server.close());

  const run = async (call: string, ...names: string[]): Promise<string> => {
    awaited = new Set(names);
    const {stdout, stderr} = await runNode(['test/client/loaded-ahead-program.ts', call], {
      TOKEN_SERVER: server.url,
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a-secret',
      AWS_REGION: 'us-east-1',
    });
    assert.equal(stderr, '');
    return stdout;
  };

  it('is not loaded for a token alone', async () => {
    assert.equal(await run('getAccessToken'), 'answered');
  });

  for (const call of ['getRequestHeaders', 'request']) {
    it(`is loaded for ${call}() while Google STS is asked`, async () => {
      assert.equal(await run(call, 'headers', 'node-fetch'), 'answered, headers, node-fetch');
    });
  }

  it('is headers alone for gRPC, which sends by itself', async () => {
    assert.equal(await run('grpc', 'headers'), 'answered, headers');
  });

  for (const [where, call] of [
    ['has a window', 'window'],
    ['replaces node-fetch', 'mock'],
  ] as const) {
    it(`leaves a test’s own fetch alone where it ${where}`, async () => {
      assert.equal(await run(call, 'headers'), 'answered, headers');
    });
  }

  it('is told to be missing to who asks for headers, where the process has none', async () => {
    assert.equal(await run('none'), 'ReferenceError: Headers is not defined');
  });
});
