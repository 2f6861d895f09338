// As objects, whose functions test doubles and instrumentation replace.
import http from 'node:http';
import https from 'node:https';
import {isIP, type LookupFunction} from 'node:net';
import type {Duplex} from 'node:stream';
import {connect, type TLSSocket} from 'node:tls';
import {types} from 'node:util';
import {agentUntil} from './proxy-tunnel.js';
import {parseHttpDate, readCapped} from './response-body.js';
import type {DeliveredResponse, Delivery, TokenEndpointRequest} from './transport.js';

/**
 * Delivers requests by `node:https` itself, over connections that are kept. It is used where nobody gave a
 * transporter, an agent or a proxy: the first request through `Gaxios` loads a fetch implementation and its
 * streams, which takes longer than the exchange.
 *
 * @param options.preparedMillis how long a connection that was made ahead is kept for its first request.
 *   Default 10 000: longer than any handshake, and shorter than servers keep one on which nothing is asked.
 *   One that was used is asked again for as long.
 * @param options.lookup how the name of such a connection is looked up. Default: as Node.js does.
 * @param options.lookupMillis how long `prepare()` waits for that at most. Default 20: signing takes less, and
 *   need not wait for a name that takes longer.
 * @internal
 */
export function createHttpsDelivery({
  preparedMillis = 10_000,
  lookupMillis = 20,
  lookup,
}: Partial<Preparation> = {}): Delivery {
  const secure = new PreparedAgent({preparedMillis, lookupMillis, lookup});
  const plain = new http.Agent({keepAlive: true});
  const closeIdle = () => {
    for (const agent of [secure, plain]) closeIdleOf(agent, preparedMillis);
  };
  return {
    deliver: (request, signal, onSent) => {
      closeIdle();
      const url = new URL(request.url);
      const [open, agent] =
        url.protocol === 'https:'
          ? [https.request, customAgent(https) ?? secure]
          : [http.request, customAgent(http) ?? plain];
      return deliver(open, agentUntil(agent, signal), url, request, {signal, onSent});
    },
    prepare: async url => {
      closeIdle();
      try {
        if (customAgent(https) === undefined && isNodesOwn(https.request)) {
          await secure.prepare(new URL(url));
        }
      } catch {
        // The request that needs the connection tells what is wrong.
      }
    },
  };
}

interface Preparation {
  readonly preparedMillis: number;
  readonly lookupMillis: number;
  readonly lookup: LookupFunction | undefined;
}

// When a connection was free again, by a clock that goes on while the machine sleeps.
const freeSince = new WeakMap<Duplex, number>();

/**
 * Closes the connections on which nothing was asked for long. After a process or its machine slept, or went to another
 * network, such a one may be dead, and nobody says so: a request on it would wait for its whole time.
 */
function closeIdleOf({freeSockets}: http.Agent, millis: number): void {
  for (const socket of Object.values(freeSockets).flatMap(sockets => sockets ?? [])) {
    if (Math.abs(Date.now() - (freeSince.get(socket) ?? 0)) > millis) socket.destroy();
  }
}

// What Node.js itself makes its global agent with, in every version.
const ORDINARY_OPTIONS = [
  'keepAlive',
  'scheduling',
  'timeout',
  'noDelay',
  'path',
  'defaultPort',
  'protocol',
];

/**
 * The process's global agent, where somebody has put another one in its place, of a proxy say, or has given it
 * options, such as a certificate authority of a company: whoever does that means every request.
 */
function customAgent({globalAgent, Agent}: typeof http | typeof https): http.Agent | undefined {
  const options: unknown = Reflect.get(globalAgent, 'options');
  const isOrdinary =
    Object.getPrototypeOf(globalAgent) === Agent.prototype &&
    Object.entries(options ?? {}).every(
      ([name, value]) => value === undefined || ORDINARY_OPTIONS.includes(name),
    );
  return isOrdinary ? undefined : globalAgent;
}

// Of any function.
const ORDINARY_PROPERTIES: readonly PropertyKey[] = ['length', 'name', 'prototype'];

/**
 * Whether requests are opened by Node.js itself. What tests put in the place of its function (nock, msw, a stub) is
 * asked for requests and not for connections: it may answer by itself, where the network must hear of nothing.
 * Instrumentation that wraps it is not told apart, and does without a connection made ahead.
 */
function isNodesOwn(request: typeof https.request): boolean {
  return (
    !types.isProxy(request) &&
    request.name === 'request' &&
    Reflect.ownKeys(request).every(key => ORDINARY_PROPERTIES.includes(key))
  );
}

function deliver(
  open: typeof http.request | typeof https.request,
  agent: http.Agent,
  url: URL,
  {headers, body, step, server}: TokenEndpointRequest,
  {signal, onSent}: {readonly signal: AbortSignal; readonly onSent: (() => void) | undefined},
): Promise<DeliveredResponse> {
  return new Promise((resolve, reject) => {
    let isAnswered = false;
    const call = open(
      url,
      {
        method: 'POST',
        agent,
        signal,
        headers: {...headers, 'content-length': Buffer.byteLength(body)},
      },
      response => {
        isAnswered = true;
        // A redirect is an answer like any other: nothing here follows it.
        const {statusCode: status = 0, headers: answered} = response;
        readCapped(response, {step, server, status}, signal).then(text => {
          resolve({
            status,
            text,
            serverTime: parseHttpDate(answered.date),
            retryAfter: answered['retry-after'],
            location: answered.location,
          });
        }, reject);
      },
    );
    call.on('error', reject);
    // A 101, and whatever else ends the call with neither an answer nor an error.
    call.on('close', () => {
      if (!isAnswered) reject(new Error('the connection ended without an answer'));
    });
    // It may be a refresh that nobody waits for; a caller that waits keeps the process alive itself.
    call.on('socket', socket => {
      socket.unref();
      call.once('close', () => freeSince.set(socket, Date.now()));
    });
    if (onSent !== undefined) call.once('finish', onSent);
    call.end(body);
  });
}

let shared: Delivery | undefined;

/** The delivery that every client of the process shares, and so its connections. */
export function sharedHttpsDelivery(): Delivery {
  return (shared ??= createHttpsDelivery());
}

/** An agent whose next connection to a host may have been made ahead. */
class PreparedAgent extends https.Agent {
  readonly #sockets = new Map<string, TLSSocket>();
  readonly #preparation: Preparation;

  constructor(preparation: Preparation) {
    super({keepAlive: true});
    this.#preparation = preparation;
  }

  async prepare(url: URL): Promise<void> {
    const key = keyOf(url.hostname, url.port);
    if (url.protocol !== 'https:' || this.#sockets.has(key) || this.#keeps(key)) return;
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isName = isIP(host) === 0;
    const {preparedMillis, lookupMillis, lookup} = this.#preparation;
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(lookup === undefined ? {} : {lookup}),
      // An address is no server name (RFC 6066 section 3).
      servername: isName ? host : '',
      ALPNProtocols: ['http/1.1'],
    });
    this.#sockets.set(key, socket);
    // It is a guess that it will be needed: it keeps no process alive, and its failure is nobody's. A
    // connection that is being made does keep it, whatever unref() says: so it is given up in time.
    socket.unref();
    socket.setTimeout(preparedMillis, () => socket.destroy());
    const forget = () => {
      if (this.#sockets.get(key) === socket) this.#sockets.delete(key);
    };
    socket.once('error', forget);
    socket.once('close', forget);
    if (isName) await lookedUp(socket, lookupMillis);
  }

  override createConnection(
    ...args: Parameters<https.Agent['createConnection']>
  ): ReturnType<https.Agent['createConnection']> {
    const [options] = args;
    const key = keyOf(options.host ?? '', String(options.port ?? ''));
    const socket = this.#sockets.get(key);
    this.#sockets.delete(key);
    if (socket === undefined || socket.destroyed) return super.createConnection(...args);
    socket.setTimeout(0);
    return socket;
  }

  /** Whether a connection of an earlier request is free. */
  #keeps(key: string): boolean {
    return Object.entries(this.freeSockets).some(
      ([name, sockets = []]) =>
        name.startsWith(`${key}:`) && sockets.some(({destroyed}) => !destroyed),
    );
  }
}

/** Waits until a connection's name is looked up, when Node.js connects, or that has failed, or takes its time. */
function lookedUp(socket: TLSSocket, millis: number): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, millis);
    timer.unref();
    const settle = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.once('lookup', settle);
    socket.once('close', settle);
  });
}

function keyOf(host: string, port: string): string {
  return `${host.replace(/^\[|\]$/g, '')}:${port || '443'}`;
}
