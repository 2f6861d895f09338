/** The AWS user that a subject is the ARN of. */
export interface SubjectUser {
  readonly account: string;
  readonly name: string;
  /** Begins and ends with `/`. */
  readonly path: string;
  /**
   * The same for all users that AWS takes for one: an account has one user of a name, whatever its path and its
   * capitals.
   */
  readonly key: string;
}

/**
 * The user that a subject names; `undefined` where it names none.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
 */
export function userOf(subject: string): SubjectUser | undefined {
  const {account, path, name} =
    /^arn:aws:iam::(?<account>\d{12}):user(?<path>\/(?:[!-~]+\/)?)(?<name>[\w+=,.@-]{1,64})$/.exec(
      subject,
    )?.groups ?? {};
  if (account === undefined || path === undefined || name === undefined) return undefined;
  return {account, name, path, key: `${account}/${name.toLowerCase()}`};
}
