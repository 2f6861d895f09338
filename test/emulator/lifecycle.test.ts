import assert from 'node:assert/strict';
import {startEmulator} from '../../src/emulator/index.js';
import {emulatedClient} from '../client/emulated-client.js';
import {ManualClock} from '../support/manual-clock.js';
import {runNode} from '../support/run-node.js';
import {send, sendRaw} from './support/http.js';
import {APART, emulators} from './support/running.js';

describe('the emulator', () => {
  const start = emulators();

  it('ends with everything that hangs, and lets the process end', async () => {
    const {status, stdout, stderr} = await runNode(
      ['test/emulator/fixtures/close-leaves-nothing.ts'],
      APART,
    );
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), {
      kept: 'answered',
      outcomes: ['broken', 'broken', 'broken', 'broken'],
      refused: 'broken',
    });
  });

  it('ends with the block that it is used in', async () => {
    let url: string;
    {
      await using emulator = await startEmulator();
      url = emulator.url;
      assert.equal((await send(url, {path: '/nowhere'})).status, 404);
    }
    await assert.rejects(send(url, {path: '/nowhere'}), {code: 'ECONNREFUSED'});
  });

  it('runs beside others, each with keys and tokens of its own', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    assert.notEqual(first.url, second.url);
    const {pathname} = new URL(first.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
    const answer = await send(second.url, {
      path: pathname,
      headers: {authorization: first.env.AWS_CONTAINER_AUTHORIZATION_TOKEN},
    });
    assert.equal(answer.status, 403);
  });

  for (const [name, line, host] of [
    ['a host that is none', 'GET / HTTP/1.1', 'a b'],
    ['a host with a path', 'GET / HTTP/1.1', 'localhost/x'],
    ['a target that is a URL', 'GET http://localhost/ HTTP/1.1', 'localhost'],
    ['a target that is none', 'OPTIONS * HTTP/1.1', 'localhost'],
    ['a port that is none', 'GET / HTTP/1.1', 'localhost:99999'],
  ] as const) {
    it(`answers 400 to ${name}`, async () => {
      const emulator = await start();
      const raw = await sendRaw(emulator.url, [line, `Host: ${host}`, 'Connection: close', '', '']);
      assert.match(raw, /^HTTP\/1\.1 400 /);
    });
  }

  it('answers a page to an address that nothing has', async () => {
    const emulator = await start();
    for (const path of ['/nowhere', '//v1/token', '/v1/token/', '/v1', '/v2/credentials']) {
      const answer = await send(emulator.url, {path});
      assert.equal(answer.status, 404, path);
      assert.equal(answer.headers['content-type'], 'text/html; charset=UTF-8');
      assert.match(answer.text, /<b>404\.<\/b>/);
    }
  });

  it('answers at every name of this machine', async () => {
    const emulator = await start();
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', '127.1.2.3', '[::1]']) {
      const answer = await send(emulator.url, {path: '/v1/token', headers: {host}});
      assert.equal(answer.status, 405, host);
    }
  });

  it('takes a token at Cloud Storage until it ends by the clock of its clouds', async () => {
    const clock = new ManualClock();
    const emulator = await start({clock: clock.read});
    const {token} = await emulatedClient(emulator, {clock: clock.read}).getAccessToken();
    const list = () =>
      send(emulator.url, {
        path: '/storage/v1/b?project=my-project',
        headers: {authorization: `Bearer ${token}`},
      });
    clock.pass(3_599_000);
    assert.equal((await list()).status, 200);
    clock.pass(1000);
    assert.equal((await list()).status, 401);
  });

  it('has the clock of its clouds on its answers', async () => {
    const emulator = await start({clock: () => Date.UTC(2030, 0, 1)});
    const answer = await send(emulator.url, {path: '/nowhere'});
    assert.equal(answer.headers.date, 'Tue, 01 Jan 2030 00:00:00 GMT');
  });
});
