import {createServer as createPlainServer, request as send} from 'node:http';
import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http';
import {createSecureServer, type Http2Session} from 'node:http2';
import type {Http2ServerRequest, Http2ServerResponse} from 'node:http2';
import {createServer} from 'node:https';
import type {Socket} from 'node:net';
import {isAccepted, type ReceivedCall} from './call-record.js';
import {listening} from './listening.js';
import {openWebSocket} from './web-socket.js';

/** What a server answers to requests whose `METHOD host/path` is of this form. */
export interface RestAnswer {
  readonly to: RegExp;
  /** JSON, or a text as it is. A WebSocket gets it as a message. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestPorts {
  readonly http: number;
  readonly https: number;
  /** HTTP/2 over TLS alone. */
  readonly http2: number;
}

export interface RestServer {
  readonly ports: RestPorts;
  close(): void;
}

interface RestServerOptions {
  readonly tls: {readonly key: Buffer; readonly cert: Buffer};
  readonly emulatorUrl: string;
  readonly answers: readonly RestAnswer[];
  readonly onCall: (call: ReceivedCall) => void;
}

// Asked for tokens, not with them.
const TOKEN_HOSTS = new Set<string | undefined>([
  'sts.googleapis.com',
  'iamcredentials.googleapis.com',
]);

/**
 * Google's REST APIs: records the authorization of each request and refuses what the emulator does not know.
 * Cloud Storage's go on to the emulator, as do those for tokens; the others are answered as the test says.
 */
export async function startRestServer(options: RestServerOptions): Promise<RestServer> {
  const {emulatorUrl, answers, onCall} = options;

  /** Records a request, and says what the API answers. */
  const judge = async (what: string, authorization: string | undefined): Promise<Reply> => {
    const accepted = await isAccepted(emulatorUrl, authorization);
    onCall({what, authorization, isAccepted: accepted});
    if (!accepted) {
      return failure(401, {message: 'no valid token', status: 'UNAUTHENTICATED'});
    }
    const found = answers.find(({to}) => to.test(what));
    return found === undefined
      ? failure(404, {message: `nobody answers ${what}`})
      : {status: 200, body: found.body, headers: found.headers ?? {}};
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const {method = '', url = '', headers} = request;
    if (TOKEN_HOSTS.has(headers.host)) {
      passOn(request, response, emulatorUrl);
      return;
    }
    const judged = await judge(`${method} ${headers.host ?? ''}${url}`, headers.authorization);
    if (headers.host === 'storage.googleapis.com') {
      passOn(request, response, emulatorUrl);
      return;
    }
    request.resume();
    reply(response, judged);
  };
  const answerHttp2 = async (
    request: Http2ServerRequest,
    response: Http2ServerResponse,
  ): Promise<void> => {
    const {method, authority, url, headers} = request;
    request.resume();
    const host = authority.replace(/:443$/, '');
    reply(response, await judge(`${method} ${host}${url}`, headers.authorization));
  };
  const answerUpgrade = async (request: IncomingMessage, socket: Socket): Promise<void> => {
    const {method = '', url = '', headers} = request;
    const {status, body} = await judge(
      `${method} ${headers.host ?? ''}${url}`,
      headers.authorization,
    );
    if (status === 200) openWebSocket(request, socket, JSON.stringify(body));
    else socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\n\r\n`);
  };

  const listener: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  };
  const https = createServer(options.tls, listener);
  const http = createPlainServer(listener);
  const upgraded = new Set<Socket>();
  http.on('upgrade', (request, socket: Socket) => {
    upgraded.add(socket.on('error', () => undefined));
    answerUpgrade(request, socket).catch((error: unknown) => socket.destroy(error as Error));
  });
  const sessions = new Set<Http2Session>();
  const http2 = createSecureServer(options.tls, (request, response) => {
    answerHttp2(request, response).catch((error: unknown) =>
      response.stream.destroy(error as Error),
    );
  }).on('session', session => sessions.add(session));

  return {
    ports: {
      http: await listening(http),
      https: await listening(https),
      http2: await listening(http2),
    },
    close: () => {
      for (const server of [http, https]) {
        server.close();
        server.closeAllConnections();
      }
      for (const socket of upgraded) socket.destroy();
      for (const session of sessions) session.destroy();
      http2.close();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

const failure = (code: number, error: object): Reply => ({
  status: code,
  body: {error: {code, ...error}},
  headers: {},
});

/** What the servers' responses of both HTTPs have in common. */
interface Response {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

function reply(response: Response, {status, body, headers}: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries({'content-type': 'application/json', ...headers})) {
    response.setHeader(name, value);
  }
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function passOn(request: IncomingMessage, response: ServerResponse, emulatorUrl: string): void {
  const {method, url, headers} = request;
  const target = new URL(emulatorUrl);
  const forwarded = send({host: target.hostname, port: target.port, method, path: url, headers});
  forwarded.on('response', incoming => {
    response.writeHead(incoming.statusCode ?? 502, incoming.headers);
    incoming.pipe(response);
  });
  forwarded.on('error', error => response.destroy(error));
  request.pipe(forwarded);
}
