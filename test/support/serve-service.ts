import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {Refused} from '../../src/emulator/refused.js';
import type {EmulatedService} from '../../src/emulator/service.js';

/** One service on a port of its own. */
export interface ServedService extends AsyncDisposable {
  readonly port: number;
  /** `http://localhost:<port>`, the origin that clients are given. */
  readonly origin: string;
  /** What the service threw, where it should have answered. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

/** Serves one emulated service on 127.0.0.1, with nothing of the emulator's server around it. */
export async function serveService(service: EmulatedService): Promise<ServedService> {
  const failures: unknown[] = [];
  const server = createServer((request, response) => {
    answer(service, request, response).catch((error: unknown) => {
      failures.push(error);
      response.destroy();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  const close = async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  };
  return {
    port: address.port,
    origin: `http://localhost:${address.port}`,
    failures,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function answer(
  service: EmulatedService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '/';
  const call = {
    method: request.method ?? 'GET',
    url: new URL(target, `http://${request.headers.host ?? 'localhost'}`),
    target,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: request,
  };
  if (!service.handles(call)) {
    response.writeHead(404, {'content-type': 'text/plain'}).end('not handled');
    return;
  }
  const reply = await service.answer(call).catch((error: unknown) => {
    if (error instanceof Refused) return error.reply;
    throw error;
  });
  response.writeHead(reply.status, reply.headers);
  if (reply.body instanceof Readable) await pipeline(reply.body, response);
  else response.end(reply.body);
}
