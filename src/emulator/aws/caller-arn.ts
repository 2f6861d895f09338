import {show} from '../policy-shape.js';
import {roleSessionIdentity, userIdentity} from './identities.js';

/** An AWS identity as its ARN tells of it. */
export interface Caller {
  readonly kind: 'role-session' | 'user' | 'federated-user' | 'root';
  /** As GetCallerIdentity tells it. */
  readonly arn: string;
  /** Twelve digits. */
  readonly account: string;
  readonly userId: string;
  /** The role's or user's name; the root has none. */
  readonly name?: string;
  /** The user's path. */
  readonly path?: string;
  readonly sessionName?: string;
}

const DEFAULT_SESSION = 'session';
const ARN = /^arn:(?<partition>aws[\w-]*):(?<service>iam|sts)::(?<account>\d{12}):(?<resource>.+)$/;

/**
 * Reads the ARN of a caller: of a role's session, a user, a federated user or an account's root. For a
 * role's own ARN it takes a session of that role, of the name `session`.
 *
 * @throws TypeError where it is nobody's who could call.
 */
export function parseCallerArn(arn: string): Caller {
  const {partition = '', service, account = '', resource = ''} = ARN.exec(arn)?.groups ?? {};
  const session = (name: string, sessionName = DEFAULT_SESSION): Caller => {
    const {userId} = roleSessionIdentity(account, name, sessionName);
    const own = `arn:${partition}:sts::${account}:assumed-role/${name}/${sessionName}`;
    return {kind: 'role-session', arn: own, account, userId, name, sessionName};
  };
  if (service === 'sts') {
    const [, role, sessionName] = /^assumed-role\/([^/]+)(?:\/([^/]+))?$/.exec(resource) ?? [];
    if (role !== undefined) return session(role, sessionName);
    const name = /^federated-user\/([^/]+)$/.exec(resource)?.[1];
    if (name !== undefined) {
      return {kind: 'federated-user', arn, account, userId: `${account}:${name}`, name};
    }
  }
  if (service === 'iam') {
    const role = /^role\/(?:[^/]+\/)*([^/]+)$/.exec(resource)?.[1];
    if (role !== undefined) return session(role);
    const [, path, name] = /^user(\/(?:[^/]+\/)*)([^/]+)$/.exec(resource) ?? [];
    if (path !== undefined && name !== undefined) {
      return {
        kind: 'user',
        arn,
        account,
        userId: userIdentity(account, path, name).userId,
        name,
        path,
      };
    }
    if (resource === 'root') return {kind: 'root', arn, account, userId: account};
  }
  throw new TypeError(
    `${show(arn)} is the ARN of no AWS identity. It must read arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, as "aws sts get-caller-identity" prints it, or arn:aws:iam::ACCOUNT:user/NAME.`,
  );
}
