import {AwsAuthError, isAwsAuthError} from '../errors.js';
import {maskSecrets, withoutSecrets} from '../masking.js';
import {likelyKeys} from './likely-keys.js';
import type {AwsRegionSource, FoundRegion} from './region-lookup.js';
import {DEFAULT_TIME_LIMIT_MILLIS, withinTimeLimit} from './time-limit.js';

/** A region, or a function that gives it. */
export type AwsRegionProvider = () => Promise<string>;

// The partitions whose STS hosts are sts.REGION.amazonaws.com, commercial and GovCloud:
// https://github.com/aws/aws-sdk-js-v3 `partitions.json`
// The middle is a direction in every one of them, so that us-mars-1 is found out here.
const REGION =
  /^(?:us-gov|us|eu|ap|sa|ca|me|af|il|mx)-(?:(?:north|south)(?:east|west)?|east|west|central)-\d+$/;

// us-east-1a, us-west-2-lax-1a (a Local Zone), us-east-1-wl1-bos-wlz-1 (a Wavelength Zone)
const ZONE = /^(?<region>[a-z-]+-\d+)(?:[a-z]|-[a-z0-9-]+)$/;

/** A region that is checked, and where it was found. */
export interface LocatedRegion {
  readonly region: string;
  readonly source: AwsRegionSource;
}

/**
 * Asks for the region and checks that Google takes its STS endpoint.
 *
 * @throws AwsAuthError `AWS_REGION_INVALID`.
 */
export async function readRegion(
  lookUp: (timeoutMillis: number) => Promise<FoundRegion>,
  timeoutMillis = DEFAULT_TIME_LIMIT_MILLIS,
): Promise<LocatedRegion> {
  let found: FoundRegion;
  try {
    found = await withinTimeLimit(() => lookUp(timeoutMillis), timeoutMillis);
  } catch (error) {
    if (isAwsAuthError(error)) throw error;
    const cause = withoutSecrets(error, likelyKeys(error));
    throw invalid(
      `The AWS region could not be looked up: ${cause.message.replace(/\.$/, '')}.`,
      'Set AWS_REGION or "awsRegion" to a region such as us-east-1; a function that you give as "awsRegion" must give one.',
      cause,
    );
  }
  return {region: checkRegion(found.region, found.source), source: found.source};
}

/**
 * Checks a region's form and partition.
 *
 * @throws AwsAuthError `AWS_REGION_INVALID`.
 */
export function checkRegion(region: unknown, source: AwsRegionSource = 'awsRegion'): string {
  const of = source === 'awsRegion' ? '' : ` (of ${source})`;
  if (typeof region !== 'string' || region === '') {
    throw invalid(
      'The AWS region is missing or not a string.',
      'Set "awsRegion", e.g. to us-east-1, or leave it out.',
    );
  }
  if (REGION.test(region)) return region;
  // A key may stand in its place.
  const shown = JSON.stringify(maskSecrets(region, likelyKeys(region)).slice(0, 64));
  // What wins over the variable is not mended by it.
  const set =
    source === 'awsRegion'
      ? 'Set "awsRegion"'
      : source === 'credential file'
        ? 'Set "awsRegion", or the regional_cred_verification_url of the file,'
        : 'Set AWS_REGION or "awsRegion"';
  if (region.startsWith('cn-')) {
    throw invalid(
      `The AWS region ${shown}${of} lies in China, whose AWS STS (amazonaws.com.cn) Google does not ask.`,
      'AWS accounts of the China partition cannot be federated with Google Cloud in this way.',
    );
  }
  const parent = ZONE.exec(region)?.groups?.['region'];
  if (parent !== undefined && REGION.test(parent)) {
    throw invalid(
      `The AWS region ${shown}${of} looks like a zone of a region.`,
      `${set} to the region: ${parent}.`,
    );
  }
  throw invalid(
    `${shown}${of} is not an AWS region whose STS endpoint Google asks.`,
    `${set} to a region such as us-east-1.`,
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
