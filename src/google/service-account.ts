import {AwsAuthError, type AwsAuthErrorDetails} from '../errors.js';
import {parse, quoteRefusal, readRefusal, record, text, type Refusal} from './error-response.js';
import {commonRefusal, malformed, type Step} from './refusal.js';
import {isTokenValue, type GrantedToken} from './token-exchange.js';
import type {TokenEndpointRequest, TokenEndpointResponse} from './transport.js';

const STEP: Step = {step: 'impersonation', server: 'IAM Credentials'};

/** What one impersonation needs. */
export interface Impersonation {
  /** `https://iamcredentials.…/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken` */
  readonly url: string;
  readonly email: string;
  /** E-mails, from the one that the federated principal may act as to the last before `email`. */
  readonly delegates: readonly string[];
  readonly scopes: readonly string[];
  /** From 600 to 43 200 s. */
  readonly lifetimeSeconds: number;
  readonly federatedToken: string;
  /** The provider's name, for the advice in errors. */
  readonly audience: string;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
}

/**
 * The request for a service account's access token.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function generateAccessTokenRequest(impersonation: Impersonation): TokenEndpointRequest {
  return {
    ...STEP,
    url: impersonation.url,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${impersonation.federatedToken}`,
      'x-goog-api-client': impersonation.apiClient,
    },
    body: JSON.stringify({
      scope: impersonation.scopes,
      lifetime: `${String(impersonation.lifetimeSeconds)}s`,
      ...(impersonation.delegates.length === 0
        ? {}
        : {delegates: impersonation.delegates.map(email => `projects/-/serviceAccounts/${email}`)}),
    }),
    secrets: [impersonation.federatedToken],
  };
}

/**
 * Reads the answer. The lifetime is counted by the server's own clock where its `Date` header tells
 * it, so that a wrong local clock does not matter.
 *
 * @param now the local time at which the answer came, in epoch ms.
 * @throws AwsAuthError with the step `impersonation`.
 */
export function readGenerateAccessToken(
  response: TokenEndpointResponse,
  impersonation: Impersonation,
  now: number,
): GrantedToken {
  if (response.status >= 400) {
    throw refused(readRefusal(response, [impersonation.federatedToken]), response, impersonation);
  }
  if (response.status !== 200) throw malformed(STEP, response, 'should have the status 200');
  const body = record(parse(response.text));
  if (body === undefined) throw malformed(STEP, response, 'is not a JSON object');
  const value = text(body['accessToken']);
  if (value === undefined || !isTokenValue(value)) {
    throw malformed(STEP, response, 'has no usable "accessToken"');
  }
  const expireTime = parseTimestamp(body['expireTime']);
  if (expireTime === undefined) {
    throw malformed(STEP, response, 'has an "expireTime" that is not an RFC 3339 time');
  }
  const lifetimeMillis = expireTime - (response.serverTime ?? now);
  if (lifetimeMillis <= 0) {
    throw malformed(STEP, response, 'has an "expireTime" that has already passed');
  }
  // No token outlives what was asked for; a proxy's wrong `Date` makes it look so.
  return {value, lifetimeMillis: Math.min(lifetimeMillis, impersonation.lifetimeSeconds * 1000)};
}

function refused(
  refusal: Refusal,
  response: TokenEndpointResponse,
  impersonation: Impersonation,
): AwsAuthError {
  const common = commonRefusal(refusal, response, STEP);
  if (common !== undefined) return common;
  const {email} = impersonation;
  const error = (code: AwsAuthErrorDetails['code'], fix: string): AwsAuthError =>
    new AwsAuthError({
      code,
      step: STEP.step,
      what: `IAM Credentials refused a token for ${email}: ${quoteRefusal(refusal)}.`,
      fix,
      status: refusal.status,
      reason: refusal.error,
    });
  if (refusal.status === 403 || refusal.status === 404) {
    return error(
      'IMPERSONATION_DENIED',
      `Check that the service account exists, and let the AWS role act as it (this takes up to five minutes to be seen): gcloud iam service-accounts add-iam-policy-binding ${firstHop(impersonation)} --role=roles/iam.workloadIdentityUser --member="${principalSet(impersonation.audience)}"${delegationAdvice(impersonation)}`,
    );
  }
  if (refusal.status === 401) {
    return error(
      'IMPERSONATION_REFUSED',
      'The federated token was not accepted: it has expired or was revoked, or the URL leads to another cloud than the token came from. Compare the token URL with the impersonation URL.',
    );
  }
  return error(
    'IMPERSONATION_REFUSED',
    `Check the scopes (${impersonation.scopes.join(' ')}) and the lifetime (${String(impersonation.lifetimeSeconds)} s; over 3600 s needs the organisation policy iam.allowServiceAccountCredentialLifetimeExtension).`,
  );
}

function firstHop({delegates, email}: Impersonation): string {
  return delegates[0] ?? email;
}

function delegationAdvice({delegates}: Impersonation): string {
  return delegates.length === 0
    ? ''
    : ' and give each delegate roles/iam.serviceAccountTokenCreator on the next account of the chain';
}

function principalSet(audience: string): string {
  const pool = audience.replace(/^(?:https:)?\/\//, '').replace(/\/providers\/.*$/, '');
  return `principalSet://${pool}/attribute.aws_role/arn:aws:sts::AWS_ACCOUNT_ID:assumed-role/ROLE_NAME`;
}

// https://www.rfc-editor.org/rfc/rfc3339#section-5.6; Date.parse alone takes far more than that.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'string' || !RFC_3339.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}
