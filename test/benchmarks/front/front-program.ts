// Plays Google STS, IAM Credentials and Storage over TLS, in a process of its own: what it takes to answer is
// not taken from the client that is measured. Run by front.ts, which tells it what to do.
import {readFileSync} from 'node:fs';
import {createServer} from 'node:https';
import type {AddressInfo} from 'node:net';
import {startRelay} from './delaying-relay.js';
import type {FrontOrigins, FrontReply, FrontRequest} from './front-messages.js';
import {Session} from './session.js';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url));

const sessions = new Map<string, Session>();

const server = createServer(
  {key: fixture('clouds-key.pem'), cert: fixture('clouds.pem'), ALPNProtocols: ['http/1.1']},
  (request, response) => {
    const [, name = '', path = '/'] = /^\/([^/]*)(\/.*)$/.exec(request.url ?? '') ?? [];
    const session = sessions.get(name);
    if (session === undefined) response.writeHead(404).end();
    else session.answer(path, request, response).catch(() => response.destroy());
  },
);
server.keepAliveTimeout = 0;
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
const {port} = server.address() as AddressInfo;

async function listen(rttMillis: number): Promise<FrontOrigins> {
  const origin = async () => `https://localhost:${(await startRelay(port, rttMillis)).port}`;
  return {
    rttMillis,
    sts: await origin(),
    iamCredentials: await origin(),
    storage: await origin(),
  };
}

async function obey(request: FrontRequest): Promise<FrontReply> {
  const {id} = request;
  if ('listen' in request) return {id, origins: await Promise.all(request.listen.map(listen))};
  const session = sessions.get(request.session);
  if ('settings' in request) {
    if (session === undefined) sessions.set(request.session, new Session(request.settings));
    else session.settings = request.settings;
    return {id};
  }
  return {id, ...(session === undefined ? {} : {counts: session.counts})};
}

process.on('message', (request: FrontRequest) => {
  void obey(request).then(reply => process.send?.(reply));
});
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
