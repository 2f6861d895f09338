import type {gaxios} from 'google-auth-library';
import {AwsAuthError, type AwsAuthStep} from '../errors.js';
import {readWords} from './error-response.js';
import {deliverBy} from './transporter-delivery.js';
import {hostOf, unreachable} from './unreachable.js';

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

/** An answer as it was delivered: a redirect is one, too. */
export interface DeliveredResponse extends TokenEndpointResponse {
  readonly location: string | undefined;
}

/** A way of sending of this package's own. */
export interface Delivery {
  /** @param onSent is called when the request has left, and must not throw. */
  deliver(
    request: TokenEndpointRequest,
    signal: AbortSignal,
    onSent?: () => void,
  ): Promise<DeliveredResponse>;
  /**
   * Connects to a host that is going to be needed, so that its handshakes cost nobody's time. The promise is
   * fulfilled, whatever becomes of the connection, when it is on its way or soon: what keeps the event loop busy
   * before that keeps the connection waiting.
   */
  prepare(url: string): Promise<void>;
}

/** What a request is delivered as, for a transporter of another make. */
export type Adapter = NonNullable<gaxios.GaxiosOptions['adapter']>;

function isDelivery(value: Transporter | Delivery): value is Delivery {
  return 'deliver' in value;
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
  transporter: Transporter | Delivery,
  request: TokenEndpointRequest,
  options: SendOptions,
): Promise<TokenEndpointResponse> {
  // A transporter that does not know the signal would send it all the same.
  if (options.signal?.aborted) throw aborted(request.step);
  const limit = limitTime(request, options);
  try {
    // The race, because a transporter that the user gave may not honour the signal.
    const response = await Promise.race([
      isDelivery(transporter)
        ? transporter.deliver(request, limit.signal)
        : deliverBy(transporter, request, limit.signal),
      limit.exceeded,
    ]);
    if (response.status >= 300 && response.status < 400) throw redirected(request, response);
    return response;
  } catch (error) {
    throw limit.reason() ?? unreachable(error, request);
  } finally {
    limit.end();
  }
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
  // Read once: an attempt tells what it may take as of now, and when it has ended that is nothing.
  const {timeoutMillis} = options;
  let lastTurn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // A process that was stopped runs its timers before it reads what has come meanwhile: one turn for that.
    lastTurn = setImmediate(() => {
      stop(timedOut(request, timeoutMillis));
    });
  }, timeoutMillis);
  timer.unref();
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
      clearImmediate(lastTurn);
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
    response.location === undefined
      ? 'nowhere'
      : readWords(hostOf(response.location, request.url), request.secrets);
  return new AwsAuthError({
    code: 'REDIRECT_REFUSED',
    step: request.step,
    what: `${request.server} (${hostOf(request.url)}) answered ${String(response.status)}, a redirect to ${target}; a token request is never sent on.`,
    fix: `Look for a proxy or captive portal between this host and ${request.server}, or correct the URL.`,
    status: response.status,
  });
}
