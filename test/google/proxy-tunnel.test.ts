import assert from 'node:assert/strict';
import https, {Agent} from 'node:https';
import {createServer, type AddressInfo, type LookupFunction, type Socket} from 'node:net';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {agentUntil} from '../../src/google/proxy-tunnel.js';
import {send} from '../../src/google/transport.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios, tokenRequest} from '../support/token-request.js';

const REQUEST = tokenRequest('https://sts.googleapis.com/v1/token');

/** The agent that Gaxios makes for a proxy. */
async function agentThrough(proxy: string): Promise<Agent> {
  let agent: unknown;
  await directGaxios({proxy})
    .request({
      url: REQUEST.url,
      adapter: config => {
        ({agent} = config);
        return Promise.reject(new Error('not sent'));
      },
      retry: false,
    })
    .catch(() => undefined);
  return agent as Agent;
}

describe('a proxy that takes connections and says nothing', () => {
  let port: number;
  let connected: Promise<Socket>;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    let report: (socket: Socket) => void;
    connected = new Promise(resolve => (report = resolve));
    const server = createServer(socket => {
      socket.on('error', () => undefined);
      socket.resume();
      report(socket);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    ({port} = server.address() as AddressInfo);
    stop = async () => {
      (await connected).destroy();
      await new Promise(resolve => server.close(resolve));
    };
  });

  afterEach(() => stop());

  const closed = async () => {
    const socket = await connected;
    if (!socket.closed) await new Promise(resolve => socket.once('close', resolve));
  };

  for (const scheme of ['http', 'https']) {
    const through = () => directGaxios({proxy: `${scheme}://user:word@127.0.0.1:${port}`});

    it(`keeps no connection when the time is over, by ${scheme}`, async () => {
      const error = await rejectionOf(send(through(), REQUEST, {timeoutMillis: 300}));
      assert.equal(error.code, 'TIMEOUT');
      await closed();
    });

    it(`keeps no connection when the caller aborts, by ${scheme}`, async () => {
      const controller = new AbortController();
      const {signal} = controller;
      const sent = rejectionOf(send(through(), REQUEST, {timeoutMillis: 60_000, signal}));
      await connected;
      controller.abort();
      assert.equal((await sent).code, 'ABORTED');
      await closed();
    });
  }

  it("keeps no connection where its agent is the process's global one", async () => {
    const {globalAgent} = https;
    https.globalAgent = await agentThrough(`http://127.0.0.1:${port}`);
    try {
      const delivery = createHttpsDelivery();
      const error = await rejectionOf(send(delivery, REQUEST, {timeoutMillis: 300}));
      assert.equal(error.code, 'TIMEOUT');
      await closed();
    } finally {
      https.globalAgent = globalAgent;
    }
  });
});

it('a proxy that refuses in more than one packet is heard: https-proxy-agent passes on the first alone', async () => {
  const server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.once('data', () =>
      socket.write('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 4000\r\n\r\n'),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  const through = directGaxios({proxy: `http://127.0.0.1:${port}`});
  const {status} = await send(through, REQUEST, {timeoutMillis: 60_000});
  assert.equal(status, 407);
  await new Promise(resolve => server.close(resolve));
});

it('a proxy whose name has several addresses, at none of which anything listens, is named by the first', async () => {
  const lookup: LookupFunction = (_, __, done) => {
    done(
      null,
      ['127.0.0.1', '127.0.0.2'].map(address => ({address, family: 4})),
    );
  };
  const agent = await agentThrough('http://localhost:9');
  Object.assign(Reflect.get(agent, 'connectOpts') as object, {lookup});
  const error = await rejectionOf(send(directGaxios({agent}), REQUEST, {timeoutMillis: 60_000}));
  assert.match(
    error.what,
    /\(sts\.googleapis\.com\) could not .* ECONNREFUSED at 127\.0\.0\.1:9\.$/,
  );
});

describe('agentUntil', () => {
  const connect = () => undefined;

  it('gives back an agent of another kind, or that keeps connections', () => {
    const {signal} = new AbortController();
    const proxy = new URL('http://127.0.0.1:9');
    const kept = Object.assign(new Agent({keepAlive: true}), {
      ...{keepAlive: true, connectOpts: {}, proxy, connect},
    });
    for (const agent of [new Agent(), kept, () => undefined]) {
      assert.equal(agentUntil(agent, signal), agent);
    }
  });

  it('gives back an agent that makes and keeps agents (proxy-agent): they outlive the signal', () => {
    const agents = Object.assign(new Agent(), {connectOpts: {}, connect});
    assert.equal(agentUntil(agents, AbortSignal.abort()), agents);
  });
});
