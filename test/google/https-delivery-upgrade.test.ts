import assert from 'node:assert/strict';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {send} from '../../src/google/transport.js';
import {rawServers} from '../support/raw-server.js';
import {rejectionOf} from '../support/thrown.js';
import {tokenRequest} from '../support/token-request.js';

describe('the delivery over node:https', () => {
  const start = rawServers();

  it('takes a change of protocol, which is no answer, for a broken connection', async () => {
    const server = await start(socket => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
    });
    const error = await rejectionOf(
      send(createHttpsDelivery(), tokenRequest(server.url), {timeoutMillis: 15_000}),
    );
    assert.equal(error.code, 'NETWORK_ERROR');
    assert.equal(error.transient, true);
  });
});
