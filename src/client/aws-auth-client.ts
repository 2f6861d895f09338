import {inspect} from 'node:util';
import {BaseExternalAccountClient, type Credentials, type gaxios} from 'google-auth-library';
import type {
  AwsCredentialSource,
  ExternalAccountConfig,
} from '../config/external-account-config.js';
import {impersonationUrlFor} from '../config/google-endpoints.js';
import {checkEmail, checkUserEmail} from '../config/option-checks.js';
import type {AccessToken} from '../token/access-token.js';
import type {TokenCache} from '../token/token-cache.js';
import {abortable} from './abortable.js';
import {askProjectId} from './asked-project-id.js';
import {authorisation, givenToken, newToken, replacedMethods} from './authorisation.js';
import {sendAuthorised} from './authorised-request.js';
import {describeAwsIdentity, type IdentityDescription} from './aws-identity.js';
import {answerForProperties, asCredentials, baseOptions, tokenOf} from './base-client.js';
import {credentialFileContent} from './credential-file-content.js';
import {
  optionsFromCredentialFile,
  optionsFromJson,
  type CredentialFileOverrides,
} from './credential-file-options.js';
import {exchangeDelivery} from './exchange-delivery.js';
import {Federation, tokenCache} from './federation.js';
import {foreground} from './foreground.js';
import {IdTokens} from './id-tokens.js';
import {wantRequest} from './loaded-ahead.js';
import {originOf, withOrigin} from './option-origin.js';
import {checkScopes} from './scopes.js';
import {resolveOptions, type AwsAuthClientOptions, type ResolvedOptions} from './options.js';
import {apiClientHeader} from './package-version.js';
import {isOneTimeBody, refusalIn, replacementOf} from './reauthentication.js';
import {PreparedHeaders} from './request-headers.js';
import {explainSignBlobRefusal, isAskedToSign, signatureNeedsServiceAccount} from './signing.js';
import {announceTokens} from './token-events.js';
import {serviceAccountContext} from './service-account-sources.js';
import {signedBy} from './token-sources.js';
import {actingTokenSource} from './workspace-user-source.js';

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
  #options: ResolvedOptions;
  /** The caller's own, for clients that are derived from this one. */
  #given: AwsAuthClientOptions;
  /** The one that it was constructed with. */
  readonly #transporter = this.transporter;
  readonly #credentialSource: AwsCredentialSource | undefined;
  readonly #federation: Federation;
  readonly #idTokens: IdTokens;
  #tokens: TokenCache<AccessToken>;
  readonly #tokensNow = () => this.#tokens;
  /** Ends what is heard of these tokens. */
  #leaveTokens: () => void;
  /** Whether clients of the same scopes share them. */
  #areShared: boolean;
  readonly #headers = new PreparedHeaders();

  /**
   * @throws AwsAuthError with the step `config` or `aws-region`, before anything is sent, when an option
   *   cannot be used.
   */
  constructor(options: AwsAuthClientOptions) {
    const {credentialSource, federation} = originOf(options);
    const resolved = resolveOptions(options, credentialSource?.regional_cred_verification_url);
    super(baseOptions(options, resolved));
    this.#options = resolved;
    this.#given = {...options};
    this.#credentialSource = credentialSource;

    const transporter = exchangeDelivery(this, resolved.ownDelivery);
    const context = {options: resolved, transporter, apiClient: apiClientHeader(resolved)};
    this.#federation = federation ?? new Federation(context);
    const account = serviceAccountContext(context, this.#federation);
    this.#idTokens = new IdTokens(account);
    this.#tokens =
      account === undefined
        ? this.#federation.tokens(resolved.scopes)
        : tokenCache(actingTokenSource(account, this.#federation.clock), resolved);
    this.#areShared = account === undefined;
    this.#leaveTokens = announceTokens(this.#tokens, this);
    answerForProperties(this, {
      credentials: () => asCredentials(this.#tokens.peek()),
      scopes: () => this.#options.scopes,
      setScopes: scopes => this.#take(this.#derive({scopes})),
    });
  }

  /**
   * Makes a client from the content of a credential file, whoever wrote it; `overrides` win over it.
   *
   * @throws AwsAuthError `CREDENTIAL_FILE_INVALID`, `INVALID_AUDIENCE`, `UNTRUSTED_URL`,
   *   `INVALID_OPTION`, `AWS_REGION_INVALID`.
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
   * Another client for the same identity with other scopes. The two share the federated token where they
   * act as a service account: Google STS is asked once for both.
   *
   * @throws AwsAuthError `INVALID_OPTION`.
   */
  withScopes(scopes: string | readonly string[]): AwsAuthClient {
    return this.#derive({scopes: checkScopes(scopes)});
  }

  /**
   * Another client for the same AWS identity that acts as another service account. The two share the
   * federated token.
   *
   * @param email the service account.
   * @param options its `delegates`, `tokenLifetimeSeconds`, and `serviceAccountImpersonationUrl` where that
   *   is not the one of this client for the other account, or Google's own.
   * @throws AwsAuthError `INVALID_OPTION`.
   */
  withServiceAccount(
    email: string,
    options: Pick<
      AwsAuthClientOptions,
      'delegates' | 'tokenLifetimeSeconds' | 'serviceAccountImpersonationUrl'
    > = {},
  ): AwsAuthClient {
    const {delegates, tokenLifetimeSeconds, serviceAccountImpersonationUrl: given} = options;
    // As an option it may be left out: the client would act as the AWS identity itself.
    const serviceAccountEmail = checkEmail(email, 'serviceAccountEmail');
    const own = this.#options.serviceAccount;
    const url = given ?? (own && impersonationUrlFor(serviceAccountEmail, own.url));
    return this.#derive({
      serviceAccountEmail,
      serviceAccountImpersonationUrl: url,
      delegates,
      tokenLifetimeSeconds,
    });
  }

  /**
   * Another client for the same service account that acts for a user of Google Workspace, by domain-wide
   * delegation. The two share the federated token.
   *
   * @param email the user.
   * @param options its `scopes`; default those that this client was given.
   * @throws AwsAuthError `INVALID_OPTION`, also where neither has scopes.
   */
  withSubject(email: string, options: Pick<AwsAuthClientOptions, 'scopes'> = {}): AwsAuthClient {
    return this.#derive({
      subject: checkUserEmail(email, 'subject'),
      ...(options.scopes === undefined ? {} : {scopes: options.scopes}),
    });
  }

  #derive(changes: Partial<AwsAuthClientOptions>): AwsAuthClient {
    const {transporter, quotaProjectId} = this;
    // As they are now: one may have been found, or set, since.
    const projects = {projectId: this.projectId ?? undefined, quotaProjectId};
    const replaced =
      transporter === this.#transporter ? {} : {transporter, transporterOptions: undefined};
    const origin = {credentialSource: this.#credentialSource, federation: this.#federation};
    const options = {...this.#given, ...projects, ...replaced, ...changes};
    return new AwsAuthClient(withOrigin(options, origin));
  }

  /**
   * A token that is valid now: from memory, or exchanged.
   *
   * @returns `res` is always `null`: the exchange's response holds what must not be logged.
   * @throws AwsAuthError with the step that failed.
   */
  override getAccessToken(): Promise<{token: string; res: null}> {
    const token = this.#tokens.current();
    return token === undefined
      ? foreground(newToken(this.#tokensNow)).then(fresh => ({token: fresh.value, res: null}))
      : Promise.resolve({token: token.value, res: null});
  }

  /**
   * The headers that authorise a request: `authorization`, and `x-goog-user-project` where
   * `quotaProjectId` is set. They are the caller's own, and each is a property, too, for clients that hold
   * google-auth-library 9 or older: `headers.authorization`.
   *
   * @param url of what is asked; every URL gets the same.
   * @throws AwsAuthError with the step that failed.
   */
  override async getRequestHeaders(url?: string | URL): Promise<Headers> {
    if (isReplaced(this, 'getAccessToken')) {
      return this.#headersOf(await givenToken(this, this.#options.clock()));
    }
    wantRequest(url);
    return this.#headersOf(this.#tokens.current() ?? (await foreground(newToken(this.#tokensNow))));
  }

  #headersOf(token: AccessToken): Headers {
    return this.#headers.copy(token, this.quotaProjectId);
  }

  /**
   * An ID token of the service account, for Cloud Run, Cloud Functions and IAP: from memory, or new. Pass
   * the client to `GoogleAuth` and its `getIdTokenClient(targetAudience)` uses it. It holds the account's
   * e-mail.
   *
   * @param targetAudience the URL of the service, or the client ID of IAP.
   * @throws AwsAuthError with the step that failed; `SERVICE_ACCOUNT_REQUIRED` where the client acts as the
   *   federated principal; `INVALID_OPTION` where it acts for a `subject`, whom an ID token cannot name.
   * @see https://cloud.google.com/run/docs/authenticating/service-to-service
   */
  async fetchIdToken(targetAudience: string): Promise<string> {
    const tokens = this.#idTokens.for(targetAudience);
    return (tokens.current() ?? (await foreground(tokens.get()))).value;
  }

  /**
   * The service account that the client acts as, or `null` where it acts as the federated principal.
   *
   * @throws AwsAuthError `SERVICE_ACCOUNT_REQUIRED`, but only to google-auth-library, where it asks in order
   *   to sign: it would look for other credentials else.
   */
  override getServiceAccountEmail(): string | null {
    const email = this.#options.serviceAccount?.email ?? null;
    if (email === null && isAskedToSign()) throw signatureNeedsServiceAccount();
    return email;
  }

  /**
   * The signed GetCallerIdentity request as Google STS takes it. It is a secret for as long as its
   * signature is valid.
   *
   * @throws AwsAuthError with the step `aws-credentials`, `aws-region` or `sign`.
   */
  override async retrieveSubjectToken(): Promise<string> {
    const {identify, clock} = this.#federation;
    return (await signedBy(await foreground(identify()), this.#options, clock)).value;
  }

  /**
   * Finds the AWS identity, as an exchange would, and tells which source won, the region and where that
   * came from. It asks AWS's credential sources and nobody of Google; what it tells is no secret.
   *
   * @throws AwsAuthError with the step `aws-credentials` or `aws-region`.
   */
  async describeIdentity(): Promise<IdentityDescription> {
    return describeAwsIdentity(await foreground(this.#federation.identify()));
  }

  /**
   * Asks AWS STS who the credentials belong to: the ARN that Google will see, and where they came from. It
   * asks nobody of Google; what it tells is no secret.
   *
   * @throws AwsAuthError with the step `aws-credentials`, `aws-region` or `caller-identity`.
   */
  async getCallerIdentity(): ReturnType<Federation['callerIdentity']> {
    return foreground(this.#federation.callerIdentity());
  }

  /**
   * The project's id: `projectId`, or what Cloud Resource Manager says of the pool's project, which is kept. The
   * client's identity must have the permission `resourcemanager.projects.get` on it.
   *
   * @returns `null` where the answer names none.
   * @throws AwsAuthError with the step that failed; `TIMEOUT` where there is no answer within `timeouts`. A
   *   refusal is the transporter's `GaxiosError`, as of google-auth-library's own clients.
   */
  override async getProjectId(): Promise<string | null> {
    this.projectId ||= await foreground(
      askProjectId({
        transporter: this.transporter,
        url: `${this.cloudResourceManagerURL.toString()}${this.projectNumber ?? ''}`,
        tokenHeaders: await this.getRequestHeaders(),
        retryConfig: AwsAuthClient.RETRY_CONFIG,
        policy: this.#options.retryPolicy,
      }),
    );
    return this.projectId;
  }

  /**
   * Puts a token in from outside; it is used until it ends. Without a token, the kept one is dropped.
   *
   * @throws AwsAuthError `INVALID_OPTION` where no header could carry it.
   */
  override setCredentials(credentials: Credentials): void {
    const token = tokenOf(credentials, this.#options.clock());
    // What clients of the same identity share is not this caller's to replace.
    if (this.#areShared) this.#hold(this.#federation.ownTokens(this.#options.scopes), false);
    this.#tokens.set(token);
  }

  /** Becomes what another client is that was derived from this one, with other scopes. */
  #take(other: AwsAuthClient): void {
    // Whoever sets them anew for each call asks for no new token each time.
    if (other.#options.scopes.join(' ') === this.#options.scopes.join(' ')) return;
    this.#options = other.#options;
    this.#given = other.#given;
    this.#hold(other.#tokens, other.#areShared);
  }

  #hold(tokens: TokenCache<AccessToken>, areShared: boolean): void {
    this.#leaveTokens();
    this.#tokens = tokens;
    this.#areShared = areShared;
    this.#leaveTokens = announceTokens(tokens, this);
  }

  /**
   * The credential file of this identity, as gcloud writes it. It holds no secret. The format has no place
   * for a `subject`: what reads the file acts as the service account itself.
   */
  toJSON(): ExternalAccountConfig {
    return credentialFileContent(this.#options, this.#credentialSource);
  }

  [inspect.custom](_depth: number, options: object): string {
    const shown = {
      audience: this.#options.audience,
      serviceAccountEmail: this.#options.serviceAccount?.email ?? null,
      projectId: this.projectId ?? null,
      ...(this.#options.subject === undefined ? {} : {subject: this.#options.subject.email}),
      scopes: this.#options.scopes,
      token: this.#tokens.peek(),
    };
    return `AwsAuthClient ${inspect(shown, options)}`;
  }

  /** Gets a new token whatever is kept; callers at the same time share one exchange. */
  protected override async refreshAccessTokenAsync(): Promise<Credentials> {
    return asCredentials(await foreground(this.#tokens.refresh()));
  }

  protected override async requestAsync<T>(
    options: gaxios.GaxiosOptions,
  ): Promise<gaxios.GaxiosResponse<T>> {
    const own = {
      tokensOf: this.#tokensNow,
      headersOf: (held: AccessToken) => this.#headersOf(held),
    };
    const authorise = () => authorisation(this, own, isReplaced, options.signal);
    const {headers, token} = await authorise();
    const first = this.#send<T>(options, headers);
    const refusal = await refusalIn(first, {on403: this.forceRefreshOnFailure});
    if (refusal === undefined || token === undefined) return first;
    const replacing = replacementOf(token, this.#tokens, this.#options.clock);
    // The next request needs the new token; one that cannot be sent again waits for nothing.
    if (replacing === undefined || isOneTimeBody(options)) return first;
    // Now, since nobody gets this answer, whether there is another token or not.
    refusal.discard();
    await foreground(abortable(replacing, options.signal));
    return this.#send<T>(options, (await authorise()).headers);
  }

  #send<T>(options: gaxios.GaxiosOptions, headers: Headers): Promise<gaxios.GaxiosResponse<T>> {
    return sendAuthorised<T>(this.transporter, options, headers).catch((error: unknown) => {
      explainSignBlobRefusal(error, options, this.#options);
      throw error;
    });
  }
}

const isReplaced = replacedMethods(AwsAuthClient.prototype);
