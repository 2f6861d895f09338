import {createHash, timingSafeEqual} from 'node:crypto';
import type {EmulatedService} from '../service.js';
import {methodNotAllowed} from '../server/plain-replies.js';
import {isLoopback} from '../server/read-call.js';
import type {NoteFacts} from '../server/request-record.js';
import type {IssueCredentials} from './issue-credentials.js';
import {jsonReply} from './json-reply.js';
import {timestamp} from './timestamp.js';

/** What the path begins with; the task's id follows. */
export const CONTAINER_PATH_PREFIX = '/v2/credentials/';

/** What the endpoint hands out, and to whom. */
export interface ContainerCredentialsOptions {
  readonly taskId: string;
  /** What the `Authorization` header must say. */
  readonly authorizationToken: string;
  readonly roleArn: string;
  readonly issue: IssueCredentials;
  readonly clock: () => number;
  readonly note: NoteFacts;
}

/**
 * The endpoint from which a container gets its task's role.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function createContainerCredentialsService(
  options: ContainerCredentialsOptions,
): EmulatedService {
  const {taskId, authorizationToken, roleArn, issue, clock, note} = options;
  return {
    name: 'aws-container-credentials',
    handles: ({url}) => url.pathname.startsWith(CONTAINER_PATH_PREFIX) && isLoopback(url.hostname),
    answer: async call => {
      note(call, {operation: 'GetCredentials'});
      const refuse = (status: number, code: string, message: string) => {
        note(call, {error: code});
        return jsonReply(status, {code, message, HTTPErrorCode: status});
      };
      if (call.method !== 'GET') return methodNotAllowed(call, 'GET');
      const {authorization} = call.headers;
      if (authorization === undefined || authorization === '') {
        return refuse(401, 'UnauthorizedException', 'The Authorization header is missing.');
      }
      if (!isSame(authorization, authorizationToken)) {
        return refuse(403, 'AccessDeniedException', 'The Authorization token is invalid.');
      }
      if (call.target !== CONTAINER_PATH_PREFIX + taskId) {
        return refuse(404, 'InvalidIdInRequest', 'CredentialsV2Request: Credentials not found');
      }
      const key = issue({sessionName: taskId});
      note(call, {
        arn: key.identity.arn,
        lifetimeSeconds: Math.ceil((key.expiresAt - clock()) / 1000),
      });
      return jsonReply(200, {
        RoleArn: roleArn,
        AccessKeyId: key.accessKeyId,
        SecretAccessKey: key.secretAccessKey,
        Token: key.sessionToken,
        Expiration: timestamp(key.expiresAt),
      });
    },
  };
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
