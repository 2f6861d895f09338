import {randomUUID} from 'node:crypto';
import {methodNotAllowed} from '../server/plain-replies.js';
import {isLoopback} from '../server/read-call.js';
import {mediaType, readBody} from '../server/request-body.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall, ServiceReply} from '../service.js';
import type {SessionKey} from './access-keys.js';
import type {AwsIdentity} from './identities.js';
import {assumeRoleWithWebIdentity} from './assume-role-with-web-identity.js';
import {assumeRole, type SessionMaker} from './assume-role.js';
import {AwsRefusal} from './aws-refusal.js';
import {
  assumeRoleReply,
  callerIdentityReply,
  refusalReply,
  webIdentityReply,
  type ReplyFormat,
} from './sts-reply.js';
import {verifySignature} from './verify-signature.js';
import type {WebIdentityTokens} from './web-identity-tokens.js';

/** What the emulated STS needs to know. */
export interface StsOptions extends SessionMaker {
  readonly webIdentityTokens: WebIdentityTokens;
  readonly maxClockSkewSeconds: number;
  readonly note: NoteFacts;
}

/** One call, read. */
interface StsCall {
  readonly call: ServiceCall;
  readonly body: Buffer;
  readonly parameters: URLSearchParams;
  readonly format: ReplyFormat;
}

const VERSION = '2011-06-15';
const HOST = /^sts(?:\.(?<region>[a-z]{2}(?:-[a-z]+)+-\d{1,2}))?\.amazonaws\.com$/;

/**
 * AWS STS, of which GetCallerIdentity, AssumeRole and AssumeRoleWithWebIdentity, at its own host
 * names and at the emulator's.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
 */
export function createStsService(options: StsOptions): EmulatedService {
  const {accounts, keys, clock, webIdentityTokens, maxClockSkewSeconds, note} = options;

  function identify({call, body}: StsCall): AwsIdentity {
    const {identity, region} = verifySignature(call, body, {
      findKey: id => keys.find(id),
      now: clock(),
      maxClockSkewSeconds,
      service: 'sts',
      region: regionOf(call.url.hostname),
    });
    note(call, {arn: identity.arn});
    const account = accounts.find(({accountId}) => accountId === identity.account);
    if (account?.disabledRegions?.includes(region) === true) {
      throw new AwsRefusal(
        'RegionDisabledException',
        403,
        `STS is not activated in this region for account:${identity.account}. Your account administrator can activate STS in this region using the IAM Console.`,
      );
    }
    return identity;
  }

  const noteSession = (call: ServiceCall, {identity, expiresAt}: SessionKey) =>
    note(call, {
      assumedRole: identity.arn,
      lifetimeSeconds: Math.ceil((expiresAt - clock()) / 1000),
    });

  const operations = new Map<string, (call: StsCall) => ServiceReply>([
    ['GetCallerIdentity', request => callerIdentityReply(identify(request), request.format)],
    [
      'AssumeRole',
      request => {
        const key = assumeRole(request.parameters, identify(request), options);
        noteSession(request.call, key);
        return assumeRoleReply(key, request.format);
      },
    ],
    [
      'AssumeRoleWithWebIdentity',
      ({call, parameters, format}) => {
        const session = assumeRoleWithWebIdentity(parameters, webIdentityTokens, options);
        noteSession(call, session.key);
        return webIdentityReply(session, format);
      },
    ],
  ]);

  return {
    name: 'aws-sts',
    // A form with a file is Cloud Storage's.
    handles: ({url, target, headers}) =>
      /^\/(?:\?|$)/.test(target) &&
      mediaType(headers['content-type']) !== 'multipart/form-data' &&
      (HOST.test(url.hostname) || isLoopback(url.hostname)),
    answer: async call => {
      if (call.method !== 'GET' && call.method !== 'POST') {
        return methodNotAllowed(call, 'GET, POST');
      }
      const body = await readBody(call.body);
      const parameters = readParameters(call, body);
      const action = parameters.get('Action');
      if (action === null) return redirectToProductPage(call);
      const version = parameters.get('Version');
      const format = {isJson: acceptsJson(call), requestId: randomUUID()};
      try {
        const operation = operations.get(action);
        if (operation === undefined || version !== VERSION) {
          throw new AwsRefusal(
            'InvalidAction',
            400,
            `Could not find operation ${action} for version ${version ?? 'NO_VERSION_SPECIFIED'}`,
          );
        }
        note(call, {operation: action});
        return operation({call, body, parameters, format});
      } catch (error) {
        if (!(error instanceof AwsRefusal)) throw error;
        note(call, {error: error.code});
        return refusalReply(error, format);
      }
    },
  };
}

// The global endpoint is that of us-east-1; the emulator's own host is any region's.
function regionOf(hostname: string): string | undefined {
  const match = HOST.exec(hostname);
  return match === null ? undefined : (match.groups?.['region'] ?? 'us-east-1');
}

// The first value of a parameter counts, and a body that is not declared a form is none.
function readParameters(call: ServiceCall, body: Buffer): URLSearchParams {
  const isForm =
    call.method === 'POST' &&
    mediaType(call.headers['content-type']) === 'application/x-www-form-urlencoded';
  return new URLSearchParams([
    ...call.url.searchParams,
    ...(isForm ? new URLSearchParams(body.toString('utf8')) : []),
  ]);
}

function redirectToProductPage({method, url}: ServiceCall): ServiceReply {
  const query = method === 'GET' ? url.search : '';
  return {status: 302, headers: {location: `https://aws.amazon.com/iam${query}`}};
}

function acceptsJson({headers}: ServiceCall): boolean {
  return (headers.accept ?? '').split(',').some(type => mediaType(type) === 'application/json');
}
