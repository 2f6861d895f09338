import assert from 'node:assert/strict';
import {Agent, request} from 'node:http';
import {connect} from 'node:net';
import {text} from 'node:stream/consumers';
import type {Emulator, Fault, RequestRecord} from '../../src/emulator/index.js';
import {json, send} from './support/http.js';
import {emulators} from './support/running.js';
import {exchangeParameters, postForm} from './support/signing.js';

const service = 'google-sts';

describe('failNext', () => {
  const start = emulators();
  const exchange = (emulator: Emulator) => postForm(emulator, exchangeParameters(emulator));

  it('answers what it was given, once', async () => {
    const emulator = await start();
    const headers = {'Retry-After': '7', 'Content-Type': 'text/html'};
    emulator.failNext({service, status: 503, headers, body: '<h1>Busy</h1>'});
    const answer = await exchange(emulator);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '7');
    assert.equal(answer.headers['content-type'], 'text/html');
    assert.equal(answer.text, '<h1>Busy</h1>');
    assert.equal((await exchange(emulator)).status, 200);
  });

  it('as often as it was told, and one fault after the other', async () => {
    const emulator = await start();
    emulator.failNext({service, status: 500, times: 2});
    emulator.failNext({service, status: 429, body: {error: 'slow'}});
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await exchange(emulator)).status);
    assert.deepEqual(statuses, [500, 500, 429, 200]);
  });

  it('an object as JSON, bytes as they are, and nothing', async () => {
    const emulator = await start();
    emulator.failNext({service, status: 400, body: {error: 'invalid_grant'}});
    const object = await exchange(emulator);
    assert.deepEqual(json(object), {error: 'invalid_grant'});
    assert.equal(object.headers['content-type'], 'application/json; charset=UTF-8');
    emulator.failNext({service, status: 200, body: new Uint8Array([104, 105])});
    assert.equal((await exchange(emulator)).text, 'hi');
    emulator.failNext({service, status: 204});
    const nothing = await exchange(emulator);
    assert.equal(nothing.status, 204);
    assert.equal(nothing.headers['content-length'], undefined);
  });

  it('a redirect', async () => {
    const emulator = await start();
    emulator.failNext({service, redirectTo: 'https://example.com/'});
    const found = await exchange(emulator);
    assert.equal(found.status, 302);
    assert.equal(found.headers.location, 'https://example.com/');
    emulator.failNext({service, redirectTo: 'https://example.com/', status: 307});
    assert.equal((await exchange(emulator)).status, 307);
  });

  it('nothing else than the service that it names', async () => {
    const emulator = await start();
    emulator.failNext({service: 'storage', status: 500});
    assert.equal((await exchange(emulator)).status, 200);
    const list = {path: '/storage/v1/b?project=my-project'};
    assert.equal((await send(emulator.url, list)).status, 500);
    assert.equal((await send(emulator.url, list)).status, 401);
  });

  it('resets before the service sees the request', async () => {
    const emulator = await start();
    emulator.failNext({service, reset: 'before'});
    await assert.rejects(exchange(emulator), {code: 'ECONNRESET'});
    assert.equal(emulator.requests.length, 1);
    assert.equal(emulator.requests[0]?.status, undefined);
  });

  for (const reset of ['headers', 'body'] as const) {
    it(`breaks off after the ${reset === 'body' ? 'first half of the body' : 'headers'}, the work done`, async () => {
      const emulator = await start();
      emulator.failNext({service, reset});
      const {status, received, expected} = await readUntilItBreaks(emulator);
      assert.equal(status, 200);
      assert.ok(expected > 100);
      assert.equal(received, reset === 'headers' ? 0 : Math.ceil(expected / 2));
      assert.deepEqual(
        emulator.requests.map(record => `${record.service} ${String(record.status)}`),
        ['aws-sts 200', 'google-sts 200'],
      );
    });
  }

  it('breaks off after the status line, the work done', async () => {
    const emulator = await start();
    emulator.failNext({service, reset: 'status-line'});
    assert.equal(await bytesOf(emulator), 'HTTP/1.1 200 OK\r\n');
    assert.deepEqual(
      emulator.requests.map(record => `${record.service} ${String(record.status)}`),
      ['aws-sts 200', 'google-sts 200'],
    );
    assert.equal((await exchange(emulator)).status, 200);
  });

  it('hangs, until the client gives up', async () => {
    const controller = new AbortController();
    let onRequest: ((record: RequestRecord) => void) | undefined;
    const recorded = new Promise<RequestRecord>(resolve => (onRequest = resolve));
    const emulator = await start({
      // The emulator looks at its clock when a request arrives.
      clock: () => {
        queueMicrotask(() => controller.abort());
        return Date.now();
      },
      onRequest: record => onRequest?.(record),
    });
    emulator.failNext({service, hang: true});
    const {signal} = controller;
    await assert.rejects(fetch(`${emulator.url}/v1/token`, {method: 'POST', signal}), {
      name: 'AbortError',
    });
    assert.equal((await recorded).status, undefined);
    assert.equal((await exchange(emulator)).status, 200);
  });

  it('waits, and answers as ever', async () => {
    const emulator = await start();
    emulator.failNext({service, delayMillis: 40});
    assert.equal((await exchange(emulator)).status, 200);
    assert.ok((emulator.requests.at(-1)?.millis ?? 0) >= 35);
  });

  it('drips what the service answers, and what it was given', async () => {
    const emulator = await start();
    const chunks = async (fault: Fault) => {
      emulator.failNext(fault);
      const response = await fetch(`${emulator.url}/v1/token`, {method: 'GET'});
      const read: string[] = [];
      for await (const chunk of response.body ?? []) read.push(Buffer.from(chunk).toString());
      return read;
    };
    const given = await chunks({service, status: 200, body: 'abcd', dripMillisPerByte: 5});
    assert.equal(given.join(''), 'abcd');
    assert.ok((emulator.requests.at(-1)?.millis ?? 0) >= 15);
    const genuine = await chunks({service, dripMillisPerByte: 1});
    assert.equal(genuine.join(''), 'GET is not a method of /v1/token: use POST.\n');
  });

  it('hits what Google sends to AWS', async () => {
    const emulator = await start();
    emulator.failNext({service: 'aws-sts', status: 500});
    assert.equal((await exchange(emulator)).status, 400);
    assert.equal(emulator.requests[0]?.from, 'google-sts');
  });

  it('hits the container endpoint', async () => {
    const emulator = await start();
    emulator.failNext({service: 'aws-container-credentials', status: 500});
    const {pathname} = new URL(emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
    assert.equal((await send(emulator.url, {path: pathname})).status, 500);
  });

  for (const [name, fault] of [
    ['an unknown service', {service: 'aws', status: 500}],
    ['no service', {status: 500}],
    ['nothing to do', {service}],
    ['a delay of nothing', {service, delayMillis: 0}],
    ['no time', {service, status: 500, times: 0}],
    ['half a time', {service, status: 500, times: 0.5}],
    ['a delay below zero', {service, delayMillis: -1}],
    ['a delay that is a text', {service, delayMillis: '1'}],
    ['a delay without end', {service, delayMillis: Infinity}],
    ['a drip that is no number', {service, dripMillisPerByte: NaN}],
    ['an informational status', {service, status: 100}],
    ['a status that is none', {service, status: 600}],
    ['a body without a status', {service, body: 'x', delayMillis: 1}],
    ['headers without a status', {service, headers: {}, delayMillis: 1}],
    ['two things at once', {service, hang: true, reset: 'before'}],
    ['a status and a reset', {service, status: 500, reset: 'before'}],
    ['an unknown reset', {service, reset: 'after'}],
    ['a hang that is none', {service, hang: false}],
    ['a redirect to nowhere', {service, redirectTo: 1}],
    ['a redirect that no header can hold', {service, redirectTo: 'https://example.com/\n'}],
    ['headers that are none', {service, status: 503, headers: 'retry-after: 1'}],
    ['a header with no value', {service, status: 503, headers: {'retry-after': undefined}}],
    ['a header with a line break', {service, status: 503, headers: {'retry-after': '1\n'}}],
    ['a header whose name is none', {service, status: 503, headers: {'retry after': '1'}}],
    ['a body that JSON cannot hold', {service, status: 503, body: {expires_in: 1n}}],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const emulator = await start();
      const wrong: unknown = fault;
      assert.throws(() => emulator.failNext(wrong as Fault), TypeError);
    });
  }

  /** All that comes over a connection of one exchange. */
  async function bytesOf(emulator: Emulator): Promise<string> {
    const body = new URLSearchParams(exchangeParameters(emulator)).toString();
    const head = [
      'POST /v1/token HTTP/1.1',
      `host: ${new URL(emulator.url).host}`,
      'content-type: application/x-www-form-urlencoded',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1');
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    return text(socket);
  }

  function readUntilItBreaks(emulator: Emulator) {
    return new Promise<{status: number; received: number; expected: number}>((resolve, reject) => {
      const call = request(
        `${emulator.url}/v1/token`,
        {
          method: 'POST',
          agent: new Agent({keepAlive: true}),
          headers: {'content-type': 'application/x-www-form-urlencoded'},
        },
        response => {
          let received = 0;
          response.on('data', (chunk: Buffer) => (received += chunk.length));
          response.on('end', () => reject(new Error('It did not break.')));
          response.on('error', () =>
            resolve({
              status: response.statusCode ?? 0,
              received,
              expected: Number(response.headers['content-length']),
            }),
          );
        },
      );
      call.on('error', reject);
      call.end(new URLSearchParams(exchangeParameters(emulator)).toString());
    });
  }
});
