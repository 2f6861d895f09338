import type {BaseExternalAccountClient, Credentials} from 'google-auth-library';
import {invalidOption} from '../config/option-checks.js';
import {isTokenValue} from '../google/granted-token.js';
import {AccessToken} from '../token/access-token.js';
import type {AwsAuthClientOptions, ResolvedOptions} from './options.js';

/** A token as google-auth-library's clients show it. */
export function asCredentials(token: AccessToken | undefined): Credentials {
  return token === undefined
    ? {}
    : {access_token: token.value, expiry_date: token.expiresAt, token_type: 'Bearer'};
}

// The life of a token that comes from outside without a time of expiry.
const UNKNOWN_LIFE_MILLIS = 3600 * 1000;

/**
 * A token that comes from outside, or `undefined` where there is none. What cannot stand in a header would be
 * quoted, token and all, by whoever refuses it.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function tokenOf(credentials: Credentials, now: number): AccessToken | undefined {
  const {access_token: value, expiry_date: expiry} = credentials;
  if (typeof value !== 'string' || value === '') return undefined;
  if (!isTokenValue(value)) {
    throw invalidOption(
      'access_token',
      'holds a space, a newline or another character that no token has',
      'Give the token alone, as Google gave it.',
    );
  }
  return new AccessToken(value, now, expiry ?? now + UNKNOWN_LIFE_MILLIS);
}

/** What `BaseExternalAccountClient` is constructed with. */
export function baseOptions(
  options: AwsAuthClientOptions,
  resolved: ResolvedOptions,
): ConstructorParameters<typeof BaseExternalAccountClient>[0] {
  const {serviceAccount} = resolved;
  return {
    type: 'external_account',
    audience: resolved.audience,
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: resolved.tokenUrl,
    scopes: [...resolved.scopes],
    universe_domain: resolved.universeDomain,
    eagerRefreshThresholdMillis: resolved.eagerRefreshThresholdMillis,
    forceRefreshOnFailure: resolved.forceRefreshOnFailure,
    // Its interceptors log response bodies, and would be added to a transporter that is the caller's.
    useAuthRequestParameters: false,
    ...(resolved.projectId === undefined ? {} : {project_id: resolved.projectId}),
    ...(resolved.quotaProjectId === undefined ? {} : {quota_project_id: resolved.quotaProjectId}),
    ...(serviceAccount === undefined
      ? {}
      : {
          service_account_impersonation_url: serviceAccount.url,
          service_account_impersonation: {token_lifetime_seconds: serviceAccount.lifetimeSeconds},
        }),
    ...(options.transporter === undefined ? {} : {transporter: options.transporter}),
    ...(options.transporterOptions === undefined
      ? {}
      : {transporterOptions: options.transporterOptions}),
  };
}

/** What a client answers for `credentials` and `scopes` of google-auth-library, and does where they are set. */
interface AnsweredProperties {
  readonly credentials: () => Credentials;
  readonly scopes: () => readonly string[];
  readonly setScopes: (scopes: AwsAuthClientOptions['scopes']) => void;
}

/**
 * Lets a client answer for what google-auth-library keeps as plain properties: anybody may set them, at any time.
 */
export function answerForProperties(
  client: BaseExternalAccountClient,
  {credentials, scopes, setScopes}: AnsweredProperties,
): void {
  Object.defineProperties(client, {
    // There it holds the token in the open, for every log to print.
    credentials: {
      enumerable: false,
      configurable: true,
      get: credentials,
      set: (given: Credentials) => {
        client.setCredentials(given);
      },
    },
    // Frozen, since a change in the list itself would be heard by nobody.
    scopes: {
      enumerable: true,
      configurable: true,
      get: () => Object.freeze([...scopes()]),
      set: setScopes,
    },
  });
}
