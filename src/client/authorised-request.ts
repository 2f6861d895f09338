import type {gaxios} from 'google-auth-library';
import {apiClientHeader, USER_AGENT} from './package-version.js';
import {readableAsObject, readableErrorAsObject} from './response-headers.js';

/** Sends a request with the token; the headers of what comes back are read as an object, too. */
export async function sendAuthorised<T>(
  transporter: gaxios.Gaxios,
  options: gaxios.GaxiosOptions,
  tokenHeaders: Headers,
): Promise<gaxios.GaxiosResponse<T>> {
  const request = authorisedRequest(options, tokenHeaders, transporter);
  try {
    return readableAsObject(await transporter.request<T>(request));
  } catch (error) {
    throw readableErrorAsObject(error);
  }
}

/**
 * A copy of a request that carries the token: the caller may use its options again, for another client.
 *
 * Clients that hold google-auth-library 9 or older (storage 7's resumable uploads, googleapis' common 7)
 * give options as their own gaxios 6 takes them, and the transporter is a newer one. What that reads
 * otherwise is put as both understand it: headers as a plain object, of the request and of its parts; an
 * array among `params`, which stands for a repeated field; and the signal of the `abort-controller`
 * package, which is none of this Node.js.
 */
function authorisedRequest(
  options: gaxios.GaxiosOptions,
  tokenHeaders: Headers,
  transporter: {readonly defaults?: gaxios.GaxiosOptions},
): gaxios.GaxiosOptions {
  const headers = new Headers(options.headers);
  tokenHeaders.forEach((value, name) => {
    headers.set(name, value);
  });
  if (!headers.has('x-goog-api-client')) {
    headers.set('x-goog-api-client', apiClientHeader());
  }
  const agent = headers.get('user-agent');
  headers.set('user-agent', agent === null ? USER_AGENT : `${agent} ${USER_AGENT}`);
  const request = {...options, headers};
  const params: unknown = options.params;
  const defaults = transporter.defaults ?? {};
  if (isPlainObject(params) && !(SERIALIZER in options) && !(SERIALIZER in defaults)) {
    request.params = repeatedFields({...asObject(defaults.params), ...params});
  }
  if (options.multipart !== undefined) {
    request.multipart = options.multipart.map(part => ({
      ...part,
      headers: new Headers(part.headers),
    }));
  }
  if (options.signal && !(options.signal instanceof AbortSignal)) {
    request.signal = nativeSignal(options.signal);
  }
  return request;
}

// gaxios calls it deprecated, and googleapis' common 7, 8 and 9 give it with every call.
const SERIALIZER = 'paramsSerializer';

/** A query as Google's APIs read it: an array's elements one by one, and nothing for what is undefined. */
function repeatedFields(params: PlainObject): (readonly [string, unknown])[] {
  return Object.entries(params)
    .flatMap(([name, value]) => [value].flat().map(each => [name, each] as const))
    .filter(([, value]) => value !== undefined);
}

function asObject(value: unknown): PlainObject {
  return isPlainObject(value) ? value : {};
}

// One for each: a signal may live as long as the process, and every request have it.
const nativeSignals = new WeakMap<ForeignSignal, AbortSignal>();

function nativeSignal(foreign: ForeignSignal): AbortSignal {
  const known = nativeSignals.get(foreign);
  if (known !== undefined) return known;
  const controller = new AbortController();
  const abort = () => controller.abort();
  if (foreign.aborted) abort();
  else foreign.addEventListener('abort', abort, {once: true});
  nativeSignals.set(foreign, controller.signal);
  return controller.signal;
}

type ForeignSignal = Pick<AbortSignal, 'aborted' | 'addEventListener'>;

type PlainObject = Readonly<Record<string, unknown>>;

function isPlainObject(value: unknown): value is PlainObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
