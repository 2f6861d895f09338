import {AwsAuthError, type AwsAuthStep} from '../errors.js';
import {quoteRefusal, type Refusal} from './error-response.js';
import {parseRetryAfter} from './retry.js';
import type {TokenEndpointResponse} from './transport.js';

/** A step at a token endpoint, and how errors name its server. */
export interface Step {
  readonly step: AwsAuthStep;
  readonly server: string;
}

/**
 * The refusals that mean the same at every Google endpoint: outage, quota, disabled API. `undefined`
 * where the refusal is the endpoint's own.
 */
export function commonRefusal(
  refusal: Refusal,
  response: TokenEndpointResponse,
  {step, server}: Step,
): AwsAuthError | undefined {
  const said = quoteRefusal(refusal);
  const status = {
    status: refusal.status,
    reason: refusal.reason ?? refusal.error,
    ...retryAfter(response),
  };
  if (
    refusal.reason === 'SERVICE_DISABLED' ||
    /has not been used in project|it is disabled/.test(refusal.description)
  ) {
    return new AwsAuthError({
      code: 'API_DISABLED',
      step,
      what: `${server} refused, because its API is not enabled: ${said}.`,
      fix:
        refusal.activationUrl === undefined
          ? 'Enable it with: gcloud services enable sts.googleapis.com iamcredentials.googleapis.com'
          : `Enable it at ${refusal.activationUrl} and wait a few minutes.`,
      ...status,
    });
  }
  if (
    refusal.status === 429 ||
    refusal.error === 'RESOURCE_EXHAUSTED' ||
    /throttled/i.test(refusal.description)
  ) {
    return new AwsAuthError({
      code: 'RATE_LIMITED',
      step,
      what: `${server} refused for its quota: ${said}.`,
      fix: 'Share one client among all callers of a process, so that they share its token; a token is exchanged once per lifetime.',
      transient: true,
      ...status,
    });
  }
  if (refusal.status >= 500 || refusal.status === 408) {
    return new AwsAuthError({
      code: 'SERVER_ERROR',
      step,
      what: `${server} failed: ${said}.`,
      fix: 'This is the server’s fault and usually passes; see https://status.cloud.google.com if it lasts.',
      transient: true,
      ...status,
    });
  }
  return undefined;
}

/**
 * What to do about a refusal that is in no format of Google's: a proxy or a firewall has answered, or another
 * server than was meant. `undefined` where Google itself refused.
 */
export function adviceForStranger(
  {isForeign, status}: Refusal,
  {server}: Step,
): string | undefined {
  if (status === 407) {
    return 'The proxy between this host and Google wants a user name and a password: http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY.';
  }
  return isForeign
    ? `${server} refuses in another form: check the URL, and whether a proxy or a firewall between this host and Google lets it through.`
    : undefined;
}

/** The error for an answer that is not what the API documents. It never quotes the answer: it may hold a token. */
export function malformed(
  {step, server}: Step,
  response: TokenEndpointResponse,
  problem: string,
): AwsAuthError {
  return new AwsAuthError({
    code: 'INVALID_RESPONSE',
    step,
    what: `The answer of ${server} (HTTP ${String(response.status)}, ${String(response.text.length)} characters) ${problem}.`,
    fix: 'Something else than Google may have answered: check the URL, and any proxy between this host and Google.',
    status: response.status,
  });
}

function retryAfter(response: TokenEndpointResponse): {retryAfterMillis?: number} {
  const millis = parseRetryAfter(response.retryAfter, response.serverTime ?? Date.now());
  return millis === undefined ? {} : {retryAfterMillis: millis};
}
