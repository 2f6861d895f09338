import {AwsAuthError, type AwsAuthErrorCode, type AwsAuthStep} from '../errors.js';
import {quoteRefusal, readRefusal, type Refusal} from './error-response.js';
import {adviceForBarrier, commonRefusal, poolProject, type Step} from './refusal.js';
import type {TokenEndpointRequest, TokenEndpointResponse} from './transport.js';

/** What every call of a service account's method at IAM Credentials needs. */
export interface IamCredentialsCall {
  /** `https://iamcredentials.…/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken`, whatever is called. */
  readonly url: string;
  readonly email: string;
  /** E-mails, from the one that the federated principal may act as to the last before `email`. */
  readonly delegates: readonly string[];
  readonly federatedToken: string;
  /** The provider's name, for the advice in errors. */
  readonly audience: string;
  /** The AWS role as bindings name it, with `AWS_ACCOUNT_ID` and `ROLE_NAME` for what is not known; for the same. */
  readonly awsRole: string;
  /** The value of `x-goog-api-client`. */
  readonly apiClient: string;
}

/** A method of the API, and how errors speak of it. */
export interface IamCredentialsMethod {
  readonly name: 'generateAccessToken' | 'generateIdToken' | 'signJwt';
  readonly step: AwsAuthStep;
  /** What is refused: `a token for`, `to sign as`. */
  readonly deed: string;
  /** The least role that allows it. */
  readonly role: string;
}

/** How errors name the API. */
export function stepOf({step}: IamCredentialsMethod): Step {
  return {step, server: 'IAM Credentials', service: 'iamcredentials.googleapis.com'};
}

/**
 * The request of a method.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts
 */
export function iamCredentialsRequest(
  method: IamCredentialsMethod,
  call: IamCredentialsCall,
  fields: Readonly<Record<string, unknown>>,
): TokenEndpointRequest {
  const {step, server} = stepOf(method);
  return {
    step,
    server,
    url: call.url.replace(/:generateAccessToken(?=$|\?)/, `:${method.name}`),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${call.federatedToken}`,
      'x-goog-api-client': call.apiClient,
    },
    body: JSON.stringify({
      ...fields,
      ...(call.delegates.length === 0
        ? {}
        : {delegates: call.delegates.map(email => `projects/-/serviceAccounts/${email}`)}),
    }),
    secrets: [call.federatedToken],
  };
}

/**
 * The error for a refusal.
 *
 * @param advice what to do where the arguments may be wrong.
 */
export function refusedCall(
  method: IamCredentialsMethod,
  call: IamCredentialsCall,
  response: TokenEndpointResponse,
  advice: string,
): AwsAuthError {
  const refusal = readRefusal(response, [call.federatedToken]);
  return (
    commonRefusal(refusal, response, stepOf(method), poolProject(call.audience)) ??
    ownRefusal(method, call, refusal, advice)
  );
}

function ownRefusal(
  method: IamCredentialsMethod,
  call: IamCredentialsCall,
  refusal: Refusal,
  advice: string,
): AwsAuthError {
  const error = (code: AwsAuthErrorCode, fix: string) =>
    new AwsAuthError({
      code,
      step: method.step,
      what: `IAM Credentials refused ${method.deed} ${call.email}: ${quoteRefusal(refusal)}.`,
      fix,
      status: refusal.status,
      reason: refusal.error,
    });
  const adviceOnBarrier = adviceForBarrier(refusal, stepOf(method));
  if (adviceOnBarrier !== undefined) return error('IMPERSONATION_REFUSED', adviceOnBarrier);
  if (refusal.status === 403 || refusal.status === 404) {
    return error('IMPERSONATION_DENIED', bindingAdvice(method, call));
  }
  if (refusal.status === 401) {
    return error(
      'IMPERSONATION_REFUSED',
      'The federated token was not accepted: it has expired or was revoked, or the URL leads to another cloud than the token came from. Compare the token URL with the impersonation URL.',
    );
  }
  return error('IMPERSONATION_REFUSED', advice);
}

const TOKEN_CREATOR = 'roles/iam.serviceAccountTokenCreator';

function bindingAdvice(
  {role}: IamCredentialsMethod,
  {email, delegates, audience, awsRole}: IamCredentialsCall,
): string {
  const [first] = delegates;
  const commands = [
    binding(
      first ?? email,
      first === undefined ? role : TOKEN_CREATOR,
      principalSet(audience, awsRole),
    ),
    // The refusal does not name the link that is missing. A binding that is there is left as it is.
    ...delegates.map((delegate, index) =>
      binding(delegates[index + 1] ?? email, TOKEN_CREATOR, `serviceAccount:${delegate}`),
    ),
  ];
  const check =
    first === undefined
      ? 'Check that the service account exists'
      : 'Check that each service account of the chain exists';
  const deed = role === TOKEN_CREATOR ? 'sign as it' : 'act as it';
  const links =
    first === undefined
      ? `let the AWS role ${deed}`
      : 'let the AWS role act as the first and each create tokens for the next';
  return `${check}, and ${links} (this takes up to five minutes to be seen)${blanksIn(awsRole)}: ${commands.join(' && ')}`;
}

function binding(account: string, role: string, member: string): string {
  return `gcloud iam service-accounts add-iam-policy-binding ${account} --role=${role} --member="${member}"`;
}

function blanksIn(awsRole: string): string {
  const blanks = ['AWS_ACCOUNT_ID', 'ROLE_NAME'].filter(name => awsRole.includes(name));
  return blanks.length === 0
    ? ''
    : `, with ${blanks.join(' and ')} as "aws sts get-caller-identity" prints ${blanks.length === 1 ? 'it' : 'them'}`;
}

function principalSet(audience: string, awsRole: string): string {
  const pool = audience.replace(/^(?:https:)?\/\//, '').replace(/\/providers\/.*$/, '');
  return `principalSet://${pool}/attribute.aws_role/${awsRole}`;
}
