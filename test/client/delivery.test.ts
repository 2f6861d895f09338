import assert from 'node:assert/strict';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {createServer, type IncomingMessage} from 'node:http';
import {connect, type AddressInfo, type Socket} from 'node:net';
import {gaxios} from 'google-auth-library';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {rejectionOf} from '../support/thrown.js';
import {emulatedClient} from './emulated-client.js';

const VARIABLES = [
  ...['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'],
  ...['NO_PROXY', 'no_proxy'],
];

describe('how the exchange is sent', () => {
  let emulator: Emulator;
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  const kept = new Map<string, string | undefined>();
  /** The client's requests to Google, each with its connection. */
  const requests: {path: string; userAgent: string | undefined; connection: number}[] = [];

  const onRequest = (message: unknown) => {
    const {headers, url = '', socket} = (message as {request: IncomingMessage}).request;
    if (url === '/v1/token' || url.endsWith(':generateAccessToken')) {
      const userAgent = headers['user-agent'];
      requests.push({path: url, userAgent, connection: socket.remotePort ?? 0});
    }
  };

  beforeEach(async () => {
    emulator = await startEmulator();
    proxy = await startProxy();
    for (const name of VARIABLES) {
      kept.set(name, process.env[name]);
      delete process.env[name];
    }
    requests.length = 0;
    subscribe('http.server.request.start', onRequest);
  });

  afterEach(async () => {
    unsubscribe('http.server.request.start', onRequest);
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    proxy.close();
    await emulator.close();
  });

  /** Whether Gaxios sent it: it alone says so. */
  const sentByGaxios = () =>
    requests.map(({userAgent}) => /node-fetch|gaxios|google-api/.test(userAgent ?? ''));

  it('over connections that all clients of the process share, where nobody has a say in it', async () => {
    await Promise.all([emulatedClient(emulator).getAccessToken()]);
    await emulatedClient(emulator).getAccessToken();
    assert.equal(requests.length, 4);
    assert.equal(new Set(requests.map(({connection}) => connection)).size, 1);
    assert.deepEqual(sentByGaxios(), [false, false, false, false]);
    assert.deepEqual(proxy.hosts, []);
  });

  for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
    it(`through the proxy of ${name}`, async () => {
      process.env[name] = proxy.url;
      await emulatedClient(emulator).getAccessToken();
      assert.deepEqual(sentByGaxios(), [true, true]);
      assert.deepEqual(new Set(proxy.hosts), new Set([new URL(emulator.url).host]));
    });
  }

  it('through the proxy that is named when the client is made, as its other requests are', async () => {
    const client = emulatedClient(emulator);
    process.env['HTTPS_PROXY'] = proxy.url;
    await client.getAccessToken();
    assert.deepEqual(sentByGaxios(), [true, true]);
    assert.equal(new Set(proxy.hosts).size, 1);
  });

  it('past the proxy, where NO_PROXY says so', async () => {
    process.env['HTTPS_PROXY'] = proxy.url;
    process.env['NO_PROXY'] = '127.0.0.1';
    await emulatedClient(emulator).getAccessToken();
    assert.deepEqual(sentByGaxios(), [true, true]);
    assert.deepEqual(proxy.hosts, []);
  });

  it('as if there were none, where the variable is set to nothing', async () => {
    process.env['HTTPS_PROXY'] = '';
    await emulatedClient(emulator).getAccessToken();
    assert.deepEqual(sentByGaxios(), [false, false]);
  });

  // A label of a name has 63 characters at most: the resolver refuses this one by itself, and asks no server.
  const noName = `${'a'.repeat(64)}.example.com`;
  for (const [title, address, says, fix] of [
    [
      'which has no such name',
      `http://${noName}:3128`,
      new RegExp(`: (?:ENOTFOUND|EAI_[A-Z]+) at ${noName}\\.$`),
      new RegExp(`^The name ${noName} did not resolve, .*HTTPS_PROXY`),
    ],
    [
      'which is down',
      'http://127.0.0.1:9',
      /: ECONNREFUSED at 127\.0\.0\.1:9\.$/,
      /^A proxy \(HTTPS_PROXY.* for 127\.0\.0\.1:\d+, which is this machine: .* NO_PROXY/,
    ],
    [
      'which is no URL',
      'proxy/password',
      /ERR_INVALID_URL\.$/,
      /^The address of a proxy is no URL/,
    ],
  ] as const) {
    it(`through a proxy ${title}, which the error names`, async () => {
      process.env['HTTPS_PROXY'] = address;
      const client = emulatedClient(emulator, {retry: {maxAttempts: 1}});
      const error = await rejectionOf(client.getAccessToken());
      assert.equal(error.code, 'NETWORK_ERROR');
      assert.match(error.what, says);
      assert.match(error.fix, fix);
      assert.doesNotMatch(error.message, /password/);
    });
  }

  it('by Gaxios, with options of the user', async () => {
    const transporterOptions = {proxy: proxy.url};
    await emulatedClient(emulator, {transporterOptions}).getAccessToken();
    assert.deepEqual(sentByGaxios(), [true, true]);
    assert.equal(new Set(proxy.hosts).size, 1);
  });

  it('by a transporter of the user', async () => {
    await emulatedClient(emulator, {transporter: new gaxios.Gaxios()}).getAccessToken();
    assert.deepEqual(sentByGaxios(), [true, true]);
  });
});

/** A forward proxy that leads to loopback, and keeps a list. */
async function startProxy() {
  const hosts: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({url = ''}: IncomingMessage, client: Socket) => {
    hosts.push(url);
    const [host = '', port] = url.split(':');
    if (host !== '127.0.0.1') {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
