import type {gaxios} from 'google-auth-library';
import {AwsAuthError, isAwsAuthError, type AwsAuthStep} from '../errors.js';
import {errorCode, withoutSecrets} from '../masking.js';
import {readCapped} from './response-body.js';

/** Carries a request: a `Gaxios`, or anything that takes its options and answers as it does. */
export type Transporter = Pick<gaxios.Gaxios, 'request'>;

/** One POST to a token endpoint. */
export interface TokenEndpointRequest {
  /** The step it belongs to, for errors. */
  readonly step: AwsAuthStep;
  /** How errors name the server, e.g. `Google STS`. */
  readonly server: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What must not show in an error, whoever says it. */
  readonly secrets: readonly string[];
}

/** Its answer, whatever the status; the body is at most 1 MiB. */
export interface TokenEndpointResponse {
  readonly status: number;
  readonly text: string;
  /** The server's clock by its `Date` header, in epoch ms, or `undefined`. */
  readonly serverTime: number | undefined;
  /** `Retry-After` as it was sent. */
  readonly retryAfter: string | undefined;
}

export interface SendOptions {
  /** How long this attempt may take, from the connection to the last byte, in ms. */
  readonly timeoutMillis: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request, once. Redirects are not followed, the body is capped, the time is limited.
 *
 * @throws AwsAuthError `NETWORK_ERROR`, `TIMEOUT`, `ABORTED`, `REDIRECT_REFUSED` or
 *   `RESPONSE_TOO_LARGE`. None holds the request: it carries the subject token.
 */
export async function send(
  transporter: Transporter,
  request: TokenEndpointRequest,
  options: SendOptions,
): Promise<TokenEndpointResponse> {
  // A transporter that does not know the signal would send it all the same.
  if (options.signal?.aborted) throw aborted(request.step);
  const limit = limitTime(request, options);
  try {
    // The race, because a transporter that the user gave may not honour the signal.
    const response = await Promise.race([
      deliver(transporter, request, limit.signal),
      limit.exceeded,
    ]);
    if (response.status >= 300 && response.status < 400) throw redirected(request, response);
    return response;
  } catch (error) {
    throw limit.reason() ?? asTransportError(error, request);
  } finally {
    limit.end();
  }
}

interface DeliveredResponse extends TokenEndpointResponse {
  readonly location: string | undefined;
}

async function deliver(
  transporter: Transporter,
  request: TokenEndpointRequest,
  signal: AbortSignal,
): Promise<DeliveredResponse> {
  let delivered: DeliveredResponse | undefined;
  const response = await transporter.request<unknown>({
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
      const answer = await (adapterOf(transporter) ?? defaultAdapter)(config, defaultAdapter);
      delivered = await readResponse(answer, request, signal);
      Reflect.set(answer, 'data', '[read and masked]');
      return answer;
    },
  });
  // A transporter of another make ignores `adapter` and answers as it likes.
  return delivered ?? readResponse(response, request, signal);
}

type Adapter = NonNullable<gaxios.GaxiosOptions['adapter']>;

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
  const date = Date.parse(header(headers, 'date') ?? '');
  return {
    status,
    text: await readCapped(data, request, signal),
    serverTime: Number.isNaN(date) ? undefined : date,
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

interface TimeLimit {
  readonly signal: AbortSignal;
  /** Rejects when the time is over or the caller aborts. */
  readonly exceeded: Promise<never>;
  /** The error for that, once it has happened. */
  reason(): AwsAuthError | undefined;
  end(): void;
}

function limitTime(request: TokenEndpointRequest, options: SendOptions): TimeLimit {
  const controller = new AbortController();
  let reason: AwsAuthError | undefined;
  let reject: (error: AwsAuthError) => void = () => undefined;
  const exceeded = new Promise<never>((_, no) => (reject = no));
  // Nobody may be listening any more when it rejects.
  exceeded.catch(() => undefined);
  const stop = (error: AwsAuthError) => {
    reason ??= error;
    reject(reason);
    controller.abort();
  };
  const timer = setTimeout(() => {
    stop(timedOut(request, options.timeoutMillis));
  }, options.timeoutMillis);
  const onAbort = () => {
    stop(aborted(request.step));
  };
  options.signal?.addEventListener('abort', onAbort, {once: true});
  return {
    signal: controller.signal,
    exceeded,
    reason: () => reason,
    end: () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    },
  };
}

/** The error for a caller's own `AbortSignal`. */
export function aborted(step: AwsAuthStep): AwsAuthError {
  return new AwsAuthError({
    code: 'ABORTED',
    step,
    what: 'The token request was aborted by its caller.',
    fix: 'Nothing is wrong with the server; call again when a token is needed.',
  });
}

function timedOut(request: TokenEndpointRequest, millis: number): AwsAuthError {
  return new AwsAuthError({
    code: 'TIMEOUT',
    step: request.step,
    what: `${request.server} (${hostOf(request.url)}) did not answer completely within ${String(millis)} ms.`,
    fix: 'Check that this host reaches it: a security group, a proxy or a VPC without a route to the internet makes connections hang.',
    transient: true,
  });
}

function redirected(request: TokenEndpointRequest, response: DeliveredResponse): AwsAuthError {
  const target =
    response.location === undefined ? 'nowhere' : hostOf(response.location, request.url);
  return new AwsAuthError({
    code: 'REDIRECT_REFUSED',
    step: request.step,
    what: `${request.server} (${hostOf(request.url)}) answered ${String(response.status)}, a redirect to ${target}; a token request is never sent on.`,
    fix: 'Look for a proxy or captive portal between this host and Google, or correct the token URL.',
    status: response.status,
  });
}

// https://nodejs.org/api/errors.html#common-system-errors and OpenSSL's verification codes.
const TLS_CODE = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED|ERR_TLS|ERR_SSL|EPROTO)/;
const NAME_CODE = /^(?:ENOTFOUND|EAI_)/;

function asTransportError(error: unknown, request: TokenEndpointRequest): AwsAuthError {
  const own = ownErrorIn(error);
  if (own !== undefined) return own;
  const cause = withoutSecrets(error, [...request.secrets, request.body]);
  const code = errorCode(cause);
  const host = hostOf(request.url);
  const reached = `${request.server} (${host}) could not be reached: ${code ?? cause.message}.`;
  const tls = code !== undefined && TLS_CODE.test(code);
  let fix =
    'Check that this host reaches the internet, directly or through HTTPS_PROXY; then try again.';
  if (tls) {
    fix =
      'The TLS handshake failed: trust the certificate authority of your proxy with NODE_EXTRA_CA_CERTS, or correct the URL.';
  } else if (code !== undefined && NAME_CODE.test(code)) {
    fix = `The name ${host} did not resolve: check DNS, and the host name if you set one yourself.`;
  }
  return new AwsAuthError({
    code: 'NETWORK_ERROR',
    step: request.step,
    what: reached,
    fix,
    // A certificate that is not trusted now is not trusted a second later.
    transient: !tls,
    cause,
  });
}

// Gaxios wraps what its adapter throws.
function ownErrorIn(error: unknown, depth = 0): AwsAuthError | undefined {
  if (isAwsAuthError(error)) return error;
  return error instanceof Error && depth < 5 ? ownErrorIn(error.cause, depth + 1) : undefined;
}

function hostOf(url: string, base?: string): string {
  return URL.canParse(url, base) ? new URL(url, base).host : 'an invalid address';
}
