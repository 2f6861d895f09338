import {randomBytes} from 'node:crypto';
import {formatProviderName} from '../config/provider-name.js';
import {AccessKeys} from './aws/access-keys.js';
import {createContainerCredentialsService} from './aws/container-credentials-service.js';
import {createStsService} from './aws/sts-service.js';
import {
  makeCredentialConfig,
  type CredentialConfigOptions,
  type EmulatorCredentialConfig,
} from './credential-config.js';
import {AccessTokens} from './google/access-tokens.js';
import {AwsStsCaller} from './google/aws-sts-caller.js';
import {createIamCredentialsService} from './google/iam-credentials-service.js';
import {createTokenExchangeService} from './google/token-exchange-service.js';
import {resolveOptions, type EmulatorOptions, type ResolvedOptions} from './options.js';
import {FaultQueue, type Fault} from './server/fault.js';
import {HttpServer} from './server/http-server.js';
import {RequestNotes} from './server/request-notes.js';
import type {RequestRecord} from './server/request-record.js';
import {withShortPaths} from './server/short-storage-paths.js';
import {createStorageService} from './storage/storage-service.js';

/**
 * Variables that point the AWS SDK and Google's clients at an emulator. Where `STORAGE_EMULATOR_HOST`
 * is set, `@google-cloud/storage` sends no token unless its option `useAuthWithCustomEndpoint` is
 * `true`; without a token the emulator refuses it, as the cloud does.
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

/** What {@link Emulator.issueAwsCredentials} makes. */
export interface IssueAwsCredentialsOptions {
  /** The role's name. Default the container's. */
  readonly role?: string;
  /** The account of the role. Default the policy's first. */
  readonly accountId?: string;
  /** Default `session`. */
  readonly sessionName?: string;
  /** Default the option `awsCredentialsLifetimeSeconds`. 0 or less makes expired ones. */
  readonly lifetimeSeconds?: number;
}

/** Both clouds on 127.0.0.1. */
export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The full name of the policy's first provider. */
  readonly audience: string;
  /** Variables that point the AWS SDK and Google's clients here. */
  readonly env: EmulatorEnvironment;
  /** The credential file's content for the policy's first provider and first service account. */
  readonly config: EmulatorCredentialConfig;
  /** Every request that was answered, in the order of the answers. It grows. */
  readonly requests: readonly RequestRecord[];

  /** Another credential file's content; without a service account, it is for the federated principal. */
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
   * @throws TypeError if the policy has no such role.
   */
  issueAwsCredentials(options?: IssueAwsCredentialsOptions): EmulatorAwsCredentials;

  /** Makes AWS forget a temporary access key, or all of them. */
  revokeAwsCredentials(accessKeyId?: string): void;

  /** Makes Google forget every access token. */
  revokeTokens(): void;

  /** Ends everything: the server and every connection. It may be called again. */
  close(): Promise<void>;
}

/**
 * Starts an emulator of what it takes to call Google Cloud on an AWS identity: the container
 * credentials endpoint, AWS STS, Google STS, IAM Credentials and Cloud Storage's JSON API, on one
 * port of 127.0.0.1. It checks what the clouds check, with code of its own.
 *
 * @throws TypeError that names a wrong option; the system's error if the port cannot be had.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options);
  const {policy, clock, region, onRequest} = resolved;
  const keys = new AccessKeys(policy.aws.accounts);
  const tokens = new AccessTokens(clock);
  const notes = new RequestNotes();
  const faults = new FaultQueue();
  const awsSts = new AwsStsCaller();
  const requests: RequestRecord[] = [];
  const {note} = notes;
  const taskId = randomBytes(16).toString('hex');
  const authorizationToken = randomBytes(32).toString('base64url');
  const firstAccountId = policy.aws.accounts[0]?.accountId ?? '';

  const issue = (session: IssueAwsCredentialsOptions) => issueKey(keys, resolved, session);

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
      createContainerCredentialsService({
        taskId,
        authorizationToken,
        roleArn: `arn:aws:iam::${firstAccountId}:role/${resolved.taskRole ?? ''}`,
        issue: () => issue({sessionName: taskId}),
        clock,
        note,
      }),
      createStsService({
        findKey: id => keys.find(id),
        clock,
        maxClockSkewSeconds: resolved.maxClockSkewSeconds,
        disabledRegions: id =>
          policy.aws.accounts.find(({accountId}) => accountId === id)?.disabledRegions ?? [],
        note,
      }),
      createTokenExchangeService({
        policy: policy.google,
        tokens,
        clock,
        tokenLifetimeSeconds: resolved.federatedTokenLifetimeSeconds,
        identify: token => awsSts.identify(token, port),
        note,
      }),
      createIamCredentialsService({
        policy: policy.google,
        tokens,
        clock,
        tokenLifetimeSeconds: resolved.serviceAccountTokenLifetimeSeconds,
        note,
      }),
      withShortPaths(
        createStorageService({findToken: tokens.find, clock, projectId: policy.google.projectId}),
      ),
    ],
  });
  port = await server.listen();
  const url = `http://127.0.0.1:${port}`;

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
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/v2/credentials/${taskId}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorizationToken,
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
    requests,
    configFor,
    failNext: fault => faults.add(fault),
    issueAwsCredentials: (session = {}) => {
      const {accessKeyId, secretAccessKey, sessionToken, expiresAt} = issue(session);
      return {accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresAt)};
    },
    revokeAwsCredentials: accessKeyId => keys.revoke(accessKeyId),
    revokeTokens: () => tokens.revokeAll(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function issueKey(
  keys: AccessKeys,
  {policy, taskRole, clock, awsCredentialsLifetimeSeconds}: ResolvedOptions,
  session: IssueAwsCredentialsOptions,
) {
  const {
    role = taskRole,
    accountId = policy.aws.accounts[0]?.accountId,
    sessionName = 'session',
    lifetimeSeconds = awsCredentialsLifetimeSeconds,
  } = session;
  const account = policy.aws.accounts.find(candidate => candidate.accountId === accountId);
  if (account?.roles?.some(({name}) => name === role) !== true || role === undefined) {
    throw new TypeError(
      `The policy has no role ${role ?? ''} in the AWS account ${accountId ?? ''}.`,
    );
  }
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw new TypeError('A session name has 2 to 64 characters out of A-Z, a-z, 0-9 and _+=,.@-');
  }
  // Expirations are told in whole seconds.
  const expiresAt = Math.floor(clock() / 1000 + lifetimeSeconds) * 1000;
  return keys.issue({accountId: account.accountId, role, sessionName, expiresAt});
}
