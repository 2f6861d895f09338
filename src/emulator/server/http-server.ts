import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo, Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {Refused} from '../refused.js';
import type {EmulatedService, ServiceCall, ServiceReply} from '../service.js';
import type {Fault, FaultQueue} from './fault.js';
import {readCall} from './read-call.js';
import type {RequestNotes} from './request-notes.js';
import {plainPath, storageOperation, type RequestRecord} from './request-record.js';
import {notFound, serverError} from './plain-replies.js';
import {sendReply} from './send-reply.js';

/** What a server needs to know. */
export interface HttpServerOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly clock: () => number;
  /** Asked in this order; the first that handles a request answers it. */
  readonly services: readonly EmulatedService[];
  readonly faults: FaultQueue;
  readonly notes: RequestNotes;
  /** Whether a connection, told by its remote port, is the emulated Google STS's own. */
  readonly isFromGoogle: (remotePort: number | undefined) => boolean;
  readonly onRecord: (record: RequestRecord) => void;
}

/** One HTTP server on 127.0.0.1 for all services. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #lifetime = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    // AWS session tokens are long, and come percent-encoded.
    this.#server = createServer({maxHeaderSize: 64 * 1024}, (request, response) => {
      void this.#serve(request, response);
    });
    // A client's agent may hold a connection for as long as it likes: close() ends it.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Starts to listen and resolves to the port. */
  async listen(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, also those that hang, and resolves when nothing is left. */
  close(): Promise<void> {
    this.#closed ??= new Promise(resolve => {
      this.#lifetime.abort();
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
    return this.#closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {clock, services, faults, isFromGoogle, onRecord, notes} = this.#options;
    const startedAt = clock();
    const started = performance.now();
    response.setHeader('date', new Date(startedAt).toUTCString());
    const call = readCall(request);
    if (call === undefined) {
      response.writeHead(400, {'content-type': 'text/plain'}).end('Bad Request\n');
      return;
    }
    const service = services.find(candidate => candidate.handles(call));
    const from = isFromGoogle(request.socket.remotePort) ? 'google-sts' : 'client';
    let isRecorded = false;
    const record = (status: number | undefined) => {
      if (isRecorded) return;
      isRecorded = true;
      onRecord({
        service: service?.name ?? 'unknown',
        operation: service?.name === 'storage' ? storageOperation(call) : 'unknown',
        from,
        method: call.method,
        host: call.url.host,
        path: plainPath(call.url),
        ...notes.of(call),
        status,
        startedAt,
        millis: performance.now() - started,
      });
    };
    response.on('close', () => record(response.headersSent ? response.statusCode : undefined));
    try {
      const fault = service === undefined ? undefined : faults.take(service.name);
      await this.#answer(call, service, fault, response, record);
    } catch {
      // The connection broke, or the emulator is closing.
      request.socket.destroy();
    }
  }

  async #answer(
    call: ServiceCall,
    service: EmulatedService | undefined,
    fault: Fault | undefined,
    response: ServerResponse,
    record: (status: number | undefined) => void,
  ): Promise<void> {
    const {signal} = this.#lifetime;
    if (fault?.delayMillis !== undefined) await sleep(fault.delayMillis, undefined, {signal});
    if (fault?.hang === true) return;
    if (fault?.reset === 'before') {
      response.socket?.resetAndDestroy();
      return;
    }
    const reply = faultReply(fault) ?? (await this.#ask(call, service));
    await sendReply(response, reply, {
      beforeEnd: record,
      signal,
      dripMillisPerByte: fault?.dripMillisPerByte,
      breakAfter: fault?.reset,
    });
  }

  async #ask(call: ServiceCall, service: EmulatedService | undefined): Promise<ServiceReply> {
    if (service === undefined) return notFound(call);
    try {
      return await service.answer(call);
    } catch (error) {
      if (!(error instanceof Refused)) return serverError(error);
      const {code, reason} = error;
      this.#options.notes.note(call, {error: code, ...(reason === undefined ? {} : {reason})});
      return error.reply;
    }
  }
}

function faultReply(fault: Fault | undefined): ServiceReply | undefined {
  if (fault?.redirectTo !== undefined) {
    return {status: fault.status ?? 302, headers: {location: fault.redirectTo}};
  }
  if (fault?.status === undefined) return undefined;
  const {body = ''} = fault;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    return {status: fault.status, headers: fault.headers ?? {}, body};
  }
  return {
    status: fault.status,
    headers: {'content-type': 'application/json; charset=UTF-8', ...fault.headers},
    body: JSON.stringify(body),
  };
}
