/**
 * Names the kind of failure. Stable: programs may branch on it.
 *
 * | code | meaning |
 * | --- | --- |
 * | `INVALID_OPTION` | an option has the wrong type or is out of range |
 * | `INVALID_AUDIENCE` | the audience is not a workload identity pool provider's name |
 * | `CREDENTIAL_FILE_NOT_FOUND` | there is no credential file at that path, or no path was given |
 * | `CREDENTIAL_FILE_UNREADABLE` | the credential file exists and cannot be read |
 * | `CREDENTIAL_FILE_INVALID` | the credential file is not an AWS external-account configuration |
 * | `UNTRUSTED_URL` | a URL in a credential file leads to a host that is not Google's |
 * | `AWS_CREDENTIALS_UNAVAILABLE` | no AWS credentials could be had |
 * | `AWS_CREDENTIALS_INVALID` | what came as AWS credentials cannot be used |
 * | `AWS_REGION_INVALID` | the AWS region is malformed, or Google does not accept its STS endpoint |
 * | `SIGNING_FAILED` | the GetCallerIdentity request could not be signed |
 * | `NETWORK_ERROR` | a connection could not be made, or broke |
 * | `TIMEOUT` | no complete answer came within the time limit |
 * | `ABORTED` | the caller's `AbortSignal` fired |
 * | `REDIRECT_REFUSED` | a token endpoint answered with a redirect |
 * | `RESPONSE_TOO_LARGE` | a token endpoint answered with more than 1 MiB |
 * | `INVALID_RESPONSE` | a token endpoint's answer is not what its API documents |
 * | `SERVER_ERROR` | a token endpoint, or AWS STS, answered with a 5xx status or 408 |
 * | `RATE_LIMITED` | a token endpoint answered 429: a quota is used up |
 * | `AWS_IDENTITY_REJECTED` | AWS refused the signed request, forwarded by Google or asked itself |
 * | `SUBJECT_TOKEN_REJECTED` | Google STS could not read the signed request |
 * | `ATTRIBUTE_CONDITION_FAILED` | the provider's attribute condition refused this AWS identity |
 * | `PROVIDER_NOT_FOUND` | the project number, pool or provider is wrong, disabled or deleted |
 * | `SUBJECT_TOO_LONG` | the mapped `google.subject` exceeds 127 bytes |
 * | `TOKEN_EXCHANGE_REFUSED` | Google STS refused for another reason |
 * | `IMPERSONATION_DENIED` | the AWS identity may not act or sign as the service account, or it does not exist |
 * | `API_DISABLED` | a Google API that the exchange needs is not enabled in the project |
 * | `IMPERSONATION_REFUSED` | IAM Credentials refused for another reason |
 * | `SERVICE_ACCOUNT_REQUIRED` | what was asked for needs a service account, and none is named |
 * | `DELEGATION_DENIED` | the Workspace does not let the service account act for its users in these scopes |
 * | `DELEGATION_REFUSED` | Google refused a Workspace user's token for another reason |
 * | `CLIENT_UNSUPPORTED` | a client of Google's takes no auth client or credential of others |
 */
export type AwsAuthErrorCode =
  | 'INVALID_OPTION'
  | 'INVALID_AUDIENCE'
  | 'CREDENTIAL_FILE_NOT_FOUND'
  | 'CREDENTIAL_FILE_UNREADABLE'
  | 'CREDENTIAL_FILE_INVALID'
  | 'UNTRUSTED_URL'
  | 'AWS_CREDENTIALS_UNAVAILABLE'
  | 'AWS_CREDENTIALS_INVALID'
  | 'AWS_REGION_INVALID'
  | 'SIGNING_FAILED'
  | 'NETWORK_ERROR'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'REDIRECT_REFUSED'
  | 'RESPONSE_TOO_LARGE'
  | 'INVALID_RESPONSE'
  | 'SERVER_ERROR'
  | 'RATE_LIMITED'
  | 'AWS_IDENTITY_REJECTED'
  | 'SUBJECT_TOKEN_REJECTED'
  | 'ATTRIBUTE_CONDITION_FAILED'
  | 'PROVIDER_NOT_FOUND'
  | 'SUBJECT_TOO_LONG'
  | 'TOKEN_EXCHANGE_REFUSED'
  | 'IMPERSONATION_DENIED'
  | 'API_DISABLED'
  | 'IMPERSONATION_REFUSED'
  | 'SERVICE_ACCOUNT_REQUIRED'
  | 'DELEGATION_DENIED'
  | 'DELEGATION_REFUSED'
  | 'CLIENT_UNSUPPORTED';

/**
 * Names the step of the exchange that failed, in the order in which they run. Three more belong to what is
 * had of a service account beside its access token: an ID token, and a Workspace user's token, for which
 * claims are signed (`sign-jwt`) and exchanged (`jwt-bearer`). `caller-identity` is that of
 * `getCallerIdentity()`, `project-id` that of `getProjectId()`.
 */
export type AwsAuthStep =
  | 'config'
  | 'aws-credentials'
  | 'aws-region'
  | 'sign'
  | 'token-exchange'
  | 'impersonation'
  | 'id-token'
  | 'sign-jwt'
  | 'jwt-bearer'
  | 'caller-identity'
  | 'project-id';

/** What an {@link AwsAuthError} is made of. */
export interface AwsAuthErrorDetails {
  readonly code: AwsAuthErrorCode;
  readonly step: AwsAuthStep;
  /** What failed and what the server said: a sentence. */
  readonly what: string;
  /** What to do: a sentence. */
  readonly fix: string;
  /** Whether the same call may succeed later with nothing changed. Default `false`. */
  readonly transient?: boolean;
  /** The server's HTTP status, where there was an answer. */
  readonly status?: number;
  /** The server's own code for it, e.g. AWS's `ExpiredToken` or Google's `invalid_target`. */
  readonly reason?: string | undefined;
  /** How long the server asked to wait, in ms. */
  readonly retryAfterMillis?: number;
  /** The underlying error. It must hold no secret. */
  readonly cause?: unknown;
}

// Registered, not a plain Symbol(): two copies of this package in one process know each other's errors.
const BRAND = Symbol.for('google-auth-aws.AwsAuthError');

/**
 * Every error that this package raises. Its message says what failed, what the server said and
 * what to do. Nothing secret is in it, however it is printed: not in the message, the stack, the
 * cause, nor in any property.
 */
export class AwsAuthError extends Error {
  override readonly name = 'AwsAuthError';
  /** The kind of failure; see {@link AwsAuthErrorCode}. */
  readonly code: AwsAuthErrorCode;
  /** The step that failed. */
  readonly step: AwsAuthStep;
  /** What failed and what the server said: the beginning of the message. */
  declare readonly what: string;
  /** What to do: the rest of the message. */
  declare readonly fix: string;
  /** Whether the same call may succeed later with nothing changed (an outage, a quota). */
  readonly transient: boolean;
  /** The HTTP status that the server answered, or `undefined` where there was no answer. */
  declare readonly status?: number;
  /**
   * The server's own code for it, or `undefined`: AWS's (`ExpiredToken`), an OAuth error (`invalid_target`),
   * or Google's (`PERMISSION_DENIED`).
   */
  declare readonly reason?: string;
  /** How long the server asked to wait before the next try, in ms, or `undefined`. */
  declare readonly retryAfterMillis?: number;

  constructor(details: AwsAuthErrorDetails) {
    super(
      `${details.what} ${details.fix}`,
      'cause' in details ? {cause: details.cause} : undefined,
    );
    this.code = details.code;
    this.step = details.step;
    this.transient = details.transient ?? false;
    // Not as fields: a log that prints the error should not print what is not there.
    if (details.status !== undefined) this.status = details.status;
    if (details.reason !== undefined) this.reason = details.reason;
    if (details.retryAfterMillis !== undefined) this.retryAfterMillis = details.retryAfterMillis;
    Object.defineProperties(this, {
      [BRAND]: {value: true},
      // Not enumerable: the message says both.
      what: {value: details.what},
      fix: {value: details.fix},
    });
  }

  /** The error as structured logs want it: the message and the cause's message, no stack. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      message: this.message,
      code: this.code,
      step: this.step,
      transient: this.transient,
      ...(this.status === undefined ? {} : {status: this.status}),
      ...(this.reason === undefined ? {} : {reason: this.reason}),
      // A masked copy, and so an error of this realm.
      ...(this.cause instanceof Error ? {cause: `${this.cause.name}: ${this.cause.message}`} : {}),
    };
  }
}

/**
 * Whether a value is an {@link AwsAuthError}, also one of another copy of this package, for which
 * `instanceof` would be false.
 */
export function isAwsAuthError(value: unknown): value is AwsAuthError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
