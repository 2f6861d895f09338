import {isLoopback} from '../server/read-call.js';
import type {NoteFacts} from '../server/request-record.js';
import {methodNotAllowed} from '../server/plain-replies.js';
import type {AwsAccount} from '../policy.js';
import type {EmulatedService, ServiceCall, ServiceReply} from '../service.js';
import {AwsRefusal} from './aws-refusal.js';
import type {IssueCredentials} from './issue-credentials.js';
import {jsonReply} from './json-reply.js';
import type {SsoSessions} from './sso-sessions.js';

/** What the portal needs. */
export interface SsoPortalOptions {
  readonly accounts: readonly AwsAccount[];
  readonly sessions: SsoSessions;
  readonly issue: IssueCredentials;
  readonly clock: () => number;
  readonly note: NoteFacts;
}

const PATH = '/federation/credentials';
const HOST = /^portal\.sso\.[a-z0-9-]+\.amazonaws\.com$/;
const USER_NAME = 'demo@example.com';

/**
 * The portal of IAM Identity Center, of which GetRoleCredentials.
 *
 * @see https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
 */
export function createSsoPortalService(options: SsoPortalOptions): EmulatedService {
  const {accounts, sessions, issue, clock, note} = options;

  function getRoleCredentials(call: ServiceCall): ServiceReply {
    const {searchParams} = call.url;
    const roleName = searchParams.get('role_name') ?? '';
    const accountId = searchParams.get('account_id') ?? '';
    const token = call.headers['x-amz-sso_bearer_token'];
    if (roleName === '' || !/^\d{12}$/.test(accountId)) {
      throw new AwsRefusal('InvalidRequestException', 400, 'Invalid request provided');
    }
    if (typeof token !== 'string' || !sessions.isValid(token)) {
      throw new AwsRefusal('UnauthorizedException', 401, 'Session token not found or invalid');
    }
    const account = accounts.find(candidate => candidate.accountId === accountId);
    if (account === undefined) {
      throw new AwsRefusal('ResourceNotFoundException', 404, 'Account not found');
    }
    const role = account.roles?.find(
      ({name, identityCenter}) => identityCenter === true && permissionSetName(name) === roleName,
    );
    // A role that does not exist is refused as one is that the user may not have.
    if (role === undefined) throw new AwsRefusal('ForbiddenException', 403, 'No access');
    const key = issue({accountId, role: role.name, sessionName: USER_NAME});
    note(call, {
      arn: key.identity.arn,
      lifetimeSeconds: Math.ceil((key.expiresAt - clock()) / 1000),
    });
    const {accessKeyId, secretAccessKey, sessionToken, expiresAt: expiration} = key;
    return jsonReply(200, {
      roleCredentials: {accessKeyId, secretAccessKey, sessionToken, expiration},
    });
  }

  return {
    name: 'aws-sso',
    handles: ({url}) =>
      url.pathname === PATH && (isLoopback(url.hostname) || HOST.test(url.hostname)),
    answer: async call => {
      note(call, {operation: 'GetRoleCredentials'});
      if (call.method !== 'GET') return methodNotAllowed(call, 'GET');
      try {
        return getRoleCredentials(call);
      } catch (error) {
        if (!(error instanceof AwsRefusal)) throw error;
        note(call, {error: error.code});
        return jsonReply(
          error.status,
          {message: error.message, __type: `com.amazonaws.switchboard.portal#${error.code}`},
          {'x-amzn-errortype': error.code},
        );
      }
    },
  };
}

/**
 * The name by which IAM Identity Center knows a role: its permission set's.
 *
 * @see https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
export function permissionSetName(role: string): string {
  return /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(role)?.[1] ?? role;
}
