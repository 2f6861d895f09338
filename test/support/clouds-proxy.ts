import {readFileSync} from 'node:fs';
import {createServer, type IncomingMessage} from 'node:http';
import {connect, type AddressInfo, type Socket} from 'node:net';
import {fileURLToPath} from 'node:url';
import {createSecureContext, TLSSocket} from 'node:tls';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** A forward proxy that is Google and AWS STS itself, for programs that are run as they stand. */
export interface CloudsProxy {
  /** What a process needs to go through it. */
  readonly env: {readonly HTTPS_PROXY: string; readonly NODE_EXTRA_CA_CERTS: string};
  /** The hosts that were asked for. */
  readonly hosts: readonly string[];
  close(): Promise<void>;
}

/**
 * Takes `CONNECT` to Google's and AWS STS's hosts, ends TLS with the test certificate and leads to an
 * emulator. Any other host is refused, so that a test cannot reach the internet by mistake.
 *
 * @param others the URLs of servers that are certain hosts in the emulator's place.
 */
export async function startCloudsProxy(
  emulatorUrl: string,
  others: Readonly<Record<string, string>> = {},
): Promise<CloudsProxy> {
  const secureContext = createSecureContext({
    key: readFileSync(fixture('clouds-key.pem')),
    cert: readFileSync(fixture('clouds.pem')),
  });
  const hosts: string[] = [];
  const sockets = new Set<{destroy(): void}>();
  const server = createServer((_, response) => {
    response.writeHead(405).end();
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    const host = request.url ?? '';
    hosts.push(host);
    sockets.add(client);
    client.on('error', () => client.destroy());
    if (!/^(?:[a-z0-9-]+\.googleapis|sts\.[a-z0-9-]+\.amazonaws)\.com:443$/.test(host)) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const secure = new TLSSocket(client, {isServer: true, secureContext});
    const target = new URL(others[host.replace(/:443$/, '')] ?? emulatorUrl);
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [secure, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {
        secure.destroy();
        upstream.destroy();
      });
    }
    secure.pipe(upstream).pipe(secure);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!isPort(address)) throw new Error('the proxy has no port');
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${String(address.port)}`,
      NODE_EXTRA_CA_CERTS: fixture('authority.pem'),
    },
    hosts,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function isPort(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
