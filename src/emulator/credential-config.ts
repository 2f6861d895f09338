/** A credential file's content: what `gcloud iam workload-identity-pools create-cred-config --aws` writes. */
export interface EmulatorCredentialConfig {
  readonly universe_domain: string;
  readonly type: 'external_account';
  readonly audience: string;
  readonly subject_token_type: string;
  readonly token_url: string;
  readonly credential_source: {
    readonly environment_id: string;
    readonly region_url: string;
    readonly url: string;
    readonly regional_cred_verification_url: string;
  };
  /** With a service account. */
  readonly service_account_impersonation_url?: string;
  /** With a service account and a lifetime. */
  readonly service_account_impersonation?: {readonly token_lifetime_seconds: number};
  /** Without a service account. */
  readonly token_info_url?: string;
}

/** What a credential config is for. */
export interface CredentialConfigOptions {
  /** The full name of the provider. Default that of the policy's first. */
  readonly audience?: string;
  /** The service account to impersonate. Default none: act as the federated principal. */
  readonly serviceAccountEmail?: string;
  /** The lifetime of the service account's tokens, in seconds. Default the client's own. */
  readonly tokenLifetimeSeconds?: number;
}

/** Makes a credential config, in gcloud's order of keys, whose Google is at `url`. */
export function makeCredentialConfig(
  url: string,
  audience: string,
  options: Omit<CredentialConfigOptions, 'audience'>,
): EmulatorCredentialConfig {
  const {serviceAccountEmail, tokenLifetimeSeconds} = options;
  return {
    universe_domain: 'googleapis.com',
    type: 'external_account',
    audience,
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: `${url}/v1/token`,
    credential_source: {
      environment_id: 'aws1',
      region_url: 'http://169.254.169.254/latest/meta-data/placement/availability-zone',
      url: 'http://169.254.169.254/latest/meta-data/iam/security-credentials',
      regional_cred_verification_url:
        'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    },
    ...(serviceAccountEmail === undefined
      ? {token_info_url: `${url}/v1/introspect`}
      : {
          service_account_impersonation_url: `${url}/v1/projects/-/serviceAccounts/${serviceAccountEmail}:generateAccessToken`,
          ...(tokenLifetimeSeconds === undefined
            ? {}
            : {service_account_impersonation: {token_lifetime_seconds: tokenLifetimeSeconds}}),
        }),
  };
}
