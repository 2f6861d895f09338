import type {CredentialSource} from '../aws/credential-source.js';
import type {AwsCredentials} from '../aws/credentials.js';
import {readCredentials} from '../aws/read-credentials.js';
import {readRegion, type LocatedRegion} from '../aws/region.js';
import type {AwsCredentialSourceName} from '../aws/credential-source.js';
import type {AwsRegionSource} from '../aws/region-lookup.js';
import type {ResolvedOptions} from './options.js';
import {traced} from './step-tracing.js';

/** The AWS identity that signs, with its keys. */
export interface AwsIdentity {
  readonly source: CredentialSource;
  readonly credentials: AwsCredentials;
  readonly region: LocatedRegion;
}

/** Reads the identity anew. */
export type AwsIdentityReader = (options?: {
  /** Whether credentials that the source keeps were refused. Default `false`. */
  readonly forceRefresh?: boolean;
  /** How long it may take in all, in ms. Default the time of all attempts. */
  readonly timeoutMillis?: number;
}) => Promise<AwsIdentity>;

/** What can be told of the AWS identity. It holds no secret. */
export interface IdentityDescription {
  /** Which source won. */
  readonly source: AwsCredentialSourceName;
  /** The same in words, with the profile, file or variable. */
  readonly description: string;
  /** The last four characters of the access key id. */
  readonly accessKeyIdSuffix: string;
  /** The AWS account, where the source tells. */
  readonly accountId: string | undefined;
  /** The role, where the source tells. */
  readonly roleArn: string | undefined;
  /** When the AWS credentials end, where they are temporary and the source tells. */
  readonly expiration: Date | undefined;
  readonly region: string;
  /** Where the region was found. */
  readonly regionSource: AwsRegionSource;
}

/**
 * Reads the credentials from their source at each call: what rotates is seen. The region is looked up
 * when the credentials have changed.
 */
export function awsIdentityReader(options: ResolvedOptions): AwsIdentityReader {
  let kept: {readonly accessKeyId: string; readonly region: LocatedRegion} | undefined;
  return async (readOptions = {}) => {
    const {timeoutMillis = options.retryPolicy.totalTimeoutMillis} = readOptions;
    const deadline = performance.now() + timeoutMillis;
    const remainingMillis = () => Math.max(1, Math.ceil(deadline - performance.now()));
    const {source, credentials} = await traced(
      {step: 'aws-credentials', target: 'AWS credentials'},
      async () => {
        const chosen = await options.credentialSource(remainingMillis());
        const read = (forceRefresh: boolean) =>
          readCredentials(chosen, {
            timeoutMillis: remainingMillis(),
            forceRefresh,
          });
        const first = await read(readOptions.forceRefresh ?? false);
        // A source that keeps credentials may not have noticed their end. Once more, and then AWS judges:
        // its clock counts, not this machine's.
        const ended = (first.expiration?.getTime() ?? Infinity) <= options.clock();
        return {source: chosen, credentials: ended ? await read(true) : first};
      },
    );
    const {accessKeyId} = credentials;
    if (kept?.accessKeyId !== accessKeyId) {
      const region = await traced({step: 'aws-region', target: 'AWS region'}, () =>
        readRegion(options.region, remainingMillis()),
      );
      kept = {accessKeyId, region};
    }
    return {source, credentials, region: kept.region};
  };
}

/** Tells of an identity what is no secret. */
export function describeAwsIdentity({
  source,
  credentials,
  region,
}: AwsIdentity): IdentityDescription {
  const {accessKeyId, accountId, expiration} = credentials;
  return {
    source: source.name,
    description: source.description,
    accessKeyIdSuffix: accessKeyId.slice(-4),
    accountId: accountId ?? /^arn:[^:]*:iam::(\d{12}):/.exec(source.roleArn ?? '')?.[1],
    roleArn: source.roleArn,
    expiration,
    region: region.region,
    regionSource: region.source,
  };
}

const ROLE_ARN =
  /^arn:(?<partition>aws[a-z-]*):iam::(?<account>\d{12}):role\/(?:.*\/)?(?<name>[\w+=,.@-]{1,64})$/;

/**
 * The role as `attribute.aws_role` has it under Google's default mapping, with `AWS_ACCOUNT_ID` and `ROLE_NAME`
 * for what the source does not tell. It may stand in a command.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings
 */
export function awsRoleName(identity?: AwsIdentity): string {
  const role = ROLE_ARN.exec(identity?.source.roleArn ?? '')?.groups;
  const partition = identity?.region.region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  const account = role?.['account'] ?? identity?.credentials.accountId ?? 'AWS_ACCOUNT_ID';
  return `arn:${role?.['partition'] ?? partition}:sts::${account}:assumed-role/${role?.['name'] ?? 'ROLE_NAME'}`;
}

/** Whether two readings gave the same keys. */
export function sameKeys(one: AwsCredentials, other: AwsCredentials): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.secretAccessKey === other.secretAccessKey &&
    one.sessionToken === other.sessionToken
  );
}
