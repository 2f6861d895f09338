import {
  checkEmail,
  checkEndpointUrl,
  checkLifetime,
  checkString,
  checkUniverseDomain,
  DEFAULT_UNIVERSE_DOMAIN,
  invalidOption,
} from './option-checks.js';
import {defaultImpersonationUrl, defaultTokenUrl} from './google-endpoints.js';
import {formatProviderName, parseProviderName} from './provider-name.js';

const SUBJECT_TOKEN_TYPE = 'urn:ietf:params:aws:token-type:aws4_request';
const METADATA = 'http://169.254.169.254/latest';

/** How a credential file tells Google's libraries to find AWS credentials (AIP-4117). */
export interface AwsCredentialSource {
  readonly environment_id: 'aws1';
  readonly region_url?: string;
  readonly url?: string;
  readonly regional_cred_verification_url: string;
  readonly imdsv2_session_token_url?: string;
}

/**
 * A credential file of type `external_account` for AWS, as `gcloud iam workload-identity-pools
 * create-cred-config --aws` writes it. It holds no secret.
 *
 * @see https://google.aip.dev/auth/4117
 */
export interface ExternalAccountConfig {
  readonly universe_domain: string;
  readonly type: 'external_account';
  readonly audience: string;
  readonly subject_token_type: string;
  readonly token_url: string;
  readonly credential_source: AwsCredentialSource;
  readonly service_account_impersonation_url?: string;
  readonly service_account_impersonation?: {readonly token_lifetime_seconds: number};
  readonly token_info_url?: string;
  readonly quota_project_id?: string;
}

/** Options of {@link createExternalAccountConfig}. */
export interface ExternalAccountConfigOptions {
  /** The provider's full resource name, with or without `https:`. Required. */
  readonly audience: string;
  /** The service account to act as. Default: none, the federated principal itself. */
  readonly serviceAccountEmail?: string | undefined;
  /** The life of the service account's token in seconds, 600–43 200. Default: the reader's, 3600. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Default `googleapis.com`. */
  readonly universeDomain?: string | undefined;
  /** Whether Google's own libraries shall use IMDSv2 on EC2. Default `false`, as gcloud has it. */
  readonly enableImdsv2?: boolean | undefined;
  /** A region whose regional Google STS is used, e.g. `us-central1`. Default: the global one. */
  readonly stsLocation?: string | undefined;
  /** Default: Google STS of the universe and location. */
  readonly tokenUrl?: string | undefined;
  /** Default: IAM Credentials of the universe. */
  readonly serviceAccountImpersonationUrl?: string | undefined;
  /** The project that pays and is counted for quota. Default: none. */
  readonly quotaProjectId?: string | undefined;
}

/**
 * Makes the JSON of a credential file, key for key as gcloud writes it. Any Google library of any
 * language reads it. Write it with `JSON.stringify(config, null, 2)`.
 *
 * @throws AwsAuthError `INVALID_OPTION`, `INVALID_AUDIENCE`.
 */
export function createExternalAccountConfig(
  options: ExternalAccountConfigOptions,
): ExternalAccountConfig {
  const universeDomain = checkUniverseDomain(
    options.universeDomain ?? DEFAULT_UNIVERSE_DOMAIN,
    'universeDomain',
  );
  const tokenUrl = tokenUrlOf(options, universeDomain);
  const email =
    options.serviceAccountEmail === undefined
      ? undefined
      : checkEmail(options.serviceAccountEmail, 'serviceAccountEmail');
  if (options.serviceAccountImpersonationUrl !== undefined) {
    checkEndpointUrl(options.serviceAccountImpersonationUrl, 'serviceAccountImpersonationUrl');
  }
  const impersonationUrl =
    options.serviceAccountImpersonationUrl ??
    (email === undefined ? undefined : defaultImpersonationUrl(email, universeDomain));
  if (options.tokenLifetimeSeconds !== undefined && impersonationUrl === undefined) {
    throw invalidOption(
      'tokenLifetimeSeconds',
      'is given without "serviceAccountEmail"',
      'A federated token’s life is the pool’s session duration; leave the option out, or name the service account.',
    );
  }
  return {
    universe_domain: universeDomain,
    type: 'external_account',
    audience: formatProviderName(parseProviderName(options.audience)),
    subject_token_type: SUBJECT_TOKEN_TYPE,
    token_url: tokenUrl,
    credential_source: {
      environment_id: 'aws1',
      region_url: `${METADATA}/meta-data/placement/availability-zone`,
      url: `${METADATA}/meta-data/iam/security-credentials`,
      regional_cred_verification_url:
        'https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
      ...(options.enableImdsv2 === true ? {imdsv2_session_token_url: `${METADATA}/api/token`} : {}),
    },
    ...(impersonationUrl === undefined
      ? {token_info_url: new URL('/v1/introspect', tokenUrl).href}
      : {service_account_impersonation_url: impersonationUrl}),
    ...(options.tokenLifetimeSeconds === undefined
      ? {}
      : {
          service_account_impersonation: {
            token_lifetime_seconds: checkLifetime(
              options.tokenLifetimeSeconds,
              'tokenLifetimeSeconds',
            ),
          },
        }),
    ...(options.quotaProjectId === undefined
      ? {}
      : {
          quota_project_id: checkString(
            options.quotaProjectId,
            'quotaProjectId',
            'Give a project id.',
          ),
        }),
  };
}

function tokenUrlOf(options: ExternalAccountConfigOptions, universeDomain: string): string {
  if (options.tokenUrl !== undefined) {
    checkEndpointUrl(options.tokenUrl, 'tokenUrl');
    return options.tokenUrl;
  }
  if (options.stsLocation === undefined) return defaultTokenUrl(universeDomain);
  if (!/^[a-z][a-z0-9-]*$/.test(options.stsLocation)) {
    throw invalidOption(
      'stsLocation',
      'is not a Google Cloud region',
      'Give one such as us-central1, or leave it out for the global endpoint.',
    );
  }
  return `https://sts.${options.stsLocation}.rep.${universeDomain}/v1/token`;
}
