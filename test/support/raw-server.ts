import {createServer, type AddressInfo, type Socket} from 'node:net';
import {createServer as createTlsServer} from 'node:tls';
import {readFileSync} from 'node:fs';
import {afterEach} from 'mocha';

/** What a raw server was sent: the head as it was on the wire, and the body. */
export interface RawRequest {
  readonly head: string;
  readonly body: string;
}

/** Answers, or misbehaves. */
export type Script = (socket: Socket, request: RawRequest) => void;

export interface RawServer {
  readonly port: number;
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** How many connections were opened. */
  connections(): number;
  /** Resolves when the peer has closed a connection. */
  readonly disconnected: Promise<void>;
}

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

/** The authority that signed the certificate of the servers over TLS. */
export const testAuthority = (): string => fixture('authority.pem');

/**
 * Gives a suite a way to start servers on 127.0.0.1 that write bytes as a script says, so that they
 * can break HTTP in every way. They end with each test.
 */
export function rawServers(): (script: Script, scheme?: 'http' | 'https') => Promise<RawServer> {
  const endings: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(endings.splice(0).map(end => end()));
  });
  return async (script, scheme = 'http') => {
    const requests: RawRequest[] = [];
    const sockets = new Set<Socket>();
    let reportDisconnect: () => void;
    const disconnected = new Promise<void>(resolve => (reportDisconnect = resolve));
    const onSocket = (socket: Socket) => {
      socket.on('error', () => undefined);
      readRequests(socket, request => {
        requests.push(request);
        script(socket, request);
      });
    };
    const server =
      scheme === 'http'
        ? createServer(onSocket)
        : createTlsServer({key: fixture('clouds-key.pem'), cert: fixture('clouds.pem')}, onSocket);
    // Below TLS: a client that ends a handshake is what some tests are about.
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => reportDisconnect());
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    endings.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    });
    const {port} = server.address() as AddressInfo;
    return {
      port,
      url: `${scheme}://127.0.0.1:${port}/v1/token`,
      requests,
      connections: () => sockets.size,
      disconnected,
    };
  };
}

/** An HTTP response, with its length unless the headers say otherwise. */
export function httpResponse(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const all = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}\r\n${body}`;
}

/** A script that answers every request in the same way. */
export function answering(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Script {
  return socket => socket.write(httpResponse(status, body, headers));
}

function readRequests(socket: Socket, report: (request: RawRequest) => void): void {
  let bytes = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    bytes += chunk;
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = bytes.slice(0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (bytes.length < end + 4 + length) return;
    const body = bytes.slice(end + 4, end + 4 + length);
    bytes = bytes.slice(end + 4 + length);
    report({head, body});
  });
}
