import {checkKeys, type KeysOf} from '../known-keys.js';
import type {AwsAccount} from '../policy.js';
import type {AccessKeys, SessionKey} from './access-keys.js';
import {wantedRole} from './roles.js';

/** What `issueAwsCredentials` makes. */
export interface IssueAwsCredentialsOptions {
  /** The role's name. Default the container's. */
  readonly role?: string;
  /** The account of the role. Default the policy's first. */
  readonly accountId?: string;
  /** Default `session`. */
  readonly sessionName?: string;
  /** Default the option `awsCredentialsLifetimeSeconds`. 0 or less makes expired ones. */
  readonly lifetimeSeconds?: number;
}

/** Makes sessions of the policy's roles without asking who wants them. */
export type IssueCredentials = (options?: IssueAwsCredentialsOptions) => SessionKey;

/** What sessions are made of. */
export interface IssuerOptions {
  readonly keys: AccessKeys;
  readonly accounts: readonly AwsAccount[];
  readonly taskRole: string | undefined;
  readonly clock: () => number;
  readonly awsCredentialsLifetimeSeconds: number;
}

const OPTIONS: KeysOf<IssueAwsCredentialsOptions> = {
  role: true,
  accountId: true,
  sessionName: true,
  lifetimeSeconds: true,
};

/** Makes the function. It throws a TypeError for a role that the policy does not have. */
export function credentialsIssuer(options: IssuerOptions): IssueCredentials {
  const {keys, accounts, taskRole, clock, awsCredentialsLifetimeSeconds} = options;
  return (session = {}) => {
    checkKeys(session, OPTIONS, 'issueAwsCredentials()');
    const {
      role = taskRole,
      accountId = accounts[0]?.accountId,
      sessionName = 'session',
      lifetimeSeconds = awsCredentialsLifetimeSeconds,
    } = session;
    const wanted = wantedRole(accounts, accountId, role);
    // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
      throw new TypeError('A session name has 2 to 64 characters out of A-Z, a-z, 0-9 and _+=,.@-');
    }
    // Expirations are told in whole seconds.
    const expiresAt = Math.floor(clock() / 1000 + lifetimeSeconds) * 1000;
    return keys.issue({...wanted, sessionName, expiresAt});
  };
}
