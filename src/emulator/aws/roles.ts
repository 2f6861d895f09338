import type {AwsAccount, AwsRole} from '../policy.js';

/** A role and where it is. */
export interface FoundRole {
  readonly accountId: string;
  readonly role: AwsRole;
  readonly arn: string;
}

/** `arn:aws:iam::123456789012:role/NAME` */
export function roleArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`;
}

/**
 * A role of the policy, which whoever writes a program names.
 *
 * @throws TypeError that names the roles, or the accounts, which there are.
 */
export function wantedRole(
  accounts: readonly AwsAccount[],
  accountId: string | undefined,
  role: string | undefined,
): {readonly accountId: string; readonly role: string} {
  const account = accounts.find(candidate => candidate.accountId === accountId);
  if (account?.roles?.some(({name}) => name === role) === true && role !== undefined) {
    return {accountId: account.accountId, role};
  }
  const [what, names] =
    account === undefined
      ? ['Its AWS accounts are', accounts.map(({accountId: id}) => id)]
      : ['Its roles are', (account.roles ?? []).map(({name}) => name)];
  throw new TypeError(
    `The policy has no role${spaced(role)} in ${accountId === undefined ? 'any AWS account' : `the AWS account ${accountId}`}. ${what}: ${names.join(', ') || 'none'}.`,
  );
}

function spaced(name: string | undefined): string {
  return name === undefined ? '' : ` ${name}`;
}

/** The account id in an ARN of IAM or STS. */
export function accountIdOf(arn: string): string | undefined {
  return /^arn:aws:(?:iam|sts)::(\d{12}):/.exec(arn)?.[1];
}

/** The role that an ARN names, if there is one. Names are told apart by case, as STS does. */
export function findRole(accounts: readonly AwsAccount[], arn: string): FoundRole | undefined {
  const accountId = accountIdOf(arn);
  const account = accounts.find(candidate => candidate.accountId === accountId);
  const role = account?.roles?.find(({name}) => roleArn(account.accountId, name) === arn);
  return account && role && {accountId: account.accountId, role, arn};
}

/** The role whose session an STS ARN names, or `undefined` for any other identity. */
export function roleOfSession(arn: string): string | undefined {
  const [, accountId, name] = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn) ?? [];
  return accountId === undefined || name === undefined ? undefined : roleArn(accountId, name);
}
