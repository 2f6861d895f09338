import {checkKeys, type KeysOf} from './known-keys.js';

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
    /** With instance metadata. */
    readonly imdsv2_session_token_url?: string;
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
  /**
   * Whether the file's addresses of instance metadata are the emulator's. Google's own libraries and
   * gcloud have the AWS credentials from there, unless `AWS_ACCESS_KEY_ID` and its like are set; no
   * other source is known to them. Default `false`: what is at 169.254.169.254.
   */
  readonly instanceMetadata?: boolean;
}

const OPTIONS: KeysOf<CredentialConfigOptions> = {
  audience: true,
  serviceAccountEmail: true,
  tokenLifetimeSeconds: true,
  instanceMetadata: true,
};

/** Makes a credential config, in gcloud's order of keys, whose Google is at `url`. */
export function makeCredentialConfig(
  url: string,
  audience: string,
  options: Omit<CredentialConfigOptions, 'audience'>,
): EmulatorCredentialConfig {
  checkKeys(options, OPTIONS, 'configFor()');
  const {serviceAccountEmail, tokenLifetimeSeconds, instanceMetadata = false} = options;
  const metadata = `${instanceMetadata ? url : 'http://169.254.169.254'}/latest`;
  return {
    universe_domain: 'googleapis.com',
    type: 'external_account',
    audience,
    subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
    token_url: `${url}/v1/token`,
    credential_source: {
      environment_id: 'aws1',
      region_url: `${metadata}/meta-data/placement/availability-zone`,
      url: `${metadata}/meta-data/iam/security-credentials`,
      regional_cred_verification_url:
        'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      // The emulated instance answers to version 2 alone, unless it is told otherwise.
      ...(instanceMetadata ? {imdsv2_session_token_url: `${metadata}/api/token`} : {}),
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
