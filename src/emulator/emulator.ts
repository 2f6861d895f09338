import {formatProviderName} from '../config/provider-name.js';
import {
  makeAwsSetup,
  writeAwsFiles,
  type AwsSetup,
  type AwsSetupOptions,
  type AwsSource,
} from './aws/aws-setup.js';
import {createEmulatedAws} from './aws/emulated-aws.js';
import type {IssueAwsCredentialsOptions} from './aws/issue-credentials.js';
import type {IssueSsoTokenOptions, SsoToken} from './aws/sso-sessions.js';
import type {IssueWebIdentityTokenOptions} from './aws/web-identity-tokens.js';
import {
  makeCredentialConfig,
  type CredentialConfigOptions,
  type EmulatorCredentialConfig,
} from './credential-config.js';
import {AccessTokens} from './google/access-tokens.js';
import {AwsStsCaller} from './google/aws-sts-caller.js';
import {createCertsService} from './google/certs-service.js';
import {createIamCredentialsService} from './google/iam-credentials/iam-credentials-service.js';
import {createOauthTokenService, OAUTH_TOKEN_PATH} from './google/oauth2/oauth-token-service.js';
import {ServiceAccountKeys} from './google/service-account-keys.js';
import {ServiceAccounts} from './google/service-accounts.js';
import {createIntrospectionService} from './google/introspection-service.js';
import {createTokenExchangeService} from './google/token-exchange-service.js';
import {resolveOptions, type EmulatorOptions} from './options.js';
import {FaultQueue, type Fault} from './server/fault.js';
import {HttpServer} from './server/http-server.js';
import {RequestNotes} from './server/request-notes.js';
import type {RequestRecord} from './server/request-record.js';
import {withShortPaths} from './server/short-storage-paths.js';
import {storageAccess} from './storage/storage-roles.js';
import {createStorageService} from './storage/storage-service.js';

/**
 * Variables that point the AWS SDK and Google's clients at an emulator. Where `STORAGE_EMULATOR_HOST`
 * is set, `@google-cloud/storage` sends no token unless its option `useAuthWithCustomEndpoint` is
 * `true`, and for resumable uploads also `universeDomain` is `127.0.0.1`; without a token the emulator
 * refuses it, as the cloud does.
 */
export type EmulatorEnvironment = Readonly<
  Record<
    | 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
    | 'AWS_CONTAINER_AUTHORIZATION_TOKEN'
    | 'AWS_REGION'
    | 'AWS_DEFAULT_REGION'
    | 'AWS_ENDPOINT_URL_STS'
    | 'AWS_EC2_METADATA_DISABLED'
    | 'GOOGLE_CLOUD_PROJECT'
    | 'STORAGE_EMULATOR_HOST',
    string
  >
>;

/** A role's temporary credentials, as the AWS SDK spells them. */
export interface EmulatorAwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Both clouds on 127.0.0.1. */
export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The full name of the policy's first provider: of the first pool. Without one, its ids are empty. */
  readonly audience: string;
  /** Variables that point the AWS SDK and Google's clients here. */
  readonly env: EmulatorEnvironment;
  /** The credential file's content for the policy's first provider and first service account. */
  readonly config: EmulatorCredentialConfig;
  /** Google's OAuth 2.0 token endpoint, for the option of this name: no credential file holds it. */
  readonly oauthTokenUrl: string;
  /** Every request that was served, also one whose connection broke, in the order of the ends. It grows. */
  readonly requests: readonly RequestRecord[];

  /**
   * Another credential file's content; without a service account, it is for the federated principal.
   *
   * @throws TypeError for an option that is not known.
   */
  configFor(options?: CredentialConfigOptions): EmulatorCredentialConfig;

  /**
   * Makes something go wrong with the next request, or the next few, to a service. Faults of one
   * service happen in the order in which they were given.
   *
   * @throws TypeError for a fault that makes no sense.
   */
  failNext(fault: Fault): void;

  /**
   * Makes temporary credentials of a role.
   *
   * @throws TypeError if the policy has no such role, or for an option or a session name that is wrong.
   */
  issueAwsCredentials(options?: IssueAwsCredentialsOptions): EmulatorAwsCredentials;

  /**
   * What a program needs to get credentials of AWS from one source and no other: variables, and the
   * content of files. It writes none.
   *
   * @throws TypeError where there is no such source or option, `folder` is missing for a source that has
   * files, or the policy has no such role. It names what there is.
   */
  awsSetup(source: AwsSource, options?: AwsSetupOptions): AwsSetup;

  /**
   * As {@link awsSetup}, and writes the files into `folder`, which it makes where it is not there. New
   * files are for this user alone (mode 0600); others are overwritten.
   *
   * @throws as {@link awsSetup} does, and the system's error if a file cannot be written.
   */
  writeAwsSetup(
    source: AwsSource,
    folder: string,
    options?: Omit<AwsSetupOptions, 'folder'>,
  ): Promise<AwsSetup>;

  /**
   * Makes a token for AssumeRoleWithWebIdentity or EKS Pod Identity, as Kubernetes does.
   *
   * @throws TypeError for an option that is not known.
   */
  issueWebIdentityToken(options?: IssueWebIdentityTokenOptions): string;

  /** Replaces the token that EKS Pod Identity takes: returns the new one, and refuses the old. */
  rotateContainerToken(): string;

  /**
   * Logs a user in to IAM Identity Center: returns the content of the AWS CLI's cache file.
   *
   * @throws TypeError for an option that is not known.
   */
  issueSsoToken(options?: IssueSsoTokenOptions): SsoToken;

  /** Logs every user of IAM Identity Center out. */
  revokeSsoTokens(): void;

  /**
   * Makes AWS forget a temporary access key, or all of them, also those of roles in the policy. A user's
   * own keys stay, and an id that is not known changes nothing.
   */
  revokeAwsCredentials(accessKeyId?: string): void;

  /** Makes Google forget every access token. */
  revokeTokens(): void;

  /** Ends everything: the server and every connection. It may be called again. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of what it takes to call Google Cloud on an AWS identity: AWS's
 * endpoints for credentials, AWS STS, Google STS, IAM Credentials, Google's OAuth 2.0 token endpoint
 * and public keys, and Cloud Storage with its signed URLs and forms, on one port of 127.0.0.1. It checks
 * what the clouds check, with code of its own.
 *
 * @throws TypeError that names a wrong option; PolicyError, a TypeError too, that says what is wrong in
 * the policy and where; the system's error, such as `EADDRINUSE`, if the port cannot be had. All of them
 * reject the promise.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options);
  const {policy, clock, region, onRequest} = resolved;
  const tokens = new AccessTokens(clock);
  const notes = new RequestNotes();
  const faults = new FaultQueue();
  const awsSts = new AwsStsCaller();
  const requests: RequestRecord[] = [];
  const {note} = notes;
  const aws = createEmulatedAws(resolved, note);
  const accounts = new ServiceAccounts(policy.google);
  const keys = new ServiceAccountKeys(accounts);
  const google = {
    policy: policy.google,
    accounts,
    keys,
    tokens,
    clock,
    tokenLifetimeSeconds: resolved.serviceAccountTokenLifetimeSeconds,
    note,
  };

  let port = 0;
  const server = new HttpServer({
    port: resolved.port,
    clock,
    faults,
    notes,
    isFromGoogle: awsSts.owns,
    onRecord: record => {
      const frozen = Object.freeze(record);
      requests.push(frozen);
      // A throwing listener must not look like a fault of the cloud.
      if (onRequest !== undefined) queueMicrotask(() => onRequest(frozen));
    },
    services: [
      ...aws.services,
      createTokenExchangeService({
        ...google,
        tokenLifetimeSeconds: resolved.federatedTokenLifetimeSeconds,
        identify: token => awsSts.identify(token, port),
      }),
      createIntrospectionService(google),
      createIamCredentialsService(google),
      createOauthTokenService(google),
      createCertsService(google),
      withShortPaths(
        createStorageService({
          findToken: tokens.find,
          findSigner: async email => {
            const key = await keys.find(email);
            return (
              key && {email, isSignatureOf: (data, signature) => key.isSignatureOf(data, signature)}
            );
          },
          isAllowed: storageAccess(accounts),
          clock,
          projectId: policy.google.projectId,
          projectNumber: policy.google.projectNumber,
          note,
        }),
      ),
    ],
  });
  port = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  const awsParts = aws.setupParts(url);
  const {webIdentityTokens, podTokens, ssoSessions} = awsParts;

  const [firstPool] = policy.google.workloadIdentityPools;
  const firstAudience = formatProviderName({
    projectNumber: policy.google.projectNumber,
    location: 'global',
    poolId: firstPool?.poolId ?? '',
    providerId: firstPool?.providers[0]?.providerId ?? '',
  });
  const configFor = ({audience = firstAudience, ...rest}: CredentialConfigOptions = {}) =>
    makeCredentialConfig(url, audience, rest);
  const firstServiceAccount = policy.google.serviceAccounts[0]?.email;
  const close = () => server.close();

  return {
    url,
    audience: firstAudience,
    env: {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: awsParts.container.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: awsParts.container.authorizationToken,
      AWS_REGION: region,
      // Python's SDK, and so the AWS CLI, reads this one alone.
      AWS_DEFAULT_REGION: region,
      AWS_ENDPOINT_URL_STS: url,
      // The host's own role must not slip in where the emulator refuses.
      AWS_EC2_METADATA_DISABLED: 'true',
      GOOGLE_CLOUD_PROJECT: policy.google.projectId,
      STORAGE_EMULATOR_HOST: url,
    },
    config: configFor(
      firstServiceAccount === undefined ? {} : {serviceAccountEmail: firstServiceAccount},
    ),
    oauthTokenUrl: `${url}${OAUTH_TOKEN_PATH}`,
    requests,
    configFor,
    failNext: fault => faults.add(fault),
    issueAwsCredentials: session => {
      const {accessKeyId, secretAccessKey, sessionToken, expiresAt} = awsParts.issue(session);
      return {accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresAt)};
    },
    awsSetup: (source, setup = {}) => makeAwsSetup(source, awsParts, setup),
    writeAwsSetup: async (source, folder, setup = {}) => {
      const made = makeAwsSetup(source, awsParts, {...setup, folder});
      await writeAwsFiles(made.files);
      return made;
    },
    issueWebIdentityToken: token => webIdentityTokens.issue(token),
    rotateContainerToken: () => podTokens.rotate(),
    issueSsoToken: token => ssoSessions.issue(token),
    revokeSsoTokens: () => ssoSessions.revokeAll(),
    revokeAwsCredentials: accessKeyId => aws.keys.revoke(accessKeyId),
    revokeTokens: () => tokens.revokeAll(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
