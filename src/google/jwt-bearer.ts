import {AwsAuthError, type AwsAuthErrorCode} from '../errors.js';
import {quoteRefusal, readRefusal, type Refusal} from './error-response.js';
import {readBearerToken, readBody, type GrantedToken} from './granted-token.js';
import {adviceForBarrier, adviceForScopes, commonRefusal, type Step} from './refusal.js';
import type {TokenEndpointRequest, TokenEndpointResponse} from './transport.js';

const STEP: Step = {step: 'jwt-bearer', server: "Google's OAuth endpoint"};
// RFC 7523 section 2.1
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
// The longest that Google takes an assertion for.
const LIFETIME_SECONDS = 3600;

/** Who acts for whom, and in what. */
export interface Delegation {
  /** The service account. */
  readonly email: string;
  /** The user of Google Workspace. */
  readonly subject: string;
  readonly scopes: readonly string[];
}

/**
 * The claims by which a service account asks for a user's token.
 *
 * @param audience `https://oauth2.UNIVERSE/token`, under whatever name it is reached.
 * @param now the server's time, in epoch ms.
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests
 */
export function delegationClaims(
  {email, subject, scopes}: Delegation,
  audience: string,
  now: number,
): Readonly<Record<string, string | number>> {
  const issuedAt = Math.floor(now / 1000);
  return {
    iss: email,
    sub: subject,
    scope: scopes.join(' '),
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
  };
}

/** What one exchange needs. */
export interface JwtBearerExchange extends Delegation {
  readonly oauthTokenUrl: string;
  /** The signed claims. */
  readonly assertion: string;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
}

/**
 * The request that exchanges a service account's assertion for a user's access token.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7523#section-2.1
 */
export function jwtBearerRequest(exchange: JwtBearerExchange): TokenEndpointRequest {
  return {
    ...STEP,
    url: exchange.oauthTokenUrl,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'x-goog-api-client': exchange.apiClient,
    },
    body: new URLSearchParams({
      grant_type: GRANT_TYPE,
      assertion: exchange.assertion,
    }).toString(),
    secrets: [exchange.assertion],
  };
}

/**
 * Reads the answer.
 *
 * @throws AwsAuthError with the step `jwt-bearer`.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5
 */
export function readJwtBearer(
  response: TokenEndpointResponse,
  exchange: JwtBearerExchange,
): GrantedToken {
  if (response.status >= 400) {
    const refusal = readRefusal(response, [exchange.assertion]);
    throw commonRefusal(refusal, response, STEP) ?? refused(refusal, exchange);
  }
  return readBearerToken(readBody(response, STEP), response, STEP);
}

function refused(refusal: Refusal, {email, subject, scopes}: JwtBearerExchange): AwsAuthError {
  const error = (code: AwsAuthErrorCode, fix: string) =>
    new AwsAuthError({
      code,
      step: STEP.step,
      what: `Google refused ${email} a token for ${subject}: ${quoteRefusal(refusal)}.`,
      fix,
      status: refusal.status,
      reason: refusal.error,
    });
  if (refusal.error === 'unauthorized_client' || refusal.error === 'access_denied') {
    return error(
      'DELEGATION_DENIED',
      `An administrator of ${subject.replace(/^.*@/, '')} must enter the service account at https://admin.google.com/ac/owl/domainwidedelegation with each of these scopes, spelled so: ${scopes.join(',')} (it is usually seen in minutes, and may take 24 hours). The client ID to enter is what this prints: gcloud iam service-accounts describe ${email} --format="value(uniqueId)"`,
    );
  }
  return error(
    'DELEGATION_REFUSED',
    adviceForBarrier(refusal, STEP) ?? advice(refusal, email, subject, scopes),
  );
}

function advice(
  {error, description}: Refusal,
  email: string,
  subject: string,
  scopes: readonly string[],
): string {
  if (error === 'invalid_scope') return adviceForScopes(scopes);
  if (/email|user/i.test(description)) {
    return `Check the subject ${subject}: it must be the e-mail address of an active user of the Workspace, not of a group or a personal account.`;
  }
  if (/account not found/i.test(description)) {
    return `See whether the service account exists and is enabled with: gcloud iam service-accounts describe ${email}`;
  }
  if (/timeframe/i.test(description)) {
    return "This machine's clock is off: synchronise it (chrony, NTP).";
  }
  if (/signature/i.test(description)) {
    return 'The assertion was signed in another cloud than it was sent to: compare the OAuth token URL with the impersonation URL.';
  }
  return `Check the subject (${subject}), the scopes (${scopes.join(' ')}) and the service account (${email}).`;
}
