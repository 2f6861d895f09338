import {randomUUID} from 'node:crypto';
import {isLoopback} from '../server/read-call.js';
import type {NoteFacts} from '../server/request-record.js';
import {methodNotAllowed} from '../server/plain-replies.js';
import type {EmulatedService, ServiceCall, ServiceReply} from '../service.js';
import type {IssueCredentials} from './issue-credentials.js';
import {jsonReply} from './json-reply.js';
import {parseToken} from '../json-web-token.js';
import type {PodTokens} from './pod-tokens.js';
import {timestamp} from './timestamp.js';

/** Where the agent answers. */
export const POD_IDENTITY_PATH = '/v1/credentials';

/** What the service needs. */
export interface PodIdentityOptions {
  readonly tokens: PodTokens;
  readonly issue: IssueCredentials;
  readonly clock: () => number;
  readonly note: NoteFacts;
}

/**
 * The EKS Pod Identity agent: it gives the pod's role to the bearer of its service account's token.
 * Its wordings are those of its source and of the EKS Auth API that it calls.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 * @see https://github.com/aws/eks-pod-identity-agent
 */
export function createPodIdentityService(options: PodIdentityOptions): EmulatedService {
  const {tokens, issue, clock, note} = options;

  /** Why a token is refused: the error's code and what the agent says. */
  function problemOf(text: string): readonly [code: string, message: string] | undefined {
    if (text === '') return ['ValidationError', 'Service account token cannot be empty'];
    const token = parseToken(text);
    if (token === undefined) {
      return ['ValidationError', 'Service account token cannot be parsed: token is malformed'];
    }
    if (tokens.isExpired(token)) {
      return [
        'ValidationError',
        'Service account token failed basic claim validations: token is expired',
      ];
    }
    if (tokens.isValid(token)) return undefined;
    const code = 'InvalidTokenException';
    return [
      code,
      `[${randomUUID()}]: (${code}): The token included in the request is invalid., fault: client`,
    ];
  }

  function answer(call: ServiceCall): ServiceReply {
    note(call, {operation: 'GetCredentials'});
    if (call.method !== 'GET') return methodNotAllowed(call, 'GET');
    const problem = problemOf(call.headers.authorization ?? '');
    if (problem !== undefined) {
      const [code, message] = problem;
      note(call, {error: code});
      return {
        status: 400,
        headers: {'content-type': 'text/plain; charset=utf-8'},
        body: `${message}\n`,
      };
    }
    const key = issue({sessionName: 'eks-emulator-demo'});
    note(call, {
      arn: key.identity.arn,
      lifetimeSeconds: Math.ceil((key.expiresAt - clock()) / 1000),
    });
    return jsonReply(200, {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      Token: key.sessionToken,
      AccountId: key.identity.account,
      Expiration: timestamp(key.expiresAt),
    });
  }

  return {
    name: 'aws-pod-identity',
    handles: ({url}) => url.pathname === POD_IDENTITY_PATH && isLoopback(url.hostname),
    answer: call => Promise.resolve(answer(call)),
  };
}
