import type {gaxios} from 'google-auth-library';
import type {AssumeRoleOptions} from '../aws/assume-role.js';
import {REGIONAL_CALLER_IDENTITY_URL} from '../aws/caller-identity-token.js';
import type {AwsCredentials, AwsCredentialsProvider} from '../aws/credentials.js';
import type {AwsRegionProvider} from '../aws/region.js';
import {defaultTokenUrl} from '../config/google-endpoints.js';
import {
  checkBoolean,
  checkEndpointUrl,
  checkProject,
  checkUniverseDomain,
  DEFAULT_UNIVERSE_DOMAIN,
  invalidOption,
  show,
} from '../config/option-checks.js';
import {formatProviderName, parseProviderName} from '../config/provider-name.js';
import type {RetryPolicy} from '../google/retry.js';
import type {Transporter} from '../google/transport.js';
import {resolveIdentity, type ResolvedIdentity} from './identity-options.js';
import {checkOptionNames} from './option-names.js';
import {resolveRetryPolicy, type RetryOptions, type TimeoutOptions} from './retry-options.js';
import {resolveScopes} from './scopes.js';
import {resolveServiceAccount, type ResolvedServiceAccount} from './service-account-options.js';
import {resolveSubject, type ResolvedSubject} from './subject-options.js';
import {resolveTransporter} from './transporter-options.js';

/** Options of {@link AwsAuthClient}. Only `audience` is required. */
export interface AwsAuthClientOptions {
  /**
   * Required. The workload identity pool provider's full resource name, with the project's *number*:
   * `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`,
   * with or without a leading `https:`.
   */
  readonly audience: string;
  /** The service account to act as. Default: none; the federated principal acts itself. */
  readonly serviceAccountEmail?: string | undefined;
  /**
   * E-mails of the service accounts between the federated principal and `serviceAccountEmail`, each of
   * which may create tokens for the next. Default: none.
   */
  readonly delegates?: readonly string[] | undefined;
  /** The life of the service account's token in seconds, 600–43 200. Default 3600. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** OAuth scopes. Default `https://www.googleapis.com/auth/cloud-platform`. */
  readonly scopes?: string | readonly string[] | undefined;
  /**
   * The e-mail of a Google Workspace user to act for, by domain-wide delegation: `serviceAccountEmail` and
   * `scopes` must be given, and an administrator of the Workspace must have entered both. The token lives
   * an hour, whatever `tokenLifetimeSeconds` says. Default: none.
   */
  readonly subject?: string | undefined;
  /**
   * The project that Google's clients work in. Default: `GCLOUD_PROJECT`, `GOOGLE_CLOUD_PROJECT`, the
   * same in lower case. Where nobody names one, Google's clients run gcloud and ask the metadata server,
   * which takes a second, and fail; call `getProjectId()` first, which looks the pool's project up by its
   * number.
   */
  readonly projectId?: string | undefined;
  /**
   * The project that pays and is counted for quota (`x-goog-user-project`). Default:
   * `GOOGLE_CLOUD_QUOTA_PROJECT`, then the credential file's.
   */
  readonly quotaProjectId?: string | undefined;
  /** The universe's domain. Default `googleapis.com`. */
  readonly universeDomain?: string | undefined;
  /**
   * AWS keys, or a function that gives them, such as a credential provider of the AWS SDK. Default: the
   * first of these that is set up, in the AWS SDK's order: environment variables, profile, web identity,
   * container, instance metadata. Where that one fails, no other steps in for it.
   */
  readonly awsCredentials?: AwsCredentials | AwsCredentialsProvider | undefined;
  /**
   * The region whose AWS STS confirms the identity, or a function that gives it. Default: the one that the
   * credential file's endpoint names, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's, the instance's, and
   * at last `us-east-1`.
   */
  readonly awsRegion?: string | AwsRegionProvider | undefined;
  /** A role to assume with the AWS credentials, and to sign as. Default: none. */
  readonly assumeRole?: AssumeRoleOptions | undefined;
  /** Google STS. Trusted as given. Default `https://sts.UNIVERSE/v1/token`. */
  readonly tokenUrl?: string | undefined;
  /** generateAccessToken. Trusted as given. Default: IAM Credentials for `serviceAccountEmail`. */
  readonly serviceAccountImpersonationUrl?: string | undefined;
  /**
   * Google's OAuth 2.0 token endpoint, where a `subject`'s token is asked for. Trusted as given. Default
   * `https://oauth2.UNIVERSE/token`.
   */
  readonly oauthTokenUrl?: string | undefined;
  /**
   * Carries every request, the exchange's too; `client.transporter` may be replaced later. Default: a new
   * `Gaxios` of google-auth-library, and `node:https` for the exchange where the environment names no
   * proxy.
   */
  readonly transporter?: gaxios.Gaxios | undefined;
  /** Options of the default transporter (`agent`, `proxy` …). Default: none. */
  readonly transporterOptions?: gaxios.GaxiosOptions | undefined;
  /**
   * The longest time before its end at which a token's refresh begins in the background, in ms. Default
   * 300 000; never more than a quarter of the token's life. At 10 000 or less callers wait for it: in its last ten
   * seconds a token is handed to nobody.
   */
  readonly eagerRefreshThresholdMillis?: number | undefined;
  /** Whether `request()` gets a new token and tries once more on 403, as it does on 401. Default `false`. */
  readonly forceRefreshOnFailure?: boolean | undefined;
  /** How long the exchange may take, in ms. Default: an attempt 10 000, all together 30 000. */
  readonly timeouts?: TimeoutOptions | undefined;
  /** How often the exchange is tried. Default: 4 attempts in all. */
  readonly retry?: RetryOptions | undefined;
  /** The time, in epoch ms. Default `Date.now`. */
  readonly clock?: (() => number) | undefined;
}

/** Checked options with every default filled in. */
export interface ResolvedOptions extends ResolvedIdentity {
  readonly audience: string;
  readonly serviceAccount: ResolvedServiceAccount | undefined;
  readonly scopes: readonly string[];
  readonly subject: ResolvedSubject | undefined;
  readonly projectId: string | undefined;
  readonly quotaProjectId: string | undefined;
  readonly universeDomain: string;
  /** The template of the GetCallerIdentity endpoint. */
  readonly callerIdentityEndpoint: string;
  readonly tokenUrl: string;
  readonly transporter: Transporter | undefined;
  /** Whether code says nothing of how the exchange is sent: no transporter, and no options for it. */
  readonly ownDelivery: boolean;
  readonly eagerRefreshThresholdMillis: number;
  readonly retryPolicy: RetryPolicy;
  readonly forceRefreshOnFailure: boolean;
  readonly clock: () => number;
  /** Shows that the machine's clock was set back while nobody looked; in ms. */
  readonly steadyClock: (() => number) | undefined;
}

const DEFAULT_EAGER_REFRESH_MILLIS = 5 * 60 * 1000;

/**
 * Checks options and fills in the defaults; the caller's objects are not changed and not kept.
 *
 * @throws AwsAuthError `INVALID_OPTION`, `INVALID_AUDIENCE`, `AWS_REGION_INVALID`.
 */
export function resolveOptions(
  options: AwsAuthClientOptions,
  fileEndpoint = REGIONAL_CALLER_IDENTITY_URL,
): ResolvedOptions {
  checkOptionNames(options);
  // A file may name one region's endpoint, which a signature for another region would not fit.
  const callerIdentityEndpoint =
    options.awsRegion === undefined ? fileEndpoint : REGIONAL_CALLER_IDENTITY_URL;
  const universeDomain =
    optional(options, 'universeDomain', checkUniverseDomain) ?? DEFAULT_UNIVERSE_DOMAIN;
  return Object.freeze({
    audience: formatProviderName(parseProviderName(options.audience)),
    serviceAccount: resolveServiceAccount(options, universeDomain),
    scopes: resolveScopes(options.scopes),
    subject: resolveSubject(options, universeDomain),
    projectId: optional(options, 'projectId', checkProject) ?? projectOf(PROJECT_VARIABLES),
    quotaProjectId:
      optional(options, 'quotaProjectId', checkProject) ?? quotaProjectOfEnvironment(),
    universeDomain,
    ...resolveIdentity(options, callerIdentityEndpoint, process.env),
    callerIdentityEndpoint,
    tokenUrl:
      optional(options, 'tokenUrl', checkEndpointUrl)?.href ?? defaultTokenUrl(universeDomain),
    transporter: resolveTransporter(options),
    ownDelivery: options.transporter === undefined && options.transporterOptions === undefined,
    eagerRefreshThresholdMillis:
      optional(options, 'eagerRefreshThresholdMillis', positive) ?? DEFAULT_EAGER_REFRESH_MILLIS,
    forceRefreshOnFailure: optional(options, 'forceRefreshOnFailure', checkBoolean) ?? false,
    retryPolicy: resolveRetryPolicy(options),
    clock: optional(options, 'clock', clock) ?? Date.now,
    // A clock that is given is its own: nothing here goes by the same beat.
    steadyClock: options.clock === undefined ? () => performance.now() : undefined,
  });
}

// Those that Gaxios looks at.
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** Whether the environment names a proxy now: Gaxios asks anew for each request, and so does the exchange. */
export function isProxyNamed(): boolean {
  return PROXY_VARIABLES.some(environmentVariable);
}

/** An environment variable; set and empty counts as not set. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

// In google-auth-library's order, and all that it reads.
const PROJECT_VARIABLES = [
  'GCLOUD_PROJECT',
  'GOOGLE_CLOUD_PROJECT',
  'gcloud_project',
  'google_cloud_project',
];

/** The project that pays, as the environment names it: it wins over a credential file. */
export function quotaProjectOfEnvironment(): string | undefined {
  return projectOf(['GOOGLE_CLOUD_QUOTA_PROJECT']);
}

function projectOf(variables: readonly string[]): string | undefined {
  const name = variables.find(environmentVariable);
  return name === undefined ? undefined : checkProject(process.env[name], name);
}

function optional<T>(
  options: AwsAuthClientOptions,
  name: keyof AwsAuthClientOptions,
  check: (value: unknown, option: string) => T,
): T | undefined {
  return options[name] === undefined ? undefined : check(options[name], name);
}

function positive(value: unknown, option: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a positive number of milliseconds`,
      'Leave it out for 300000, five minutes.',
    );
  }
  return value;
}

function clock(value: unknown, option: string): () => number {
  if (!isClock(value)) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a function`,
      'Give a function that returns the time in epoch ms, such as Date.now.',
    );
  }
  return value;
}

function isClock(value: unknown): value is () => number {
  return typeof value === 'function';
}
