import {instanceRegion} from './instance-region.js';
import {readSharedProfile} from './shared-config.js';

/** Where a region was found. */
export type AwsRegionSource =
  | 'awsRegion'
  | 'credential file'
  | 'AWS_REGION'
  | 'AWS_DEFAULT_REGION'
  | 'profile'
  | 'instance-metadata'
  | 'default';

/** A region, not yet checked, and where it was found. */
export interface FoundRegion {
  readonly region: unknown;
  readonly source: AwsRegionSource;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Every AWS account has STS there, and GetCallerIdentity answers the same in every region. */
export const FALLBACK_REGION = 'us-east-1';

/**
 * Looks for the region: `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, the instance's metadata, and at
 * last `us-east-1`, where every AWS account has STS. The metadata service is not asked where the
 * environment names a container or a web identity, nor where `AWS_EC2_METADATA_DISABLED` is set.
 *
 * @param timeoutMillis how long the shared files may take, in ms. Default ten seconds.
 * @throws Error where they take longer.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html
 */
export async function lookUpRegion(
  environment: Environment,
  timeoutMillis?: number,
): Promise<FoundRegion> {
  for (const source of ['AWS_REGION', 'AWS_DEFAULT_REGION'] as const) {
    const region = environment[source];
    if (region) return {region, source};
  }
  const {region: ofProfile} = await readSharedProfile(environment, timeoutMillis);
  if (ofProfile !== undefined) return {region: ofProfile, source: 'profile'};
  if (mayAskInstance(environment)) {
    const ofInstance = await instanceRegion(environment);
    if (ofInstance !== undefined) return {region: ofInstance, source: 'instance-metadata'};
  }
  return {region: FALLBACK_REGION, source: 'default'};
}

function mayAskInstance(environment: Environment): boolean {
  const disabled = environment['AWS_EC2_METADATA_DISABLED'];
  return !(
    (disabled && disabled.toLowerCase() !== 'false') ||
    environment['AWS_WEB_IDENTITY_TOKEN_FILE'] ||
    environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ||
    environment['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  );
}
