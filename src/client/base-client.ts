import type {BaseExternalAccountClient, Credentials} from 'google-auth-library';
import type {AccessToken} from '../token/access-token.js';
import type {AwsAuthClientOptions, ResolvedOptions} from './options.js';

/** A token as google-auth-library's clients show it. */
export function asCredentials(token: AccessToken | undefined): Credentials {
  return token === undefined
    ? {}
    : {access_token: token.value, expiry_date: token.expiresAt, token_type: 'Bearer'};
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
