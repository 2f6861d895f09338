import {AwsAuthError} from '../errors.js';
import {withoutSecrets} from '../masking.js';
import type {AwsCredentials, AwsCredentialsProvider} from './credentials.js';
import {credentialProviders, type StsRegion} from './aws-sdk.js';
import {profileSource} from './profile-source.js';
import {FALLBACK_REGION} from './region-lookup.js';
import {readSharedProfile} from './shared-config.js';
import {DEFAULT_TIME_LIMIT_MILLIS} from './time-limit.js';
import {readTokenFile} from './token-file.js';
import {assumeWithWebIdentity} from './web-identity.js';

/** Where AWS credentials come from. */
export type AwsCredentialSourceName =
  /** `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` */
  | 'environment'
  /** a profile of the shared files: keys, an assumed role, SSO, `credential_process`, … */
  | 'profile'
  /** `AWS_WEB_IDENTITY_TOKEN_FILE`: IRSA on EKS */
  | 'web-identity'
  /** `AWS_CONTAINER_CREDENTIALS_…`: ECS, Fargate, EKS Pod Identity, CodeBuild, App Runner */
  | 'container'
  /** EC2's metadata service */
  | 'instance-metadata'
  /** the option `awsCredentials` */
  | 'option';

/** One source, chosen and not yet asked. */
export interface CredentialSource {
  readonly name: AwsCredentialSourceName;
  /** How errors and reports name it. */
  readonly description: string;
  /** What to do when it fails. */
  readonly advice: string;
  /** The role it is known to give, before it is asked. */
  readonly roleArn: string | undefined;
  /** Whether the AWS SDK asks AWS for its credentials, which it does by no proxy. Default `false`. */
  readonly asksAws?: boolean;
  /** What must not show in its errors. */
  readonly secrets: readonly string[];
  /** How long it may take in all, in ms. Default: the caller's limit. */
  readonly timeLimitMillis?: number;
  /** Asks it. `forceRefresh` asks one that keeps credentials not to give kept ones. */
  readonly read: (options?: {readonly forceRefresh?: boolean}) => Promise<AwsCredentials>;
}

type Environment = Readonly<Record<string, string | undefined>>;

// The metadata service answers within milliseconds where there is one.
const INSTANCE_METADATA_MILLIS = 2_000;
// An agent on the same host: the SDK asks it four times, and one that hangs without an end.
const CONTAINER_MILLIS = 10_000;

/**
 * Chooses the source as the AWS SDK's chain for Node.js orders them: environment, profile, web identity,
 * container, instance metadata. The first that is set up is the source, and the only one: where it
 * fails, no other identity steps in for it.
 *
 * @param timeoutMillis how long it may take, in ms: the shared files never longer than ten seconds, and the file
 *   of a token never longer than five.
 * @param givenRegion the region whose AWS STS is asked for a role. Default `AWS_REGION`, `AWS_DEFAULT_REGION`, which
 *   the AWS SDK does not know, the profile's, or us-east-1.
 * @throws AwsAuthError `AWS_CREDENTIALS_UNAVAILABLE` where none is set up, or the shared files cannot be read.
 * @see https://docs.aws.amazon.com/sdk-for-javascript/v3/developer-guide/setting-credentials-node.html
 */
export async function chooseCredentialSource(
  environment: Environment,
  timeoutMillis?: number,
  givenRegion?: StsRegion,
): Promise<CredentialSource> {
  const isSet = (name: string): boolean => Boolean(environment[name]);
  const named = environment['AWS_PROFILE'];
  if (!named && isSet('AWS_ACCESS_KEY_ID') && isSet('AWS_SECRET_ACCESS_KEY')) {
    return environmentSource(environment);
  }
  const profile = await readSharedProfile(environment, timeoutMillis).catch((error: unknown) => {
    throw unreadableFiles(error);
  });
  if (profile.unreadable.length > 0) {
    throw unavailable(
      `No AWS credentials could be looked for: of the shared AWS files, ${profile.unreadable.join(' and ')} cannot be read.`,
      'Let the user that runs this process read it; it must be a file of text in UTF-8. AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name others, /dev/null none. No other source is asked instead: that may be another identity.',
    );
  }
  const {AWS_REGION, AWS_DEFAULT_REGION} = environment;
  // Of one that is not known, the SDK's own search warns on the console.
  const region =
    givenRegion ?? (AWS_REGION || AWS_DEFAULT_REGION || profile.region || FALLBACK_REGION);
  if (profile.kind !== 'none') return profileSource(profile, region, timeoutMillis);
  if (isSet('AWS_WEB_IDENTITY_TOKEN_FILE')) {
    return webIdentitySource(environment, region, timeoutMillis);
  }
  if (
    isSet('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI') ||
    isSet('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  ) {
    return containerSource(environment, timeoutMillis);
  }
  if (named && !profile.exists) {
    throw unavailable(
      `AWS_PROFILE names the profile ${JSON.stringify(named)}, which is in neither of the shared files.`,
      `${keysPassedOver(environment)}Correct AWS_PROFILE, add the profile (aws configure --profile NAME), or look at AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE.`,
    );
  }
  const disabled = environment['AWS_EC2_METADATA_DISABLED'];
  if (disabled && disabled.toLowerCase() !== 'false') {
    throw unavailable(
      'No source of AWS credentials is set up here, and instance metadata is switched off by AWS_EC2_METADATA_DISABLED.',
      `${keysPassedOver(environment)}Give this process a role, a profile or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give "awsCredentials".`,
    );
  }
  return instanceMetadataSource(environment);
}

/**
 * Where one of the two variables is missing, or AWS_PROFILE is set, too, they are no source, as in the SDK: whoever set
 * them is told.
 */
function keysPassedOver(environment: Environment): string {
  const names = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const [set] = names.filter(name => environment[name]);
  const [missing] = names.filter(name => !environment[name]);
  if (set === undefined) return '';
  if (missing !== undefined) {
    return `${set} is set and ${missing} is not, so the environment gives no keys: set both or neither. `;
  }
  return `${names.join(' and ')} are set, and passed over, since AWS_PROFILE is set, too: unset it to use them. `;
}

/** The source that the option `awsCredentials` is. */
export function givenSource(provider: AwsCredentialsProvider): CredentialSource {
  return {
    name: 'option',
    description: 'the option "awsCredentials"',
    advice:
      'Check with "aws sts get-caller-identity" that what the function relies on works in this process.',
    roleArn: undefined,
    secrets: [],
    read: provider,
  };
}

function environmentSource(environment: Environment): CredentialSource {
  return {
    name: 'environment',
    description: 'the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    advice:
      'Set them exactly as AWS gave them, and AWS_SESSION_TOKEN too if the keys are temporary (their id begins with ASIA).',
    roleArn: undefined,
    secrets: [],
    // Read here and not through the SDK: nothing of it need be loaded for three variables.
    read: () =>
      Promise.resolve({
        accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
        secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
        ...(environment['AWS_SESSION_TOKEN']
          ? {sessionToken: environment['AWS_SESSION_TOKEN']}
          : {}),
      }),
  };
}

function webIdentitySource(
  environment: Environment,
  region: StsRegion,
  timeoutMillis = DEFAULT_TIME_LIMIT_MILLIS,
): CredentialSource {
  const file = environment['AWS_WEB_IDENTITY_TOKEN_FILE'] ?? '';
  const roleArn = environment['AWS_ROLE_ARN'];
  return {
    name: 'web-identity',
    description: `the web identity in ${JSON.stringify(file)} (AWS_WEB_IDENTITY_TOKEN_FILE)`,
    advice:
      'Check the pod’s service account: its annotation eks.amazonaws.com/role-arn, the projected token file, and the role’s trust policy. Instance metadata is not asked instead: that would be the node’s identity.',
    roleArn,
    asksAws: true,
    secrets: [],
    read: async () => {
      if (!roleArn) throw new Error('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not');
      const sessionName = environment['AWS_ROLE_SESSION_NAME'];
      return assumeWithWebIdentity({file, sessionName}, roleArn, region, timeoutMillis);
    },
  };
}

function containerSource(environment: Environment, timeoutMillis?: number): CredentialSource {
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const variable =
    relative === undefined || relative === ''
      ? 'AWS_CONTAINER_CREDENTIALS_FULL_URI'
      : 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
  return {
    name: 'container',
    description: `the container's credential endpoint (${variable})`,
    advice:
      'Check that the task has a task role, or the pod an EKS Pod Identity association, and that the agent runs. Instance metadata is not asked instead: that would be the host’s identity.',
    roleArn: undefined,
    secrets: [environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? ''],
    timeLimitMillis: CONTAINER_MILLIS,
    read: async () => {
      const file = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
      const token = file ? await readTokenFile(file, timeoutMillis) : undefined;
      const {fromHttp} = await credentialProviders();
      return fromHttp(
        token === undefined
          ? {}
          : // The SDK would read the file that the environment names; of the two, the file wins.
            {awsContainerAuthorizationToken: token, awsContainerAuthorizationTokenFile: ''},
      )();
    },
  };
}

function instanceMetadataSource(environment: Environment): CredentialSource {
  return {
    name: 'instance-metadata',
    description: 'the EC2 instance metadata service',
    advice: `${keysPassedOver(environment)}No other source of AWS credentials is set up here. On EC2, attach an instance profile, and inside a container raise the hop limit to 2 (aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --http-put-response-hop-limit 2); elsewhere, set up a profile or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give "awsCredentials".`,
    roleArn: undefined,
    secrets: [],
    timeLimitMillis: INSTANCE_METADATA_MILLIS,
    read: async () => {
      const {fromInstanceMetadata} = await credentialProviders();
      return fromInstanceMetadata({timeout: INSTANCE_METADATA_MILLIS * 0.45, maxRetries: 0})();
    },
  };
}

function unreadableFiles(error: unknown): AwsAuthError {
  const {message} = withoutSecrets(error);
  return unavailable(
    `No AWS credentials could be looked for: ${message}.`,
    'Look whether one is a pipe, or lies on a network drive that does not answer. AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name others, /dev/null none.',
  );
}

function unavailable(what: string, fix: string): AwsAuthError {
  return new AwsAuthError({
    code: 'AWS_CREDENTIALS_UNAVAILABLE',
    step: 'aws-credentials',
    what,
    fix,
  });
}
