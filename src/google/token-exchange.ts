import {AwsAuthError, type AwsAuthErrorDetails} from '../errors.js';
import {adviceForAwsRefusal, passingFailure} from './aws-refusal.js';
import {quoteRefusal, readRefusal, type Refusal} from './error-response.js';
import {readBearerToken, readBody, type GrantedToken} from './granted-token.js';
import {
  adviceForBarrier,
  adviceForScopes,
  commonRefusal,
  malformed,
  poolProject,
  type Step,
} from './refusal.js';
import type {TokenEndpointRequest, TokenEndpointResponse} from './transport.js';

// RFC 8693 sections 2.1 and 3
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token';
// https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
const AWS_SUBJECT_TOKEN_TYPE = 'urn:ietf:params:aws:token-type:aws4_request';

// https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings, the default
const AWS_ROLE_MAPPING =
  "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn";

// What Google says where it asked AWS STS and got no answer.
const UNREACHED = /error connecting to the given credential's issuer/i;

const STEP: Step = {
  step: 'token-exchange',
  server: 'Google STS',
  service: 'sts.googleapis.com',
};

/** What one exchange needs. */
export interface TokenExchange {
  readonly tokenUrl: string;
  /** `//iam.googleapis.com/projects/…/providers/…` */
  readonly audience: string;
  /** The AWS region for which the subject token is signed, for the advice in errors. */
  readonly region: string;
  readonly scopes: readonly string[];
  readonly subjectToken: string;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
  /** What must not show in an error. */
  readonly secrets: readonly string[];
}

/**
 * The request that exchanges a subject token for a federated access token.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8693#section-2.1
 */
export function tokenExchangeRequest(exchange: TokenExchange): TokenEndpointRequest {
  return {
    step: STEP.step,
    server: STEP.server,
    url: exchange.tokenUrl,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
      'x-goog-api-client': exchange.apiClient,
    },
    body: new URLSearchParams({
      grant_type: GRANT_TYPE,
      audience: exchange.audience,
      scope: exchange.scopes.join(' '),
      requested_token_type: ACCESS_TOKEN_TYPE,
      subject_token: exchange.subjectToken,
      subject_token_type: AWS_SUBJECT_TOKEN_TYPE,
    }).toString(),
    secrets: [exchange.subjectToken, ...exchange.secrets],
  };
}

/**
 * Reads the answer.
 *
 * @throws AwsAuthError with the step `token-exchange`.
 * @see https://www.rfc-editor.org/rfc/rfc8693#section-2.2
 */
export function readTokenExchange(
  response: TokenEndpointResponse,
  exchange: Omit<TokenExchange, 'tokenUrl' | 'apiClient'>,
): GrantedToken {
  if (response.status >= 400) {
    throw refused(
      readRefusal(response, [exchange.subjectToken, ...exchange.secrets]),
      response,
      exchange,
    );
  }
  const body = readBody(response, STEP);
  const token = readBearerToken(body, response, STEP);
  const issuedType = body['issued_token_type'];
  if (issuedType !== undefined && issuedType !== ACCESS_TOKEN_TYPE) {
    throw malformed(STEP, response, 'has an "issued_token_type" that is not an access token');
  }
  return token;
}

function refused(
  refusal: Refusal,
  response: TokenEndpointResponse,
  {audience, region, scopes}: Pick<TokenExchange, 'audience' | 'region' | 'scopes'>,
): AwsAuthError {
  const common = commonRefusal(refusal, response, STEP, poolProject(audience));
  if (common !== undefined) return common;
  const awsError = /Received invalid AWS response of type (?<code>[\w.]+)/.exec(refusal.description)
    ?.groups?.['code'];
  const passing = UNREACHED.test(refusal.description)
    ? 'SERVER_ERROR'
    : passingFailure(awsError ?? '');
  const why =
    passing !== undefined
      ? `, since AWS STS in ${region} did not answer Google`
      : awsError === undefined
        ? ''
        : `, since AWS STS in ${region} refused its signature`;
  const error = (
    code: AwsAuthErrorDetails['code'],
    fix: string,
    reason = refusal.error,
  ): AwsAuthError =>
    new AwsAuthError({
      code,
      step: STEP.step,
      what: `Google STS refused the exchange${why}: ${quoteRefusal(refusal)}.`,
      fix,
      status: refusal.status,
      reason,
      transient: code === passing,
    });

  if (passing !== undefined) {
    return error(
      passing,
      passing === 'RATE_LIMITED'
        ? 'Too many requests of this AWS account: share one client among all callers of a process, so that they share its token.'
        : `This is AWS's fault and usually passes; see https://health.aws.amazon.com/health/status if it lasts, and whether ${region} is a region.`,
      awsError,
    );
  }
  if (awsError !== undefined) {
    return error('AWS_IDENTITY_REJECTED', adviceForAwsRefusal(awsError, region), awsError);
  }
  if (/invalid format/i.test(refusal.description)) {
    return error(
      'SUBJECT_TOKEN_REJECTED',
      'Google could not read the signed request. If a proxy or a transporter of yours changes request bodies, stop it; otherwise please report this.',
    );
  }
  if (/attribute condition/i.test(refusal.description)) {
    return error(
      'ATTRIBUTE_CONDITION_FAILED',
      `The provider's attribute condition does not let this AWS identity in. Compare the output of "aws sts get-caller-identity" with the condition that this prints: ${describeProvider(audience)} --format="value(attributeCondition)"`,
    );
  }
  if (/127 bytes|size of mapped attribute/i.test(refusal.description)) {
    return error(
      'SUBJECT_TOO_LONG',
      `The provider maps google.subject to more than 127 bytes, usually the whole ARN with a long session name. Use a shorter role session name, or map something shorter (add your own attributes, if there are any): ${updateProvider(audience)} --attribute-mapping="google.subject=assertion.userid,attribute.aws_role=${AWS_ROLE_MAPPING}"`,
    );
  }
  if (refusal.error === 'invalid_target') {
    return error(
      'PROVIDER_NOT_FOUND',
      `Check the project number, the pool and the provider in the audience ${audience}, and that neither is disabled or deleted (changes take up to five minutes to be seen): ${describeProvider(audience)}`,
    );
  }
  if (refusal.error === 'invalid_scope') {
    return error('TOKEN_EXCHANGE_REFUSED', adviceForScopes(scopes));
  }
  return error(
    'TOKEN_EXCHANGE_REFUSED',
    adviceForBarrier(refusal, STEP) ??
      (refusal.error === undefined && refusal.description === ''
        ? "A refusal without a word is rarely Google's: look for a proxy or a firewall between here and Google STS that refuses in its place."
        : `Check the provider's settings: ${describeProvider(audience)}`),
  );
}

// gcloud's commands for pools take a project's number in a full name alone: as --project they refuse it.
// parseProviderName() has checked the audience: it holds no character that a shell reads.
function providerName(audience: string): string {
  return audience.replace(/^(?:https:)?\/\/iam\.googleapis\.com\//, '');
}

function describeProvider(audience: string): string {
  return `gcloud iam workload-identity-pools providers describe ${providerName(audience)}`;
}

function updateProvider(audience: string): string {
  return `gcloud iam workload-identity-pools providers update-aws ${providerName(audience)}`;
}
