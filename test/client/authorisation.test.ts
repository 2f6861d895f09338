import assert from 'node:assert/strict';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {answering, rawServers} from '../support/raw-server.js';
import {emulatedClient} from './emulated-client.js';

describe('a request whose signal was aborted before', () => {
  const start = rawServers();
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
  });

  after(() => emulator.close());

  // node-fetch destroys the body of such a request with an error that nobody hears, which ends the process.
  it('is not sent, with a token in hand, either, and does not end the process', async () => {
    const api = await start(answering(200, '{}'));
    const client = emulatedClient(emulator);
    const request = {url: api.url, method: 'POST', data: {name: 'x'}} as const;
    const aborted = () => client.request({...request, signal: AbortSignal.abort()});
    await assert.rejects(aborted(), {code: 'ABORTED'});
    assert.deepEqual(emulator.requests, [], 'nobody waits for a token');
    await client.request(request);
    await assert.rejects(aborted(), {code: 'ABORTED'});
    assert.equal(api.requests.length, 1);
  });
});
