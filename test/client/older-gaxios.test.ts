import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {getEventListeners, once} from 'node:events';
import {Readable} from 'node:stream';
import {gaxios} from 'google-auth-library';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {USER_AGENT} from '../../src/client/package-version.js';
import type {AwsAuthClient} from '../../src/index.js';
import {emulatedClient} from './emulated-client.js';

/** The signal of the abort-controller package, as far as anybody looks at it: an event target of its own. */
class ForeignSignal extends EventTarget {
  aborted = false;
  readonly reason = undefined;
  onabort = null;
  throwIfAborted(): void {
    assert.ok(!this.aborted);
  }
  readonly [Symbol.toStringTag] = 'AbortSignal';
  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }
}

type Heard = {url: string; headers: Record<string, unknown>; body: string};

describe('a request in the manner of gaxios 6', () => {
  let emulator: Emulator;
  let client: AwsAuthClient;
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
      const url = request.url ?? '';
      heard.push({url, headers: request.headers, body: Buffer.concat(chunks).toString()});
      server.emit('heard');
      if (url === '/never') return;
      response.statusCode = Number(/^\/status\/(\d+)/.exec(url)?.[1] ?? 200);
      // Google's 308 is no redirect, and has none.
      if (response.statusCode !== 308) {
        response.setHeader('location', 'https://upload.example/session');
      }
      response.setHeader('range', 'bytes=0-9');
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.setHeader('get', 'a header with the name of a method');
      response.setHeader('content-type', 'application/json');
      response.end('{"ok":true}');
    })();
  });
  let url = '';

  before(async () => {
    emulator = await startEmulator();
    client = emulatedClient(emulator);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address);
    url = `http://127.0.0.1:${String(address.port)}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await emulator.close();
  });
  beforeEach(() => heard.splice(0));

  it('carries plain headers, a stream, and a status that the caller allows (storage 7, resumable)', async () => {
    const options = {
      method: 'PUT' as const,
      url: `${url}/status/308`,
      headers: {'Content-Range': 'bytes 0-*/*', 'x-goog-api-client': 'gccl/7'},
      body: Readable.from(['some ', 'bytes']),
      validateStatus: (status: number) => status === 308,
      retryConfig: {retry: 0},
    };
    const response = await client.request(options);
    assert.equal(response.status, 308);
    assert.equal(heard[0]?.body, 'some bytes');
    assert.equal(heard[0].headers['content-range'], 'bytes 0-*/*');
    assert.equal(heard[0].headers['x-goog-api-client'], 'gccl/7');
    assert.match(String(heard[0].headers['authorization']), /^Bearer /);
    assert.equal(Reflect.get(response.headers, 'range'), 'bytes=0-9');
  });

  for (const [name, fetchImplementation] of [
    ['the fetch that gaxios brings', undefined],
    ['the global fetch', fetch],
  ] as const) {
    it(`gives the answer's headers as an object and as Headers, with ${name}`, async () => {
      const {headers} = await client.request({
        url,
        ...(fetchImplementation && {fetchImplementation}),
      });
      assert.equal(Reflect.get(headers, 'location'), 'https://upload.example/session');
      assert.equal(Reflect.get(headers, 'content-type'), 'application/json');
      assert.equal(Reflect.get(headers, 'set-cookie'), 'a=1, b=2');
      assert.equal(headers.get('location'), 'https://upload.example/session');
      assert.equal(headers.get('get'), 'a header with the name of a method');
      const expected = [...new Set([...headers].map(([field]) => field))].filter(
        field => field !== 'get',
      );
      const visited = [];
      for (const field in headers) visited.push(field);
      assert.deepEqual(visited.sort(), expected.sort());
      assert.deepEqual(Object.keys(Object.assign({}, headers)).sort(), expected);
      assert.equal(JSON.stringify(headers), '{}');
      if (fetchImplementation) assert.ok(headers instanceof Headers);
    });
  }

  it('gives those of a refusal, too', async () => {
    await assert.rejects(client.request({url: `${url}/status/404`}), (error: unknown) => {
      assert.ok(error instanceof gaxios.GaxiosError);
      const headers = error.response?.headers;
      assert.ok(headers);
      assert.equal(Reflect.get(headers, 'range'), 'bytes=0-9');
      assert.equal(headers.get('range'), 'bytes=0-9');
      return true;
    });
  });

  it('leaves alone what a transporter gives that has no Headers', async () => {
    for (const headers of [undefined, null, {}, Object.freeze(new Headers({a: 'b'}))]) {
      const answer: object = {status: 200, data: 'x', headers};
      const real = new gaxios.Gaxios();
      const double: unknown = {
        request: async (options: gaxios.GaxiosOptions): Promise<unknown> =>
          options.url === url ? answer : real.request<unknown>(options),
      };
      const transporter = double as gaxios.Gaxios;
      const response = await emulatedClient(emulator, {transporter}).request({url});
      assert.equal(response, answer);
      assert.equal(response.headers, headers);
    }
  });

  it('writes repeated fields as Google reads them, and none that is undefined', async () => {
    const params = {q: 'a b&c', part: ['x', 'y'], skip: undefined, n: 0, empty: []};
    await client.request({url: `${url}/p?first=1`, params});
    const {searchParams} = new URL(heard[0]?.url ?? '', url);
    assert.deepEqual(
      [...searchParams],
      [
        ['first', '1'],
        ['q', 'a b&c'],
        ['part', 'x'],
        ['part', 'y'],
        ['n', '0'],
      ],
    );
  });

  it('leaves params to a serializer of the caller’s, and URLSearchParams as they are', async () => {
    const serializer = (params: object) => `?mine=${Object.keys(params).join()}`;
    const serialized = {url, params: {a: ['x', 'y'], b: 1}, ['paramsSerializer']: serializer};
    await client.request(serialized);
    await client.request({url, params: new URLSearchParams('a=x&a=y')});
    assert.deepEqual(
      heard.map(call => call.url),
      ['/?mine=a,b', '/?a=x&a=y'],
    );
  });

  it('leaves params to a serializer of the transporter’s', async () => {
    const defaults = {
      ['paramsSerializer']: (params: object) => `?of=${Object.keys(params).join()}`,
    };
    const own = emulatedClient(emulator, {transporterOptions: defaults});
    await own.request({url, params: {a: ['x', 'y'], b: '1'}});
    assert.equal(heard.at(-1)?.url, '/?of=a,b');
  });

  it('takes params without a prototype for fields, too', async () => {
    const params = {__proto__: null, a: ['x', 'y']};
    await client.request({url, params});
    assert.equal(heard[0]?.url, '/?a=x&a=y');
  });

  it('carries a transporter of another make, which has no defaults', async () => {
    const seen: gaxios.GaxiosOptions[] = [];
    const inner = new gaxios.Gaxios();
    const transporter: object = {
      request: (options: gaxios.GaxiosOptions) => {
        seen.push(options);
        return inner.request(options);
      },
    };
    const own = emulatedClient(emulator, {transporter: transporter as gaxios.Gaxios});
    await own.request({url, params: {a: ['x', 'y']}});
    assert.equal(heard.at(-1)?.url, '/?a=x&a=y');
  });

  it('hands the caller’s own signal on', async () => {
    const {signal} = new AbortController();
    let handed: unknown;
    const adapter: gaxios.GaxiosOptions['adapter'] = (options, next) => {
      handed = options.signal;
      return next(options);
    };
    await client.request({url, signal, adapter});
    assert.equal(handed, signal);
  });

  it('says who calls: Google’s word for the runtime where the client has none, and this package last', async () => {
    await client.request({url});
    await client.request({url, headers: {'User-Agent': 'my-app/1', 'X-Goog-Api-Client': 'gccl/7'}});
    assert.deepEqual(
      heard.map(({headers}) => [headers['user-agent'], headers['x-goog-api-client']]),
      [
        [USER_AGENT, `gl-node/${process.versions.node}`],
        [`my-app/1 ${USER_AGENT}`, 'gccl/7'],
      ],
    );
  });

  it('keeps the params of the transporter’s defaults', async () => {
    const own = emulatedClient(emulator, {transporterOptions: {params: {fields: 'name', a: '1'}}});
    await own.request({url, params: {a: '2'}});
    assert.equal(heard.at(-1)?.url, '/?fields=name&a=2');
  });

  it('takes parts with plain headers', async () => {
    const part = {headers: {'Content-Type': 'text/plain'}, content: 'hello'};
    // As gaxios 6 types it: what is handed over is no Headers.
    const options: object = {url, method: 'POST', multipart: [part]};
    await client.request(options);
    assert.match(heard[0]?.body ?? '', /Content-Type: text\/plain\r\n\r\nhello\r\n/);
  });

  it('heeds the signal of the abort-controller package, with a time limit and without', async () => {
    for (const more of [{}, {timeout: 60_000}, {fetchImplementation: fetch}]) {
      const signal = new ForeignSignal();
      const call = client.request({url: `${url}/never`, signal, ...more});
      while (heard.length === 0) await once(server, 'heard');
      signal.abort();
      await assert.rejects(call, /abort/i);
      heard.splice(0);
      // gaxios 7, of google-auth-library 10, drops a signal that has fired where there is a time limit.
      if ('timeout' in more) continue;
      await assert.rejects(client.request({url, signal, ...more}), /abort/i);
      assert.equal(heard.length, 0);
    }
  });

  it('leaves no more than one listener on such a signal, however many requests have it', async () => {
    const signal = new ForeignSignal();
    for (let request = 0; request < 3; request += 1) await client.request({url, signal});
    assert.equal(getEventListeners(signal, 'abort').length, 1);
  });
});
