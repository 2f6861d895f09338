import {request as requestHttp, type IncomingMessage, type ServerResponse} from 'node:http';
import {text} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import {crc32c} from '../../../src/emulator/storage/crc32c.js';
import type {SessionCounts, SessionSettings} from './front-messages.js';

const OBJECT = Buffer.from('The first bytes of an object in a bucket.\n');
const OBJECT_HASH = `crc32c=${crc32c(OBJECT)}`;

/**
 * The clouds for one client. It answers at once, so that what is timed is the client; whether a signature is
 * right is for the emulator to say, which each client has to convince before it is timed.
 */
export class Session {
  settings: SessionSettings;
  #exchanges = 0;
  #impersonations = 0;
  #issued = 0;
  readonly #tokens = new Set<string>();

  constructor(settings: SessionSettings) {
    this.settings = settings;
  }

  get counts(): SessionCounts {
    return {exchanges: this.#exchanges, impersonations: this.#impersonations};
  }

  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const {settings} = this;
    response.setHeader('date', new Date(this.#now()).toUTCString());
    if (settings.emulator !== undefined) {
      handOn(new URL(path, settings.emulator), request, response);
      return;
    }
    const body = await text(request);
    if (settings.answerMillis > 0) await sleep(settings.answerMillis);
    if (path === '/v1/token') this.#exchange(body, response);
    else if (path.endsWith(':generateAccessToken')) this.#impersonate(request, response);
    else this.#readObject(path, request, response);
  }

  #exchange(body: string, response: ServerResponse): void {
    this.#exchanges += 1;
    const {sts, lifeSeconds} = this.settings;
    if (sts === 'hangs') return;
    if (sts === 'down') {
      reply(response, 503, {error: 'temporarily_unavailable'});
      return;
    }
    if (!new URLSearchParams(body).get('subject_token')?.includes('GetCallerIdentity')) {
      reply(response, 400, {error: 'invalid_request'});
      return;
    }
    reply(response, 200, {
      access_token: this.#issue(),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: lifeSeconds,
    });
  }

  #impersonate(request: IncomingMessage, response: ServerResponse): void {
    this.#impersonations += 1;
    if (!this.#isAuthorised(request)) {
      reply(response, 401, {error: {code: 401, status: 'UNAUTHENTICATED'}});
      return;
    }
    const expiresAt = Math.floor(this.#now() / 1000 + this.settings.lifeSeconds) * 1000;
    reply(response, 200, {
      accessToken: this.#issue(),
      expireTime: new Date(expiresAt).toISOString().replace('.000Z', 'Z'),
    });
  }

  #readObject(path: string, request: IncomingMessage, response: ServerResponse): void {
    if (!this.#isAuthorised(request)) {
      reply(response, 401, {error: {code: 401, status: 'UNAUTHENTICATED'}});
      return;
    }
    if (!path.includes('/b/') || !path.includes('alt=media')) {
      reply(response, 404, {error: {code: 404, message: path}});
      return;
    }
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': OBJECT.length,
      'x-goog-hash': OBJECT_HASH,
      'x-goog-generation': '1',
    });
    response.end(OBJECT);
  }

  // As long as Google's.
  #issue(): string {
    this.#issued += 1;
    const token = `ya29.${String(this.#issued).padStart(1019, 'd')}`;
    this.#tokens.add(token);
    return token;
  }

  #isAuthorised({headers}: IncomingMessage): boolean {
    const token = (headers.authorization ?? '').replace(/^Bearer /, '');
    return this.#tokens.has(token) || token === this.settings.tokenInHand;
  }

  #now(): number {
    return Date.now() + this.settings.clockAheadMillis;
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  const content = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=UTF-8',
    'content-length': Buffer.byteLength(content),
  });
  response.end(content);
}

function handOn(url: URL, request: IncomingMessage, response: ServerResponse): void {
  const {method, headers} = request;
  const onward = requestHttp(url, {method, headers: {...headers, host: url.host}}, answer => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}
