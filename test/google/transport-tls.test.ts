import assert from 'node:assert/strict';
import {Agent} from 'node:https';
import {createServer, type AddressInfo} from 'node:net';
import type {AwsAuthError} from '../../src/errors.js';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {send, type Transporter} from '../../src/google/transport.js';
import {answering, rawServers, testAuthority} from '../support/raw-server.js';
import {assertHidden, printed} from '../support/secrets.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios, SENT_SECRETS, tokenRequest} from '../support/token-request.js';

const LONG = {timeoutMillis: 15_000};

describe('send over TLS', () => {
  const start = rawServers();
  const over = (agent?: Agent): Transporter => directGaxios(agent === undefined ? {} : {agent});
  const ca = testAuthority();

  it('takes a server whose authority it knows', async () => {
    const server = await start(answering(200, '{"ok":true}'), 'https');
    const agent = new Agent({ca});
    const {text} = await send(over(agent), tokenRequest(server.url), LONG);
    agent.destroy();
    assert.equal(text, '{"ok":true}');
  });

  for (const [title, transporter, code] of [
    ['of an unknown authority', over(), /UNABLE_TO_VERIFY_LEAF_SIGNATURE.*NODE_EXTRA_CA_CERTS/],
    [
      'of an unknown authority, by itself',
      createHttpsDelivery(),
      /UNABLE_TO_VERIFY_LEAF_SIGNATURE.*NODE_EXTRA_CA_CERTS/,
    ],
    [
      'of another name',
      over(new Agent({ca, servername: 'evil.example'})),
      /ALTNAME_INVALID.*another name/,
    ],
  ] as const) {
    it(`sends nothing to a server ${title}, and does not try again`, async () => {
      const server = await start(answering(200, '{}'), 'https');
      const error = await rejectionOf(send(transporter, tokenRequest(server.url), LONG));
      assertHandshakeFailed(error, code);
      assert.deepEqual(server.requests, []);
    });
  }

  it('sends nothing over a connection that was made ahead, to a server of an unknown authority', async () => {
    const server = await start(answering(200, '{}'), 'https');
    const delivery = createHttpsDelivery();
    void delivery.prepare(server.url);
    const early = await rejectionOf(send(delivery, tokenRequest(server.url), LONG));
    assertHandshakeFailed(early, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    void delivery.prepare(server.url);
    await server.disconnected;
    const late = await rejectionOf(send(delivery, tokenRequest(server.url), LONG));
    assertHandshakeFailed(late, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
    assert.deepEqual(server.requests, []);
  });

  for (const [name, transporter] of [
    ['a Gaxios', over()],
    ['node:https', createHttpsDelivery()],
  ] as const) {
    it(`sends nothing to a server that does not speak TLS, and does not try again, through ${name}`, async () => {
      let heard = '';
      const server = createServer(socket => {
        socket.on('error', () => undefined);
        socket.on('data', chunk => {
          heard += chunk.toString('latin1');
          socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
        });
      });
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      const {port} = server.address() as AddressInfo;
      const url = `https://127.0.0.1:${port}/v1/token`;
      const error = await rejectionOf(send(transporter, tokenRequest(url), LONG));
      server.close();
      assertHandshakeFailed(error, /(?:EPROTO|ERR_SSL).*does not speak TLS/);
      assertHidden(heard, SENT_SECRETS);
    });
  }

  const assertHandshakeFailed = (error: AwsAuthError, code: RegExp): void => {
    assert.equal(error.code, 'NETWORK_ERROR');
    assert.equal(error.transient, false, 'what is not trusted now is not trusted a second later');
    assert.match(error.message, code);
    assertHidden(printed(error), SENT_SECRETS);
  };
});
