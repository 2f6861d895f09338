import {createHash} from 'node:crypto';

/** Who AWS says a key belongs to. */
export interface AwsIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** A session of a role, as GetCallerIdentity tells of it. */
export function roleSessionIdentity(
  accountId: string,
  role: string,
  sessionName: string,
): AwsIdentity {
  return {
    account: accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${sessionName}`,
    userId: `${uniqueId('AROA', `${accountId}:role/${role}`)}:${sessionName}`,
  };
}

/** An IAM user, as GetCallerIdentity tells of it. */
export function userIdentity(accountId: string, path: string, name: string): AwsIdentity {
  const arn = `arn:aws:iam::${accountId}:user${path}${name}`;
  return {account: accountId, arn, userId: uniqueId('AIDA', arn)};
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
function uniqueId(prefix: string, name: string): string {
  const hash = createHash('sha256').update(name).digest();
  return prefix + Array.from(hash.subarray(0, 17), byte => BASE32[byte % 32]).join('');
}
