import assert from 'node:assert/strict';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer as createHttpServer} from 'node:http';
import type {AddressInfo, LookupFunction, Socket} from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import {createServer, type TLSSocket} from 'node:tls';
import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';
import sinon from 'sinon';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {send} from '../../src/google/transport.js';
import {answering, httpResponse, rawServers} from '../support/raw-server.js';
import {runNode} from '../support/run-node.js';
import {rejectionOf} from '../support/thrown.js';
import {tokenRequest} from '../support/token-request.js';

const LONG = {timeoutMillis: 15_000};
const PROGRAM = 'test/google/https-delivery-program.ts';

const fixture = (name: string) => new URL(`../fixtures/tls/${name}`, import.meta.url);

describe('the delivery over node:https', () => {
  const start = rawServers();
  const endings: (() => void)[] = [];

  afterEach(() => {
    for (const end of endings.splice(0)) end();
  });

  /** A server over TLS that tells its connections, also those on which nothing is asked. */
  const startTls = async (
    onConnection: (socket: TLSSocket, number: number) => void = () => undefined,
    {host = '127.0.0.1', delayMillis = 0} = {},
  ) => {
    const sockets: Socket[] = [];
    let secured = 0;
    const server = createServer(
      {key: readFileSync(fixture('clouds-key.pem')), cert: readFileSync(fixture('clouds.pem'))},
      socket => {
        secured += 1;
        socket.on('error', () => undefined);
        socket.on('data', () =>
          setTimeout(() => socket.write(httpResponse(200, '{}')), delayMillis),
        );
        onConnection(socket, secured);
      },
    );
    server.on('connection', (socket: Socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>(resolve => server.listen(0, host, resolve));
    endings.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const {port} = server.address() as AddressInfo;
    return {port, sockets, url: `https://127.0.0.1:${port}/v1/token`};
  };

  /** Answers when a promise is kept. */
  const startSignal = async (when: Promise<unknown>): Promise<string> => {
    const server = createHttpServer((_, response) => {
      void when.then(() => response.writeHead(204, {connection: 'close'}).end());
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  /** Runs steps in a process that trusts the servers; it ends by itself, or the test does not end. */
  const run = (...steps: string[]): Promise<unknown> => runWith({}, ...steps);
  const runWith = async (env: Record<string, string>, ...steps: string[]): Promise<unknown> => {
    const {status, stdout, stderr} = await runNode([PROGRAM, ...steps], {
      ...env,
      NODE_EXTRA_CA_CERTS: fileURLToPath(fixture('authority.pem')),
    });
    assert.deepEqual([stderr, status], ['', 0]);
    return JSON.parse(stdout);
  };

  it('asks for no packed answer, says its length, and keeps the connection', async () => {
    const server = await start(answering(200, '{}'));
    const delivery = createHttpsDelivery();
    const request = {...tokenRequest(server.url), body: 'of Zürich, 🚀'};
    for (let call = 0; call < 3; call += 1) await send(delivery, request, LONG);
    assert.equal(server.connections(), 1);
    assert.equal(server.requests.length, 3);
    for (const {head, body} of server.requests) {
      assert.equal(Buffer.from(body, 'latin1').toString(), request.body);
      assert.doesNotMatch(head, /^(?:accept-encoding|transfer-encoding|expect):/im);
      assert.match(head, new RegExp(`^content-length: ${body.length}\\r?$`, 'im'));
      assert.match(head, /^connection: keep-alive\r?$/im);
    }
  });

  it('uses a connection that its server has closed no more', async () => {
    const server = await start(socket => socket.end(httpResponse(200, '{}')));
    const delivery = createHttpsDelivery();
    for (let call = 0; call < 3; call += 1) {
      assert.equal((await send(delivery, tokenRequest(server.url), LONG)).text, '{}');
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    }
    assert.equal(server.requests.length, 3);
  });

  it('uses a connection no more on which nothing was asked for long: it may have died while the process slept', async () => {
    const clock = sinon.useFakeTimers({now: Date.now(), toFake: ['Date']});
    endings.push(() => clock.restore());
    const silent = new Set<Socket>();
    const server = await start(socket => {
      // Nothing tells the other end: no answer, and no end.
      if (!silent.has(socket)) socket.write(httpResponse(200, '{}'));
      silent.add(socket);
    });
    const delivery = createHttpsDelivery();
    const ask = async () => (await send(delivery, tokenRequest(server.url), LONG)).text;
    assert.equal(await ask(), '{}');
    clock.tick(3_600_000);
    assert.equal(await ask(), '{}');
    assert.equal(server.connections(), 2);
  });

  it('reads what came while the process was stopped before it says that time is up', async () => {
    const timeoutMillis = 2_000;
    const server = await start(socket => {
      socket.write(httpResponse(200, '{}'));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMillis);
    });
    const answer = await send(createHttpsDelivery(), tokenRequest(server.url), {timeoutMillis});
    assert.equal(answer.text, '{}');
  });

  it('keeps no process alive for an answer that nobody waits for', async () => {
    const server = await start(() => undefined);
    const {status, stdout} = await runNode(
      [
        '--input-type=module',
        '--eval',
        `import {createHttpsDelivery} from './src/google/https-delivery.ts';
         import {send} from './src/google/transport.ts';
         import {tokenRequest} from './test/support/token-request.ts';
         void send(createHttpsDelivery(), tokenRequest('${server.url}'), {timeoutMillis: 600_000});
         process.stdout.write('at its end');`,
      ],
      {},
    );
    assert.deepEqual([stdout, status], ['at its end', 0]);
  });

  it('is over at its limit, also where nothing else happens in the process until much later', async () => {
    const silent = await start(() => undefined);
    const late = await start(socket => {
      setTimeout(() => socket.write(httpResponse(200, '{}')), 3_000).unref();
    });
    const {stdout} = await runNode(
      [
        '--input-type=module',
        '--eval',
        `import {createHttpsDelivery} from './src/google/https-delivery.ts';
         import {send} from './src/google/transport.ts';
         import {tokenRequest} from './test/support/token-request.ts';
         const after = (url, timeoutMillis) => send(createHttpsDelivery(), tokenRequest(url), {timeoutMillis});
         after('${late.url}', 600_000).then(() => process.exit());
         after('${silent.url}', 100).catch(({code}) => process.stdout.write(code, () => process.exit()));
         setTimeout(() => undefined, 60_000);`,
      ],
      {},
    );
    assert.equal(stdout, 'TIMEOUT');
  });

  describe('that was told which host is going to be needed', () => {
    it('asks it over the connection that was made ahead, and goes on with that one', async () => {
      const server = await startTls();
      const {url} = server;
      assert.deepEqual(
        await run(
          `prepare ${url}`,
          `prepare ${url}`,
          `send ${url}`,
          `send ${url}`,
          `prepare ${url}`,
        ),
        ['{}', '{}'],
      );
      assert.equal(server.sockets.length, 1, 'not one more is made where one is kept');
    });

    it('asks it over a connection that was ready before', async () => {
      let isReady: () => void;
      const ready = new Promise<void>(resolve => (isReady = resolve));
      const server = await startTls(() => isReady());
      const steps = [`prepare ${server.url}`, `until ${await startSignal(ready)}`];
      assert.deepEqual(await run(...steps, `send ${server.url}`), ['{}']);
      assert.equal(server.sockets.length, 1);
    });

    it('makes another connection where that one has died', async () => {
      let hasEnded: () => void;
      const ended = new Promise<void>(resolve => (hasEnded = resolve));
      const server = await startTls((socket, number) => {
        if (number > 1) return;
        socket.on('close', () => hasEnded());
        socket.end();
      });
      const steps = [`prepare ${server.url}`, `until ${await startSignal(ended)}`];
      assert.deepEqual(await run(...steps, `send ${server.url}`), ['{}']);
      assert.equal(server.sockets.length, 2);
    });

    it('leaves the failure to nobody, and tells it to who asks later', async () => {
      const gone = await startTls();
      for (const end of endings.splice(0)) end();
      const none = await startSignal(Promise.resolve());
      const steps = [`prepare ${gone.url}`, `until ${none}`, `until ${none}`];
      assert.deepEqual(await run(...steps), []);
      assert.deepEqual(await run(...steps, `send ${gone.url}`), ['NETWORK_ERROR']);
    });

    it('keeps no process alive: with a connection, or with one that never comes about', async () => {
      const open = await startTls();
      const silent = await start(() => undefined);
      await run(`prepare ${open.url}`, `prepare https://127.0.0.1:${silent.port}/`);
      assert.equal(silent.connections() + open.sockets.length, 2);
    });

    it('keeps no process alive with a connection that would be kept for long', async () => {
      let isReady: () => void;
      const ready = new Promise<void>(resolve => (isReady = resolve));
      const server = await startTls(() => isReady());
      const steps = [`prepare ${server.url}`, `until ${await startSignal(ready)}`];
      await runWith({PREPARED_MILLIS: '600000'}, ...steps);
      assert.equal(server.sockets.length, 1);
    });

    it('gives up a connection that nobody uses', async () => {
      const silent = await start(() => undefined);
      const delivery = createHttpsDelivery({preparedMillis: 20});
      await delivery.prepare(`https://127.0.0.1:${silent.port}/`);
      await silent.disconnected;
    });

    it('makes another one ahead where that one was given up', async () => {
      let lookups = 0;
      const lookup: LookupFunction = () => (lookups += 1);
      const delivery = createHttpsDelivery({lookup, lookupMillis: 600_000, preparedMillis: 20});
      await delivery.prepare('https://sts.example.com/v1/token');
      await delivery.prepare('https://sts.example.com/v1/token');
      assert.equal(lookups, 2);
    });

    it('makes another one ahead where one that was used has lain idle for long', async () => {
      const server = await startTls();
      let isOver = false;
      endings.push(() => (isOver = true));
      const another = async () => {
        while (server.sockets.length < 2 && !isOver) await turn();
      };
      const later = await startSignal(Promise.resolve());
      const made = await startSignal(another());
      const {url} = server;
      const steps = [`send ${url}`, `until ${later}`, `prepare ${url}`, `until ${made}`];
      assert.deepEqual(await runWith({PREPARED_MILLIS: '1'}, ...steps), ['{}']);
      assert.equal(server.sockets.length, 2);
    });

    it('gives none up that somebody uses', async () => {
      const server = await startTls(undefined, {delayMillis: 300});
      const steps = [`prepare ${server.url}`, `send ${server.url}`];
      assert.deepEqual(await runWith({PREPARED_MILLIS: '100'}, ...steps), ['{}']);
      assert.equal(server.sockets.length, 1);
    });

    it('makes none to a host that is asked without TLS', async () => {
      const server = await start(answering(200, '{}'));
      const delivery = createHttpsDelivery();
      await delivery.prepare(server.url);
      await send(delivery, tokenRequest(server.url), LONG);
      assert.equal(server.connections(), 1);
    });

    it('gives it to one of two requests at a time', async () => {
      const server = await startTls();
      const {url} = server;
      assert.deepEqual(await run(`prepare ${url}`, `both ${url}`), ['{}', '{}']);
      assert.equal(server.sockets.length, 2);
    });

    it('has it on its way when it says so, however busy the process is then', async () => {
      // Another thread takes the connection, while this one does not turn its event loop.
      const connections = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(
        `const {createServer} = require('node:net');
         const {parentPort, workerData: connections} = require('node:worker_threads');
         const server = createServer(socket => {
           socket.on('error', () => undefined);
           Atomics.add(connections, 0, 1);
           Atomics.notify(connections, 0);
         });
         server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
        {eval: true, workerData: connections},
      );
      endings.push(() => void worker.terminate());
      const [port] = (await once(worker, 'message')) as [number];
      const lookup: LookupFunction = (_name, _options, callback) => {
        setImmediate(() => callback(null, [{address: '127.0.0.1', family: 4}]));
      };
      // Neither limit ends the wait in place of the lookup.
      const delivery = createHttpsDelivery({
        lookup,
        lookupMillis: 600_000,
        preparedMillis: 600_000,
      });
      await delivery.prepare(`https://sts.example.com:${port}/v1/token`);
      Atomics.wait(connections, 0, 0, 10_000);
      assert.equal(Atomics.load(connections, 0), 1);
    });

    for (const [what, lookup] of [
      [
        'fails',
        (_name, _options, callback) =>
          setImmediate(() => callback(Object.assign(new Error(), {code: 'ENOTFOUND'}), [])),
      ],
      ['never ends', () => undefined],
      [
        'throws',
        () => {
          throw new Error('no lookup');
        },
      ],
    ] satisfies [string, LookupFunction][]) {
      it(`keeps nobody waiting where the lookup of its name ${what}`, async () => {
        const delivery = createHttpsDelivery({lookup, preparedMillis: 100});
        await delivery.prepare('https://sts.example.com/v1/token');
      });
    }

    it('knows it again where its URL names no port, as those of Google do', async () => {
      const url = 'https://sts.invalid/v1/token';
      const lookup: LookupFunction = (_name, _options, callback) => {
        setImmediate(() => callback(Object.assign(new Error(), {code: 'EMADEAHEAD'}), []));
      };
      const delivery = createHttpsDelivery({lookup});
      void delivery.prepare(url);
      const error = await rejectionOf(send(delivery, tokenRequest(url), LONG));
      assert.match(error.message, /EMADEAHEAD/);
    });

    for (const [host, name] of [
      ['127.0.0.1', '127.0.0.1'],
      ['localhost', '127.0.0.1'],
      ['[::1]', '::1'],
    ] as const) {
      it(`knows it again as ${host}`, async () => {
        const server = await startTls(undefined, {host: name});
        const delivery = createHttpsDelivery();
        const url = `https://${host}:${server.port}/v1/token`;
        void delivery.prepare(url);
        // Nobody here knows its authority: that it is asked over the one connection is what counts.
        const error = await rejectionOf(send(delivery, tokenRequest(url), LONG));
        assert.match(error.message, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
        assert.equal(server.sockets.length, 1);
      });
    }
  });
});
