import {createServer as createPlainServer, request as send} from 'node:http';
import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http';
import {createServer} from 'node:https';
import {isAccepted, type ReceivedCall} from './call-record.js';
import {listening} from './listening.js';

/** What a server answers to requests whose `METHOD host/path` is of this form. */
export interface RestAnswer {
  readonly to: RegExp;
  /** JSON, or a text as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestServer {
  readonly httpsPort: number;
  readonly httpPort: number;
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

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const {method = '', url = '', headers} = request;
    const {authorization} = headers;
    const what = `${method} ${headers.host ?? ''}${url}`;
    if (TOKEN_HOSTS.has(headers.host)) {
      passOn(request, response, emulatorUrl);
      return;
    }
    const accepted = await isAccepted(emulatorUrl, authorization);
    onCall({what, authorization, isAccepted: accepted});
    if (headers.host === 'storage.googleapis.com') {
      passOn(request, response, emulatorUrl);
      return;
    }
    request.resume();
    if (!accepted) {
      reply(response, 401, {
        error: {code: 401, message: 'no valid token', status: 'UNAUTHENTICATED'},
      });
      return;
    }
    const found = answers.find(({to}) => to.test(what));
    if (found) reply(response, 200, found.body, found.headers);
    else reply(response, 404, {error: {code: 404, message: `nobody answers ${what}`}});
  };
  const listener: RequestListener = (request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  };
  const servers = [createServer(options.tls, listener), createPlainServer(listener)] as const;
  const [httpsPort, httpPort] = [await listening(servers[0]), await listening(servers[1])];
  return {
    httpsPort,
    httpPort,
    close: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {'content-type': 'application/json', ...headers}).end(text);
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
