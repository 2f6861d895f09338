import {AwsAuthError, type AwsAuthStep} from '../errors.js';
import {quoteRefusal, type Refusal} from './error-response.js';
import {parseRetryAfter} from './retry.js';
import type {TokenEndpointResponse} from './transport.js';

/** A step at a token endpoint, and how errors name its server. */
export interface Step {
  readonly step: AwsAuthStep;
  readonly server: string;
  /** Its API as a project enables it, e.g. `sts.googleapis.com`; none where there is nothing to enable. */
  readonly service?: string;
}

/**
 * The refusals that mean the same at every Google endpoint: outage, quota, disabled API. `undefined`
 * where the refusal is the endpoint's own.
 *
 * @param poolProject the number of the pool's project, in which an API is enabled where nobody names another.
 */
export function commonRefusal(
  refusal: Refusal,
  response: TokenEndpointResponse,
  {step, server, service}: Step,
  poolProject?: string,
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
      fix: enableAdvice(refusal, refusal.service ?? service, refusal.project ?? poolProject),
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

/** The number of the pool's project, out of the provider's name. */
export function poolProject(audience: string): string | undefined {
  return /\/projects\/(\d+)\//.exec(audience)?.[1];
}

function enableAdvice(
  {activationUrl}: Refusal,
  service: string | undefined,
  project: string | undefined,
): string {
  const at = activationUrl === undefined ? '' : ` at ${activationUrl}`;
  if (service === undefined || project === undefined) {
    return `Enable it${at || ' at https://console.cloud.google.com/apis/library'} and wait a few minutes.`;
  }
  return `Enable it${at === '' ? '' : `${at}, or`} by this command, and wait a few minutes: gcloud services enable ${service} --project=${project}`;
}

/**
 * What to do about a refusal of what stands before the endpoint: a perimeter, or, in no format of Google's, a proxy, a
 * firewall, or another server than was meant. `undefined` where the endpoint itself refused.
 */
export function adviceForBarrier(
  {isForeign, status, reason, description}: Refusal,
  {server}: Step,
): string | undefined {
  // https://cloud.google.com/vpc-service-controls/docs/troubleshooting
  if (
    reason === 'SECURITY_POLICY_VIOLATED' ||
    description.includes('vpcServiceControlsUniqueIdentifier')
  ) {
    return 'VPC Service Controls keep the caller out of a perimeter, whatever its roles: whoever administers that finds the refusal by its identifier, and lets the caller in by an ingress rule.';
  }
  if (status === 407) {
    return 'The proxy on the way wants a user name and a password: http://USER:PASSWORD@HOST:PORT in HTTPS_PROXY.';
  }
  return isForeign
    ? `${server} refuses in another form: check the URL, and whether a proxy or a firewall in between lets it through.`
    : undefined;
}

/** What to do about scopes that a token endpoint calls invalid (RFC 6749 section 5.2). */
export function adviceForScopes(scopes: readonly string[]): string {
  return `Check the scopes (${scopes.join(' ')}): each is a whole URL that the API documents.`;
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
    fix: `Something else than ${server} may have answered: check the URL, and any proxy in between.`,
    status: response.status,
  });
}

function retryAfter(response: TokenEndpointResponse): {retryAfterMillis?: number} {
  const millis = parseRetryAfter(response.retryAfter, response.serverTime ?? Date.now());
  return millis === undefined ? {} : {retryAfterMillis: millis};
}
