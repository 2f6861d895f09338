import {AwsAuthError} from '../errors.js';
import {isError} from '../masking.js';
import {agentUntil} from './proxy-tunnel.js';
import {parseHttpDate, readCapped} from './response-body.js';
import type {Adapter, DeliveredResponse, TokenEndpointRequest, Transporter} from './transport.js';

/**
 * Delivers a request by a transporter: google-auth-library's `Gaxios`, with the user's agent, proxy and
 * interceptors, or an object that answers as one.
 */
export async function deliverBy(
  transporter: Transporter,
  request: TokenEndpointRequest,
  signal: AbortSignal,
): Promise<DeliveredResponse> {
  let delivered: DeliveredResponse | undefined;
  const answer: Promise<unknown> = transporter.request<unknown>({
    url: request.url,
    method: 'POST',
    headers: {...request.headers},
    data: request.body,
    responseType: 'stream',
    redirect: 'manual',
    signal,
    // Retries belong to the caller, which signs anew; a transporter's own would replay the old signature.
    retry: false,
    retryConfig: {retry: 0, shouldRetry: () => false},
    validateStatus: () => true,
    // The body is read here, before any interceptor: google-auth-library's own logs what it sees.
    adapter: async (config, defaultAdapter) => {
      // A default header of the user's is meant for Google's APIs; Google STS takes no authorization.
      if (!('authorization' in request.headers)) removeAuthorization(config.headers);
      if (config.agent !== undefined) config.agent = agentUntil(config.agent, signal);
      const answer = await (adapterOf(transporter) ?? defaultAdapter)(config, defaultAdapter);
      delivered = await readResponse(answer, request, signal);
      Reflect.set(answer, 'data', '[read and masked]');
      return answer;
    },
  });
  // A transporter of another make ignores `adapter`, and `validateStatus`: it answers as it likes, and
  // throws what is not 2xx.
  const response = await answer.catch((error: unknown) => {
    const thrown = responseOf(error);
    if (thrown === undefined || delivered !== undefined) throw error;
    return thrown;
  });
  return delivered ?? readResponse(response, request, signal);
}

// gaxios 6 and older have a plain object.
function removeAuthorization(headers: Headers | Record<string, unknown>): void {
  if (isHeaders(headers)) {
    headers.delete('authorization');
    return;
  }
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() === 'authorization') Reflect.deleteProperty(headers, name);
  }
}

function isHeaders(headers: Headers | Record<string, unknown>): headers is Headers {
  return typeof headers.delete === 'function';
}

function responseOf(error: unknown): unknown {
  if (!isError(error) || !('response' in error)) return undefined;
  const {response} = error;
  return typeof response === 'object' && response !== null && 'status' in response
    ? response
    : undefined;
}

function adapterOf(transporter: Transporter): Adapter | undefined {
  const defaults: unknown = 'defaults' in transporter ? transporter.defaults : undefined;
  const adapter: unknown =
    typeof defaults === 'object' && defaults !== null && 'adapter' in defaults
      ? defaults.adapter
      : undefined;
  return isAdapter(adapter) ? adapter : undefined;
}

function isAdapter(value: unknown): value is Adapter {
  return typeof value === 'function';
}

async function readResponse(
  response: unknown,
  request: TokenEndpointRequest,
  signal: AbortSignal,
): Promise<DeliveredResponse> {
  const {status, headers, data}: {status?: unknown; headers?: unknown; data?: unknown} =
    typeof response === 'object' && response !== null ? response : {};
  if (typeof status !== 'number') {
    throw new AwsAuthError({
      code: 'INVALID_RESPONSE',
      step: request.step,
      what: `The transporter answered the request to ${request.server} without a numeric status.`,
      fix: 'Give a Gaxios instance of google-auth-library, or an object whose request() answers as one.',
    });
  }
  return {
    status,
    text: await readCapped(data, {...request, status}, signal),
    serverTime: parseHttpDate(header(headers, 'date')),
    retryAfter: header(headers, 'retry-after'),
    location: header(headers, 'location'),
  };
}

function header(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const value: unknown = hasGet(headers)
    ? headers.get(name)
    : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

function hasGet(headers: object): headers is {get(name: string): unknown} {
  return 'get' in headers && typeof headers.get === 'function';
}
