import assert from 'node:assert/strict';
import {answering, httpResponse, rawServers} from '../support/raw-server.js';
import {runNode} from '../support/run-node.js';
import {SAMPLE_SECRETS, SAMPLE_SUBJECT_TOKEN} from '../support/sample-secrets.js';
import {assertHidden} from '../support/secrets.js';

describe("google-auth-library's log", () => {
  const start = rawServers();

  it('shows no secret of an exchange, whether it succeeds, is refused with an echo, or breaks', async () => {
    const good = await start(
      answering(
        200,
        JSON.stringify({
          access_token: SAMPLE_SECRETS.federatedToken,
          token_type: 'Bearer',
          expires_in: 3600,
          accessToken: SAMPLE_SECRETS.serviceAccountToken,
          expireTime: '9999-01-01T00:00:00Z',
        }),
      ),
    );
    const bad = await start((socket, {head, body}) => {
      const said = {error: 'invalid_grant', error_description: `${body} ${head}`};
      socket.write(httpResponse(400, JSON.stringify(said)));
    });
    const broken = await start(socket => socket.resetAndDestroy());
    const origins = [good, bad, broken].map(({port}) => `http://127.0.0.1:${port}`);
    const {status, stdout, stderr} = await runNode(
      ['test/google/logged-exchange-program.ts', ...origins],
      {
        GOOGLE_SDK_NODE_LOGGING: 'auth',
      },
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), [
      'ok',
      'ok',
      'TOKEN_EXCHANGE_REFUSED',
      'IMPERSONATION_REFUSED',
      'NETWORK_ERROR',
      'NETWORK_ERROR',
    ]);
    assert.match(stderr, /request .*\/v1\/token/, 'the log is on');
    assert.match(stderr, /response .*\[read and masked\]/);
    assertHidden(stderr, {
      ...SAMPLE_SECRETS,
      'subject token': SAMPLE_SUBJECT_TOKEN,
      'part of the session token': SAMPLE_SECRETS.sessionToken.slice(0, 60),
      'part of the signature': SAMPLE_SECRETS.signature.slice(0, 32),
    });
  });
});
