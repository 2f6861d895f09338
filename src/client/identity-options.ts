import {assumedRoleSource, type AssumeRoleOptions} from '../aws/assume-role.js';
import {
  chooseCredentialSource,
  givenSource,
  type CredentialSource,
} from '../aws/credential-source.js';
import {
  checkCredentials,
  type AwsCredentials,
  type AwsCredentialsProvider,
} from '../aws/credentials.js';
import {checkRegion, readRegion, type AwsRegionProvider} from '../aws/region.js';
import {lookUpRegion, type FoundRegion} from '../aws/region-lookup.js';
import {invalidOption, show} from '../config/option-checks.js';

/** The options that say who signs. */
export interface IdentityOptions {
  readonly awsCredentials?: AwsCredentials | AwsCredentialsProvider | undefined;
  readonly awsRegion?: string | AwsRegionProvider | undefined;
  readonly assumeRole?: AssumeRoleOptions | undefined;
}

/** Who signs, and where that is asked. */
export interface ResolvedIdentity {
  /** Chooses the source: the environment may have changed since the last time. */
  readonly credentialSource: (timeoutMillis?: number) => Promise<CredentialSource>;
  readonly region: (timeoutMillis?: number) => Promise<FoundRegion>;
}

/**
 * Checks the options that say who signs.
 *
 * @param callerIdentityEndpoint a credential file may name one region's endpoint, or the global one.
 * @throws AwsAuthError `INVALID_OPTION`, `AWS_REGION_INVALID`.
 */
export function resolveIdentity(
  options: IdentityOptions,
  callerIdentityEndpoint: string,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedIdentity {
  const region = resolveRegion(options.awsRegion, callerIdentityEndpoint, environment);
  const base = resolveSource(options, environment);
  const assumeRole =
    options.assumeRole === undefined ? undefined : checkAssumeRole(options.assumeRole);
  if (assumeRole === undefined) return {credentialSource: base, region};
  const regionName = async () => (await readRegion(region)).region;
  return {
    credentialSource: async timeoutMillis =>
      assumedRoleSource(await base(timeoutMillis), assumeRole, regionName),
    region,
  };
}

function resolveSource(
  {awsCredentials: value, awsRegion}: IdentityOptions,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedIdentity['credentialSource'] {
  if (value === undefined) {
    return timeoutMillis => chooseCredentialSource(environment, timeoutMillis, awsRegion);
  }
  if (typeof value === 'function') {
    const given = givenSource(value);
    return () => Promise.resolve(given);
  }
  const credentials = Object.freeze(checkCredentials(value, 'INVALID_OPTION'));
  const given = givenSource(() => Promise.resolve(credentials));
  return () => Promise.resolve(given);
}

function resolveRegion(
  value: IdentityOptions['awsRegion'],
  callerIdentityEndpoint: string,
  environment: Readonly<Record<string, string | undefined>>,
): ResolvedIdentity['region'] {
  if (value === undefined) {
    const host = /^https:\/\/sts(?:\.([a-z0-9-]+))?\.amazonaws/.exec(callerIdentityEndpoint);
    if (host === null) return timeoutMillis => lookUpRegion(environment, timeoutMillis);
    // The global endpoint signs for us-east-1.
    const region = checkRegion(host[1] ?? 'us-east-1', 'credential file');
    return () => Promise.resolve({region, source: 'credential file'});
  }
  if (typeof value === 'function') {
    return async () => ({region: await value(), source: 'awsRegion'});
  }
  const region = checkRegion(value);
  return () => Promise.resolve({region, source: 'awsRegion'});
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
const ROLE_ARN = /^arn:aws(?:-us-gov)?:iam::\d{12}:role\/[\x21-\x7e]{1,512}$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;

function checkAssumeRole(value: unknown): AssumeRoleOptions {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(
      'assumeRole',
      `is ${show(value)}, not an object`,
      'Give at least {roleArn}.',
    );
  }
  const {roleArn, sessionName, externalId, durationSeconds, ...rest}: Record<string, unknown> = {
    ...value,
  };
  const unknownName = Object.keys(rest)[0];
  if (unknownName !== undefined) {
    throw invalidOption(
      `assumeRole.${unknownName}`,
      'is not known',
      'It takes roleArn, sessionName, externalId and durationSeconds.',
    );
  }
  const duration = checkDuration(durationSeconds);
  return Object.freeze({
    roleArn: checkText(roleArn, 'roleArn', ROLE_ARN, 'It reads arn:aws:iam::ACCOUNT_ID:role/NAME.'),
    sessionName: checkOptionalText(
      sessionName,
      'sessionName',
      SESSION_NAME,
      'It has 2 to 64 letters, digits and _+=,.@-; it is part of the subject that Google sees.',
    ),
    externalId: checkOptionalText(
      externalId,
      'externalId',
      EXTERNAL_ID,
      'It has 2 to 1224 letters, digits and _+=,.@:/-.',
    ),
    durationSeconds: duration,
  });
}

function checkText(value: unknown, name: string, shape: RegExp, fix: string): string {
  if (typeof value !== 'string' || !shape.test(value)) {
    throw invalidOption(`assumeRole.${name}`, `is ${show(value)}, which AWS does not take`, fix);
  }
  return value;
}

function checkOptionalText(
  value: unknown,
  name: string,
  shape: RegExp,
  fix: string,
): string | undefined {
  return value === undefined ? undefined : checkText(value, name, shape, fix);
}

function checkDuration(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 900 || value > 43_200) {
    throw invalidOption(
      'assumeRole.durationSeconds',
      `is ${show(value)}, not a whole number of seconds from 900 to 43200`,
      'Leave it out for an hour.',
    );
  }
  return value;
}
