import type {AwsAccount} from '../policy.js';
import type {AccessKeys, SessionKey} from './access-keys.js';
import type {AwsIdentity} from './identities.js';
import {AwsRefusal} from './aws-refusal.js';
import {trustsIdentity} from './role-trust.js';
import {findRole, roleOfSession, type FoundRole} from './roles.js';
import {StsParameters, validationError} from './sts-parameters.js';

/** What STS makes sessions of. */
export interface SessionMaker {
  readonly accounts: readonly AwsAccount[];
  readonly keys: AccessKeys;
  readonly clock: () => number;
}

const DEFAULT_MAX_SECONDS = 3600;
const MAX_CHAINED_SECONDS = 3600;

/** The shape of a role's ARN, whether or not there is such a role. */
const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * AssumeRole: makes a session of a role for a caller whose signature was checked.
 *
 * @throws AwsRefusal `ValidationError` or `AccessDenied`.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function assumeRole(
  values: URLSearchParams,
  caller: AwsIdentity,
  maker: SessionMaker,
): SessionKey {
  const parameters = new StsParameters(values);
  const arn = parameters.required('RoleArn');
  const sessionName = parameters.required('RoleSessionName');
  const externalId = parameters.optional('ExternalId');
  const seconds = parameters.durationSeconds();
  parameters.check();
  checkRoleArn(arn);
  if (values.has('SerialNumber') || values.has('TokenCode')) {
    // No user here has an MFA device.
    throw new AwsRefusal(
      'AccessDenied',
      403,
      'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    );
  }
  const found = findRole(maker.accounts, arn);
  // A role that does not exist is refused in the same words, so that nobody learns which ones do.
  if (found === undefined || !trustsIdentity(found.role, caller, externalId)) {
    throw new AwsRefusal(
      'AccessDenied',
      403,
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  }
  if (roleOfSession(caller.arn) !== undefined && seconds > MAX_CHAINED_SECONDS) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  return makeSession(found, sessionName, seconds, maker);
}

/** @throws AwsRefusal `ValidationError` for what is no role's ARN. */
export function checkRoleArn(arn: string): void {
  if (!arn.startsWith('arn:')) throw validationError(`${arn} is invalid`);
  if (!ROLE_ARN.test(arn)) throw validationError('Request ARN is invalid');
}

/** @throws AwsRefusal `ValidationError` if the role's sessions may not be that long. */
export function makeSession(
  {accountId, role}: FoundRole,
  sessionName: string,
  seconds: number,
  {keys, clock}: SessionMaker,
): SessionKey {
  if (seconds > (role.maxSessionDurationSeconds ?? DEFAULT_MAX_SECONDS)) {
    throw validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return keys.issue({
    accountId,
    role: role.name,
    sessionName,
    expiresAt: (Math.floor(clock() / 1000) + seconds) * 1000,
  });
}
