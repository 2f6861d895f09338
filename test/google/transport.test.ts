import assert from 'node:assert/strict';
import {getEventListeners} from 'node:events';
import {createServer, type AddressInfo, type Socket} from 'node:net';
import {gzipSync} from 'node:zlib';
import {isAwsAuthError, type AwsAuthError} from '../../src/errors.js';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {send} from '../../src/google/transport.js';
import {
  answering,
  httpResponse,
  rawServers,
  type RawServer,
  type Script,
} from '../support/raw-server.js';
import {assertHidden, printed} from '../support/secrets.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios, SENT_SECRETS, tokenRequest} from '../support/token-request.js';

const LONG = {timeoutMillis: 15_000};
const SHORT = {timeoutMillis: 100};
const MIB = 1024 * 1024;

for (const [name, transporter] of [
  ['a Gaxios', directGaxios()],
  ["a Gaxios with Node's own fetch", directGaxios({fetchImplementation: fetch})],
  ['node:https, where nobody gave a transporter', createHttpsDelivery()],
] as const) {
  describe(`send, through ${name}`, () => {
    const start = rawServers();

    /** The error that a server's behaviour leads to; no secret may show in it. */
    const failure = async (
      script: Script,
      options: Parameters<typeof send>[2] = LONG,
    ): Promise<{error: AwsAuthError; server: RawServer}> => {
      const server = await start(script);
      const error = await rejectionOf(send(transporter, tokenRequest(server.url), options));
      assertHidden(printed(error), SENT_SECRETS);
      assert.equal(error.step, 'token-exchange');
      assert.match(error.message, /^Google STS |^The token request was aborted/);
      return {error, server};
    };

    const summary = ({code, transient}: AwsAuthError) => ({code, transient});

    it('posts the body and the headers as they are given', async () => {
      const server = await start(answering(200, '{}'));
      await send(transporter, tokenRequest(server.url), LONG);
      assert.equal(server.requests.length, 1);
      const [request] = server.requests;
      assert.equal(request?.body, `subject_token=${SENT_SECRETS.body}`);
      assert.match(request.head, /^POST \/v1\/token HTTP\/1\.1\r\n/);
      assert.match(request.head, /^content-type: application\/x-www-form-urlencoded\r?$/im);
      assert.match(request.head, /^x-secret: the-secret-of-the-header\r?$/im);
      assert.doesNotMatch(request.head, /^authorization:/im);
    });

    it('asks over the same connection again, also after a refusal', async () => {
      let status = 200;
      const server = await start(socket => socket.write(httpResponse((status += 100), '{}')));
      for (const expected of [300, 400, 500]) {
        const outcome = await send(transporter, tokenRequest(server.url), LONG).catch(
          (error: unknown) => (isAwsAuthError(error) ? error : undefined),
        );
        assert.equal(outcome?.status, expected);
        // What has been read is given back to the agent in the turn after.
        await new Promise(setImmediate);
      }
      assert.equal(server.connections(), 1);
    });

    it('gives status, body and what the server says of time', async () => {
      const server = await start(
        answering(503, '{"a":"ü"}', {
          date: 'Fri, 15 Jan 2027 08:00:00 GMT',
          'Retry-After': '7',
        }),
      );
      assert.deepEqual(
        {...(await send(transporter, tokenRequest(server.url), LONG)), location: undefined},
        {
          status: 503,
          text: '{"a":"ü"}',
          serverTime: Date.UTC(2027, 0, 15, 8),
          retryAfter: '7',
          location: undefined,
        },
      );
    });

    it('reads no time out of a Date header that is no HTTP date', async () => {
      const told = async (date: string) => {
        const server = await start(answering(200, '{}', {date}));
        return (await send(transporter, tokenRequest(server.url), LONG)).serverTime;
      };
      // Of no zone: they would be read as a time of this machine's zone.
      for (const date of ['0', '2027-01-15 08:00:00', 'Fri Jan 15 08:00:00 2027', 'Fri, 32 Jan']) {
        assert.equal(await told(date), undefined, date);
      }
      // The last moment that a Date has: no signature could be made a second later, ever.
      assert.equal(await told('Sat, 13 Sep 275760 00:00:00 GMT'), undefined);
      assert.equal(await told('Friday, 15-Jan-27 08:00:00 GMT'), Date.UTC(2027, 0, 15, 8));
    });

    it('gives the body as it is, whatever its type says, and also where there is none', async () => {
      for (const [body, type] of [
        ['<html><title>Login</title></html>', 'text/html'],
        ['{"access_token":"x"}', 'text/plain'],
        ['{"access_token":"x"}', 'application/octet-stream'],
        ['not JSON', 'application/json'],
        ['', 'application/json'],
      ] as const) {
        const server = await start(answering(200, body, {'content-type': type}));
        const response = await send(transporter, tokenRequest(server.url), LONG);
        assert.equal(response.text, body);
        assert.equal(response.serverTime, undefined);
      }
      const server = await start(socket => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
      assert.equal((await send(transporter, tokenRequest(server.url), LONG)).text, '');
    });

    it('waits no longer than the time limit for a server that says nothing', async () => {
      const {error, server} = await failure(() => undefined, SHORT);
      assert.deepEqual(summary(error), {code: 'TIMEOUT', transient: true});
      assert.ok(error.message.includes(`127.0.0.1:${server.port}`), 'it names the host');
      assert.match(error.message, /within 100 ms/);
      await server.disconnected;
    });

    it('waits no longer than the time limit for a body that only drips', async () => {
      const {error, server} = await failure(socket => {
        socket.write(httpResponse(200, '', {'content-length': '100000'}));
        const drip = setInterval(() => socket.write('{'), 5);
        socket.on('close', () => clearInterval(drip));
      }, SHORT);
      assert.deepEqual(summary(error), {code: 'TIMEOUT', transient: true});
      await server.disconnected;
    });

    for (const [title, script] of Object.entries<Script>({
      'before the headers': socket => socket.resetAndDestroy(),
      'in the middle of the headers': socket => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => socket.destroy());
      },
      'in the middle of the body, by a reset': socket => {
        socket.write(httpResponse(200, '{"access', {'content-length': '500'}), () =>
          socket.resetAndDestroy(),
        );
      },
      'in the middle of the body, politely': socket => {
        socket.end(httpResponse(200, '{"access_token":"x"}', {'content-length': '500'}));
      },
      'in the middle of a chunk': socket => {
        socket.end(`${CHUNKED}ff\r\n{"access_token":"x"}`);
      },
      'with something that is not HTTP': socket => {
        socket.end('220 mail.example.com ESMTP\r\n');
      },
    })) {
      it(`tells that the connection broke ${title}`, async () => {
        const {error} = await failure(script);
        assert.deepEqual(summary(error), {code: 'NETWORK_ERROR', transient: true});
        assert.ok(error.cause instanceof Error);
        assert.match(error.message, /could not be reached: /);
      });
    }

    it('takes a refusal for the answer that it is, also where the rest of its body never comes', async () => {
      for (const [status, body, text] of [
        [400, '', '…'],
        [403, '<title>Blocked</title>', '<title>Blocked</title>…'],
        [503, '{"error', '{"error…'],
      ] as const) {
        const headers = {'content-length': '500', 'retry-after': '7'};
        const server = await start(socket => socket.end(httpResponse(status, body, headers)));
        const answer = await send(transporter, tokenRequest(server.url), LONG);
        assert.deepEqual([answer.status, answer.text, answer.retryAfter], [status, text, '7']);
      }
      const {error} = await failure(socket =>
        socket.end(httpResponse(302, '', {'content-length': '500'})),
      );
      assert.equal(error.code, 'REDIRECT_REFUSED');
    });

    it('stops reading after 1 MiB, and downloads no more', async () => {
      for (const head of [httpResponse(200, '', {'content-length': String(100 * MIB)}), CHUNKED]) {
        let written = 0;
        const {error, server} = await failure(socket => {
          socket.write(head);
          writeForever(socket, head === CHUNKED, bytes => (written += bytes));
        });
        assert.deepEqual(summary(error), {code: 'RESPONSE_TOO_LARGE', transient: false});
        await server.disconnected;
        assert.ok(written < 100 * MIB, `${written} bytes were sent`);
      }
    });

    it('takes no more than 1 MiB of a small body that would grow when it is unpacked', async () => {
      const bomb = gzipSync(Buffer.alloc(20 * MIB));
      const server = await start(socket => {
        socket.write(
          httpResponse(200, '', {
            'content-encoding': 'gzip',
            'content-length': String(bomb.length),
          }),
        );
        socket.write(bomb);
      });
      const outcome = await send(transporter, tokenRequest(server.url), LONG).then(
        ({text}) => text.length,
        (error: unknown) => (isAwsAuthError(error) ? error.code : error),
      );
      // node:https asks for nothing packed, and unpacks nothing.
      const asksForPacked = /^accept-encoding:.*gzip/im.test(server.requests[0]?.head ?? '');
      if (asksForPacked) assert.equal(outcome, 'RESPONSE_TOO_LARGE');
      else assert.ok(typeof outcome === 'number' && outcome <= bomb.length, String(outcome));
    });

    it('follows no redirect, and names the host that it would have led to', async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        const target = await start(answering(200, '{}'));
        const {error, server} = await failure(
          answering(status, 'Moved', {location: `${target.url}?${SENT_SECRETS.body}`}),
        );
        assert.deepEqual(summary(error), {code: 'REDIRECT_REFUSED', transient: false});
        assert.equal(error.status, status);
        assert.ok(error.message.includes(`a redirect to 127.0.0.1:${target.port};`), error.message);
        assert.equal(server.requests.length, 1);
        assert.equal(target.connections(), 0);
      }
    });

    it('refuses a redirect that leads nowhere, to itself, to what is no address, or holds a secret', async () => {
      for (const [headers, words] of [
        [{}, /a redirect to nowhere;/],
        [{location: '/elsewhere'}, /a redirect to 127\.0\.0\.1:\d+;/],
        [{location: 'https://['}, /a redirect to an invalid address;/],
        [{location: `//${SENT_SECRETS.header}.example`}, /a redirect to \[masked\]\.example;/],
      ] as const) {
        const {error, server} = await failure(answering(302, '', headers));
        assert.equal(error.code, 'REDIRECT_REFUSED');
        assert.match(error.message, words);
        assert.equal(server.requests.length, 1);
      }
    });

    it('ends when its caller aborts: before, while it waits, and while it reads', async () => {
      const before = await failure(answering(200, '{}'), {...LONG, signal: AbortSignal.abort()});
      assert.equal(before.server.connections(), 0, 'nothing is sent');
      const controllers = [new AbortController(), new AbortController()];
      const waiting = await failure(() => controllers[0]?.abort(), {
        ...LONG,
        signal: controllers[0]?.signal,
      });
      await waiting.server.disconnected;
      const reading = await failure(
        socket => {
          socket.write(httpResponse(200, '{', {'content-length': '100'}));
          setTimeout(() => controllers[1]?.abort(), 30);
        },
        {...LONG, signal: controllers[1]?.signal},
      );
      await reading.server.disconnected;
      for (const {error} of [before, waiting, reading]) {
        assert.deepEqual(summary(error), {code: 'ABORTED', transient: false});
      }
    });

    it('leaves nothing behind on the signal of its caller', async () => {
      const {signal} = new AbortController();
      const server = await start(answering(200, '{}'));
      await send(transporter, tokenRequest(server.url), {...LONG, signal});
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    });

    it('tells that nobody listens', async () => {
      const url = await urlOfNobody();
      const error = await rejectionOf(send(transporter, tokenRequest(url), LONG));
      assert.deepEqual(summary(error), {code: 'NETWORK_ERROR', transient: true});
      assert.match(
        error.message,
        /^Google STS \(127\.0\.0\.1:\d+\) could not be reached: ECONNREFUSED\. Check that what .* is running/,
      );
      assertHidden(printed(error), SENT_SECRETS);
    });
  });
}

async function urlOfNobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return `http://127.0.0.1:${port}/v1/token`;
}

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

function writeForever(socket: Socket, chunked: boolean, count: (bytes: number) => void): void {
  const part = Buffer.alloc(64 * 1024, 0x20);
  const write = () => {
    while (!socket.destroyed) {
      count(part.length);
      if (chunked) socket.write(`${part.length.toString(16)}\r\n`);
      const goesOn = socket.write(part);
      if (chunked) socket.write('\r\n');
      if (!goesOn) return;
    }
  };
  socket.on('drain', write);
  write();
}
