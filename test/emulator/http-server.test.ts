import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import {FaultQueue} from '../../src/emulator/server/fault.js';
import {HttpServer} from '../../src/emulator/server/http-server.js';
import {RequestNotes} from '../../src/emulator/server/request-notes.js';
import type {RequestRecord} from '../../src/emulator/server/request-record.js';
import type {ServiceReply} from '../../src/emulator/service.js';
import {send} from './support/http.js';

describe('the HTTP server under the services', () => {
  let server: HttpServer;
  let url: string;
  let answer: () => Promise<ServiceReply>;
  const faults = new FaultQueue();
  const records: RequestRecord[] = [];

  beforeEach(async () => {
    records.length = 0;
    server = new HttpServer({
      port: 0,
      clock: Date.now,
      faults,
      notes: new RequestNotes(),
      isFromGoogle: () => false,
      onRecord: record => records.push(record),
      services: [{name: 'storage', handles: () => true, answer: () => answer()}],
    });
    url = `http://127.0.0.1:${await server.listen()}`;
  });

  afterEach(() => server.close());

  const stream = () => Readable.from([Buffer.from('first '), Buffer.from('second')]);

  it('sends a body that streams', async () => {
    answer = async () => ({status: 206, headers: {'Content-Length': '12'}, body: stream()});
    const {status, headers, text} = await send(url, {path: '/'});
    assert.deepEqual([status, headers['content-length'], text], [206, '12', 'first second']);
    assert.equal(records[0]?.status, 206);
  });

  it('drips and breaks off one that streams', async () => {
    answer = async () => ({status: 200, body: stream()});
    faults.add({service: 'storage', dripMillisPerByte: 1});
    assert.equal((await send(url, {path: '/'})).text, 'first second');
    faults.add({service: 'storage', reset: 'body'});
    await assert.rejects(send(url, {path: '/'}), {code: 'ECONNRESET'});
  });

  it('breaks the connection where a stream breaks', async () => {
    answer = async () => ({
      status: 200,
      body: Readable.from(
        (function* () {
          yield Buffer.from('first');
          throw new Error('The disk is gone.');
        })(),
      ),
    });
    await assert.rejects(send(url, {path: '/'}), {code: 'ECONNRESET'});
  });

  it('has the length that a reply to HEAD tells, and no body', async () => {
    answer = async () => ({status: 200, headers: {'content-length': '1000'}});
    const {headers, text} = await send(url, {method: 'HEAD', path: '/'});
    assert.deepEqual([headers['content-length'], text], ['1000', '']);
  });

  it('says what a service threw', async () => {
    answer = () => Promise.reject(new RangeError('too far'));
    const {status, text} = await send(url, {path: '/'});
    assert.deepEqual([status, text], [500, 'The emulator failed: RangeError: too far\n']);
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a service of somebody's own may do it
    answer = () => Promise.reject('far');
    assert.equal((await send(url, {path: '/'})).text, 'The emulator failed: a thrown value\n');
  });

  it('breaks what waits when it closes', async () => {
    answer = async () => ({status: 200});
    faults.add({service: 'storage', delayMillis: 3_600_000});
    const waiting = assert.rejects(send(url, {path: '/'}), {code: 'ECONNRESET'});
    // Its own request comes after the one that waits.
    await send(url, {path: '/'});
    await server.close();
    await waiting;
    assert.equal(records.length, 2);
  });
});
