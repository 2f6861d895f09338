import {inspect} from 'node:util';
import {BaseExternalAccountClient, type Credentials, type gaxios} from 'google-auth-library';
import {
  createExternalAccountConfig,
  type ExternalAccountConfig,
} from '../config/external-account-config.js';
import {sharedHttpsDelivery} from '../google/https-delivery.js';
import {withoutSecrets} from '../masking.js';
import {AccessToken} from '../token/access-token.js';
import {TokenCache, type TokenSource} from '../token/token-cache.js';
import {
  awsIdentityReader,
  describeAwsIdentity,
  type AwsIdentityReader,
  type IdentityDescription,
} from './aws-identity.js';
import {
  credentialFileFacts,
  optionsFromCredentialFile,
  optionsFromJson,
  type CredentialFileFacts,
  type CredentialFileOverrides,
} from './credential-file-options.js';
import {resolveOptions, type AwsAuthClientOptions, type ResolvedOptions} from './options.js';
import {apiClientHeader, USER_AGENT} from './package-version.js';
import {mayTryAgain} from './reauthentication.js';
import {requestHeaders} from './request-headers.js';
import {federatedTokenSource, serviceAccountTokenSource, signedBy} from './token-sources.js';

/** Where a token came from that `setCredentials()` put in without a time of expiry. */
const UNKNOWN_LIFE_MILLIS = 3600 * 1000;

/**
 * Authorises Google Cloud clients with an AWS identity and no service-account key. Pass it as
 * `authClient` to any Google client:
 *
 * ```ts
 * const storage = new Storage({authClient: new AwsAuthClient({audience, serviceAccountEmail}), projectId});
 * ```
 *
 * It signs an AWS STS `GetCallerIdentity` request, exchanges it at Google STS for a federated token
 * (RFC 8693) and, where a service account is named, that for the service account's token. Tokens are
 * kept and refreshed ahead of their end. Make one per identity and share it.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
 */
export class AwsAuthClient extends BaseExternalAccountClient {
  readonly #options: ResolvedOptions;
  readonly #file: CredentialFileFacts | undefined;
  readonly #identify: AwsIdentityReader;
  readonly #tokens: TokenCache<AccessToken>;

  /**
   * @throws AwsAuthError with the step `config` or `aws-region`, before anything is sent, when an option
   *   cannot be used.
   */
  constructor(options: AwsAuthClientOptions) {
    const file = credentialFileFacts(options);
    const resolved = resolveOptions(options, file?.credentialSource.regional_cred_verification_url);
    super(baseOptions(options, resolved));
    this.#options = resolved;
    this.#file = file;
    this.#identify = awsIdentityReader(resolved);

    const transporter = resolved.ownDelivery ? sharedHttpsDelivery() : this.transporter;
    const apiClient = apiClientHeader(resolved);
    const context = {options: resolved, transporter, apiClient};
    const exchange = federatedTokenSource(context, this.#identify);
    if (resolved.serviceAccount === undefined) {
      this.#tokens = this.#cache(this.#announcing(exchange));
    } else {
      const federated = this.#cache(exchange);
      this.#tokens = this.#cache(
        this.#announcing(serviceAccountTokenSource(context, resolved.serviceAccount, federated)),
      );
    }
    // In google-auth-library this property holds the token in the open, for every log to print.
    Object.defineProperty(this, 'credentials', {
      enumerable: false,
      configurable: true,
      get: () => asCredentials(this.#tokens.peek()),
      set: (credentials: Credentials) => {
        this.setCredentials(credentials);
      },
    });
  }

  /**
   * Makes a client from the content of a credential file, whoever wrote it; `overrides` win over it.
   *
   * @throws AwsAuthError `CREDENTIAL_FILE_INVALID`, `INVALID_AUDIENCE`, `UNTRUSTED_URL`,
   *   `INVALID_OPTION`.
   */
  static fromJSON(value: unknown, overrides: CredentialFileOverrides = {}): AwsAuthClient {
    return new AwsAuthClient(optionsFromJson(value, overrides));
  }

  /**
   * Makes a client from a credential file.
   *
   * @param path default: the environment variable `GOOGLE_APPLICATION_CREDENTIALS`.
   * @throws AwsAuthError as `fromJSON()`, and `CREDENTIAL_FILE_NOT_FOUND`,
   *   `CREDENTIAL_FILE_UNREADABLE`.
   */
  static fromFile(path?: string, overrides: CredentialFileOverrides = {}): AwsAuthClient {
    return new AwsAuthClient(optionsFromCredentialFile(path, overrides));
  }

  /**
   * A token that is valid now: from memory, or exchanged.
   *
   * @returns `res` is always `null`: the exchange's response holds what must not be logged.
   * @throws AwsAuthError with the step that failed.
   */
  override async getAccessToken(): Promise<{token: string; res: null}> {
    const token = await this.#tokens.get();
    return {token: token.value, res: null};
  }

  /**
   * The headers that authorise a request: `authorization`, and `x-goog-user-project` where
   * `quotaProjectId` is set.
   *
   * @throws AwsAuthError with the step that failed.
   */
  override async getRequestHeaders(): Promise<Headers> {
    const token = await this.#tokens.get();
    return requestHeaders(token.value, this.quotaProjectId);
  }

  /** The service account that the client acts as, or `null` where it acts as the federated principal. */
  override getServiceAccountEmail(): string | null {
    return this.#options.serviceAccount?.email ?? null;
  }

  /**
   * The signed GetCallerIdentity request as Google STS takes it. It is a secret for as long as its
   * signature is valid.
   *
   * @throws AwsAuthError with the step `aws-credentials`, `aws-region` or `sign`.
   */
  override async retrieveSubjectToken(): Promise<string> {
    return (await signedBy(await this.#identify(), this.#options)).value;
  }

  /**
   * Finds the AWS identity, as an exchange would, and tells which source won, the region and where that
   * came from. It asks AWS's credential sources and nobody of Google; what it tells is no secret.
   *
   * @throws AwsAuthError with the step `aws-credentials` or `aws-region`.
   */
  async describeIdentity(): Promise<IdentityDescription> {
    return describeAwsIdentity(await this.#identify());
  }

  /** Puts a token in from outside; it is used until it ends. Without a token, the kept one is dropped. */
  override setCredentials(credentials: Credentials): void {
    const {access_token: value, expiry_date: expiry} = credentials;
    const now = this.#options.clock();
    this.#tokens.set(
      typeof value === 'string' && value !== ''
        ? new AccessToken(value, now, expiry ?? now + UNKNOWN_LIFE_MILLIS)
        : undefined,
    );
  }

  /** The credential file of this identity, as gcloud writes it. It holds no secret. */
  toJSON(): ExternalAccountConfig {
    const {audience, universeDomain, tokenUrl, serviceAccount, quotaProjectId} = this.#options;
    const config = createExternalAccountConfig({
      audience,
      universeDomain,
      tokenUrl,
      serviceAccountEmail: serviceAccount?.email,
      serviceAccountImpersonationUrl: serviceAccount?.url,
      tokenLifetimeSeconds: serviceAccount?.lifetimeGiven
        ? serviceAccount.lifetimeSeconds
        : undefined,
      quotaProjectId,
    });
    return this.#file === undefined
      ? config
      : {...config, credential_source: this.#file.credentialSource};
  }

  [inspect.custom](_depth: number, options: object): string {
    const shown = {
      audience: this.#options.audience,
      serviceAccountEmail: this.getServiceAccountEmail(),
      projectId: this.projectId ?? null,
      scopes: this.#options.scopes,
      token: this.#tokens.peek(),
    };
    return `AwsAuthClient ${inspect(shown, options)}`;
  }

  /** Gets a new token whatever is kept; callers at the same time share one exchange. */
  protected override async refreshAccessTokenAsync(): Promise<Credentials> {
    return asCredentials(await this.#tokens.refresh());
  }

  protected override async requestAsync<T>(
    options: gaxios.GaxiosOptions,
  ): Promise<gaxios.GaxiosResponse<T>> {
    const token = await this.#tokens.get();
    try {
      return await this.transporter.request<T>(this.#authorised(options, token));
    } catch (error) {
      if (!this.forceRefreshOnFailure || !mayTryAgain(error, options)) throw error;
      const fresh = await this.#tokens.replace(token);
      return this.transporter.request<T>(this.#authorised(options, fresh));
    }
  }

  // A copy: the caller may use its options again, for another client.
  #authorised(options: gaxios.GaxiosOptions, token: AccessToken): gaxios.GaxiosOptions {
    const headers = new Headers(options.headers);
    requestHeaders(token.value, this.quotaProjectId).forEach((value, name) => {
      headers.set(name, value);
    });
    if (!headers.has('x-goog-api-client')) {
      headers.set('x-goog-api-client', apiClientHeader());
    }
    const agent = headers.get('user-agent');
    headers.set('user-agent', agent === null ? USER_AGENT : `${agent} ${USER_AGENT}`);
    return {...options, headers};
  }

  #cache(source: TokenSource<AccessToken>): TokenCache<AccessToken> {
    return new TokenCache(source, {
      clock: this.#options.clock,
      refreshAheadMillis: this.#options.eagerRefreshThresholdMillis,
    });
  }

  #announcing(source: TokenSource<AccessToken>): TokenSource<AccessToken> {
    return async () => {
      const token = await source();
      try {
        this.emit('tokens', {
          refresh_token: null,
          expiry_date: token.expiresAt,
          access_token: token.value,
          token_type: 'Bearer',
          id_token: null,
        });
      } catch (error) {
        // A fault in somebody's listener is no reason to throw a good token away.
        process.emitWarning(
          `A listener of AwsAuthClient's "tokens" event threw: ${withoutSecrets(error, [token.value]).message}`,
          {code: 'GOOGLE_AUTH_AWS_LISTENER'},
        );
      }
      return token;
    };
  }
}

function asCredentials(token: AccessToken | undefined): Credentials {
  return token === undefined
    ? {}
    : {access_token: token.value, expiry_date: token.expiresAt, token_type: 'Bearer'};
}

function baseOptions(options: AwsAuthClientOptions, resolved: ResolvedOptions) {
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
