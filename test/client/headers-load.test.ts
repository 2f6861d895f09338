import assert from 'node:assert/strict';
import {startServer, type LocalServer} from '../support/local-server.js';
import {runNode} from '../support/run-node.js';

const TOKEN = JSON.stringify({
  access_token: 'a-token',
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 3600,
});

describe('the fetch implementation that headers load', () => {
  let server: LocalServer;
  /** Whether the server gives a token only when the client has loaded it. */
  let isHolding: boolean;

  beforeEach(async () => {
    let onLoaded: () => void = () => undefined;
    const load = new Promise<void>(resolve => (onLoaded = resolve));
    server = await startServer((request, response) => {
      if (request.url === '/loaded') onLoaded();
      if (request.url !== '/v1/token') {
        response.end();
        return;
      }
      void (isHolding ? load : Promise.resolve()).then(() => response.end(TOKEN));
    });
  });

  afterEach(() => server.close());

  const run = async (method: string): Promise<string> => {
    const {stdout, stderr} = await runNode(['test/client/headers-load-program.ts', method], {
      TOKEN_SERVER: server.url,
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'a-secret',
      AWS_REGION: 'us-east-1',
    });
    assert.equal(stderr, '');
    return stdout;
  };

  it('is not loaded for a token alone', async () => {
    isHolding = false;
    assert.equal(await run('getAccessToken'), 'answered, not loaded');
  });

  for (const method of ['getRequestHeaders', 'request']) {
    it(`is loaded for ${method}() while Google STS is asked`, async () => {
      isHolding = true;
      assert.equal(await run(method), 'answered, loaded');
    });
  }

  it('is told to be missing to who asks for headers, where the process has none', async () => {
    isHolding = true;
    assert.equal(await run('none'), 'ReferenceError: Headers is not defined, loaded');
  });
});
