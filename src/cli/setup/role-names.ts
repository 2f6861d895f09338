import {UsageError} from '../failure.js';

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;

const ARN =
  /^arn:(?<partition>[a-z-]+):(?:iam::(?<iam>\d{12}):role\/(?<path>(?:[\x21-\x7e]+\/)?)(?<role>[^/]+)|sts::(?<sts>\d{12}):assumed-role\/(?<assumed>[^/]+)(?<session>\/[^/]+)?)$/;

/**
 * Reads the AWS roles of `--role`: each a name, or the ARN of a role or of its session.
 *
 * @throws UsageError for what is neither, a role of another account, or one role in two spellings.
 */
export function readRoles(
  values: readonly string[],
  account: string,
): {readonly roles: readonly string[]; readonly warnings: readonly string[]} {
  const read = values.map(value => readRole(value, account));
  const roles = [...new Set(read.map(({name}) => name))];
  for (const [index, role] of roles.entries()) {
    const same = roles.slice(0, index).find(other => other.toLowerCase() === role.toLowerCase());
    if (same === undefined) continue;
    throw new UsageError(
      `--role ${same} and --role ${role} are one role to AWS, and two to Google, which compares capitals. Give it once, as this prints it: aws iam get-role --role-name ${role} --query Role.RoleName --output text`,
    );
  }
  return {
    roles,
    warnings: read.flatMap(({warning}) => warning ?? []),
  };
}

function readRole(
  value: string,
  account: string,
): {readonly name: string; readonly warning?: string} {
  if (ROLE_NAME.test(value)) return {name: value};
  const {partition, iam, path = '', role, sts, assumed, session} = ARN.exec(value)?.groups ?? {};
  const name = role ?? assumed ?? '';
  if (!ROLE_NAME.test(name)) {
    throw new UsageError(
      `--role ${JSON.stringify(value)} is not the name of an AWS role. Give its name, such as demo-role, or its ARN, arn:aws:iam::${account}:role/demo-role${value === '*' ? '; for every identity of the account there is --whole-pool' : ''}.`,
    );
  }
  if (partition !== 'aws') {
    throw new UsageError(
      `--role ${JSON.stringify(value)} is of the partition ${partition ?? ''}: Google documents AWS identities of the partition aws alone.`,
    );
  }
  const owner = iam ?? sts;
  if (owner !== account) {
    throw new UsageError(
      `--role ${JSON.stringify(value)} is of the account ${owner ?? ''}, and --aws-account is ${account}: a provider takes one account. Run setup once for each, with providers of their own.`,
    );
  }
  if (path !== '') {
    return {
      name,
      warning: `The path /${path} of the role ${name} is left out: the ARN of a role's session, which is what Google sees, has none.`,
    };
  }
  if (session !== undefined) {
    return {
      name,
      warning: `The session ${session.slice(1)} of the role ${name} is left out: every session of the role is let in. For one session there is --subject.`,
    };
  }
  return {name};
}
