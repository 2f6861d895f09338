import {createServer} from 'node:http';
import {connect, type Socket} from 'node:net';
import {listening} from './listening.js';

/** A forward proxy that leads every one of Google's hosts to one port. */
export interface ConnectProxy {
  readonly url: string;
  close(): void;
}

/** @param onRefused is told of hosts that are not Google's, which nobody is led to. */
export async function startConnectProxy(
  port: number,
  onRefused: (host: string) => void,
): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    onRefused(request.url ?? '');
    response.writeHead(405).end();
  });
  server.on('connect', (request, client: Socket) => {
    const host = request.url ?? '';
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    if (!/^[a-z0-9-]+\.googleapis\.com:443$/.test(host)) {
      onRefused(host);
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    client.pipe(upstream).pipe(client);
  });
  const own = await listening(server);
  return {
    url: `http://127.0.0.1:${own}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
