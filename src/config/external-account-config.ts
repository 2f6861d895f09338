import {
  checkBoolean,
  checkEndpointUrl,
  checkLifetime,
  checkProject,
  checkUniverseDomain,
  DEFAULT_UNIVERSE_DOMAIN,
  invalidOption,
  show,
} from './option-checks.js';
import {defaultTokenUrl, impersonationTarget} from './google-endpoints.js';
import {checkKnownNames} from './known-names.js';
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

// A record and not an array: the compiler then sees that none is missing.
const NAMES: Readonly<Record<keyof ExternalAccountConfigOptions, true>> = {
  audience: true,
  serviceAccountEmail: true,
  tokenLifetimeSeconds: true,
  universeDomain: true,
  enableImdsv2: true,
  stsLocation: true,
  tokenUrl: true,
  serviceAccountImpersonationUrl: true,
  quotaProjectId: true,
};

/**
 * Makes the JSON of a credential file, key for key as gcloud writes it. Any Google library of any
 * language reads it. Write it with `JSON.stringify(config, null, 2)`.
 *
 * @throws AwsAuthError `INVALID_OPTION`, `INVALID_AUDIENCE`.
 */
export function createExternalAccountConfig(
  options: ExternalAccountConfigOptions,
): ExternalAccountConfig {
  checkKnownNames(options, Object.keys(NAMES));
  const universeDomain = checkUniverseDomain(
    options.universeDomain ?? DEFAULT_UNIVERSE_DOMAIN,
    'universeDomain',
  );
  const tokenUrl = tokenUrlOf(options, universeDomain);
  const target = impersonationTarget(options, universeDomain);
  if (options.tokenLifetimeSeconds !== undefined && target === undefined) {
    throw invalidOption(
      'tokenLifetimeSeconds',
      'is given without "serviceAccountEmail"',
      'A federated token’s life is the pool’s session duration; leave the option out, or name the service account.',
    );
  }
  const imdsv2 =
    options.enableImdsv2 === undefined ? false : checkBoolean(options.enableImdsv2, 'enableImdsv2');
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
      ...(imdsv2 ? {imdsv2_session_token_url: `${METADATA}/api/token`} : {}),
    },
    ...(target === undefined
      ? {token_info_url: new URL('/v1/introspect', tokenUrl).href}
      : {service_account_impersonation_url: target.url.href}),
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
          quota_project_id: checkProject(options.quotaProjectId, 'quotaProjectId'),
        }),
  };
}

function tokenUrlOf(options: ExternalAccountConfigOptions, universeDomain: string): string {
  const {tokenUrl} = options;
  const location: unknown = options.stsLocation;
  if (location === undefined) {
    return tokenUrl === undefined
      ? defaultTokenUrl(universeDomain)
      : checkEndpointUrl(tokenUrl, 'tokenUrl').href;
  }
  if (typeof location !== 'string' || !/^[a-z][a-z0-9-]*$/.test(location)) {
    throw invalidOption(
      'stsLocation',
      `is ${show(location)}, not a Google Cloud region`,
      'Give one such as us-central1, or leave it out for the global endpoint.',
    );
  }
  if (tokenUrl !== undefined) {
    throw invalidOption('stsLocation', 'is given beside "tokenUrl"', 'Leave one of the two out.');
  }
  return `https://sts.${location}.rep.${universeDomain}/v1/token`;
}
