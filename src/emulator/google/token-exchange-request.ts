import {mediaType} from '../server/request-body.js';
import {parseObject} from './json-object.js';
import {oauthError} from './oauth-error.js';
import {isOauthScope} from './oauth-scope.js';
import {protoName, readProtoMessage} from './proto-message.js';

/** A token exchange whose parameters are in order. */
export interface TokenExchangeRequest {
  /** `//iam.googleapis.com/projects/…/locations/global/workloadIdentityPools/…/providers/…`. */
  readonly audience: string;
  readonly scopes: readonly string[];
  readonly subjectToken: string;
}

// snake_case in a form, camelCase in JSON, which is a protobuf message and may have the former, too.
const PARAMETERS = {
  audience: 'audience',
  grant_type: 'grantType',
  options: 'options',
  requested_token_type: 'requestedTokenType',
  scope: 'scope',
  subject_token: 'subjectToken',
  subject_token_type: 'subjectTokenType',
} as const;

type Parameter = keyof typeof PARAMETERS;
/** The parameters as they were sent; none of them is checked. */
export type TokenExchangeParameters = Readonly<Partial<Record<Parameter, string>>>;

/** RFC 8693 section 2.1. */
export const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** RFC 8693 section 3. */
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const AWS4_REQUEST = 'urn:ietf:params:aws:token-type:aws4_request';
/** In characters. */
export const MAX_OPTIONS_LENGTH = 4096;

/**
 * Reads the body of a token exchange, whatever it is for.
 *
 * @throws Refused with the error of RFC 6749 or RFC 8693 for what is wrong.
 * @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 */
export function readTokenExchange(
  contentType: string | undefined,
  body: string,
): TokenExchangeParameters {
  return mediaType(contentType) === 'application/json'
    ? readJson(body)
    : mediaType(contentType) === 'application/x-www-form-urlencoded'
      ? readForm(body)
      : invalid('The content type must be application/x-www-form-urlencoded or application/json.');
}

/**
 * Checks the exchange of an AWS identity.
 *
 * @throws Refused with the error of RFC 6749 or RFC 8693 for what is wrong.
 */
export function checkTokenExchange(given: TokenExchangeParameters): TokenExchangeRequest {
  const need = (name: Parameter) => given[name] ?? invalid(`Missing required parameter: ${name}.`);
  if (need('grant_type') !== GRANT_TYPE) {
    throw oauthError('unsupported_grant_type', `The grant type must be ${GRANT_TYPE}.`);
  }
  const audience = need('audience');
  if (need('requested_token_type') !== ACCESS_TOKEN) invalidValue('requested_token_type');
  if (need('subject_token_type') !== AWS4_REQUEST) invalidValue('subject_token_type');
  const scopes = need('scope').split(' ');
  const invalidScopes = scopes.filter(scope => !isOauthScope(scope));
  if (invalidScopes.length > 0) {
    throw oauthError(
      'invalid_scope',
      `Some requested scopes were invalid. {invalid=[${invalidScopes.join(', ')}]}`,
    );
  }
  const {options} = given;
  if (
    options !== undefined &&
    (options.length > MAX_OPTIONS_LENGTH || parseObject(options) === undefined)
  ) {
    invalidValue('options');
  }
  return {audience, scopes, subjectToken: need('subject_token')};
}

function readForm(body: string): TokenExchangeParameters {
  const given: Partial<Record<Parameter, string>> = {};
  for (const [name, value] of new URLSearchParams(body)) {
    // Client authentication and delegation have parameters of their own; they change nothing here.
    if (!isParameter(name)) continue;
    // RFC 6749 section 3.2: none may come twice, and an empty one counts as absent.
    if (given[name] !== undefined) invalid(`Parameter ${name} is given more than once.`);
    if (value !== '') given[name] = value;
  }
  return given;
}

function readJson(body: string): TokenExchangeParameters {
  const object = parseObject(body) ?? invalid('The request body is not a JSON object.');
  const given: Partial<Record<Parameter, string>> = {};
  // What it does not know, such as the authentication of a client, it passes over, as in a form.
  const {fields, repeatedName} = readProtoMessage(object, Object.values(PARAMETERS));
  if (repeatedName !== undefined) {
    invalid(`Parameter ${protoName(repeatedName)} is given more than once.`);
  }
  for (const name of Object.keys(PARAMETERS).filter(isParameter)) {
    const value = fields[PARAMETERS[name]];
    if (value === undefined || value === '') continue;
    given[name] = typeof value === 'string' ? value : invalidValue(name);
  }
  return given;
}

function isParameter(name: string): name is Parameter {
  return Object.hasOwn(PARAMETERS, name);
}

function invalidValue(name: Parameter): never {
  return invalid(`Invalid value for "${name}".`);
}

function invalid(description: string): never {
  throw oauthError('invalid_request', description);
}
