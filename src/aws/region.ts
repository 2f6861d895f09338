import {AwsAuthError} from '../errors.js';
import {withoutSecrets} from '../masking.js';
import {DEFAULT_TIME_LIMIT_MILLIS, withinTimeLimit} from './time-limit.js';

/** A region, or a function that gives it. */
export type AwsRegionProvider = () => Promise<string>;

// Every AWS account has STS there, and GetCallerIdentity answers the same in every region.
const FALLBACK_REGION = 'us-east-1';

/**
 * The region of the environment: `AWS_REGION`, then `AWS_DEFAULT_REGION`, then `us-east-1`, where every
 * AWS account has STS.
 *
 * @see https://google.aip.dev/auth/4117
 */
export function defaultRegionProvider(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): AwsRegionProvider {
  return () =>
    Promise.resolve(
      environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || FALLBACK_REGION,
    );
}

// The partitions whose STS hosts are sts.REGION.amazonaws.com, commercial and GovCloud:
// https://github.com/aws/aws-sdk-js-v3 `partitions.json`
const REGION = /^(?:us-gov|us|eu|ap|sa|ca|me|af|il|mx)-[a-z]+-\d+$/;

// us-east-1a, us-west-2-lax-1a (a Local Zone), us-east-1-wl1-bos-wlz-1 (a Wavelength Zone)
const ZONE = /^(?<region>[a-z-]+-\d+)(?:[a-z]|-[a-z0-9-]+)$/;

/**
 * Asks for the region and checks that Google takes its STS endpoint.
 *
 * @throws AwsAuthError `AWS_REGION_INVALID`.
 */
export async function readRegion(
  provider: AwsRegionProvider,
  timeoutMillis = DEFAULT_TIME_LIMIT_MILLIS,
): Promise<string> {
  let region: unknown;
  try {
    region = await withinTimeLimit(provider, timeoutMillis);
  } catch (error) {
    const cause = withoutSecrets(error);
    throw invalid(
      `The function given as "awsRegion" failed: ${cause.message.replace(/\.$/, '')}.`,
      'Give a region such as us-east-1, or leave it out.',
      cause,
    );
  }
  return checkRegion(region);
}

/**
 * Checks a region's form and partition.
 *
 * @throws AwsAuthError `AWS_REGION_INVALID`.
 */
export function checkRegion(region: unknown): string {
  if (typeof region !== 'string' || region === '') {
    throw invalid(
      'The AWS region is missing or not a string.',
      'Set AWS_REGION or "awsRegion", e.g. to us-east-1.',
    );
  }
  const shown = JSON.stringify(region.slice(0, 64));
  if (region.startsWith('cn-')) {
    throw invalid(
      `The AWS region ${shown} lies in China, whose AWS STS (amazonaws.com.cn) Google does not ask.`,
      'AWS accounts of the China partition cannot be federated with Google Cloud in this way.',
    );
  }
  if (REGION.test(region)) return region;
  const parent = ZONE.exec(region)?.groups?.['region'];
  if (parent !== undefined && REGION.test(parent)) {
    throw invalid(
      `The AWS region ${shown} looks like a zone of a region.`,
      `Set AWS_REGION or "awsRegion" to the region: ${parent}.`,
    );
  }
  throw invalid(
    `${shown} is not an AWS region whose STS endpoint Google asks.`,
    'Set AWS_REGION or "awsRegion" to a region such as us-east-1.',
  );
}

function invalid(what: string, fix: string, cause?: Error): AwsAuthError {
  return new AwsAuthError({
    code: 'AWS_REGION_INVALID',
    step: 'aws-region',
    what,
    fix,
    ...(cause === undefined ? {} : {cause}),
  });
}
