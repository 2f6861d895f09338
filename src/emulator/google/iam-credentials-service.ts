import type {GooglePolicy} from '../policy.js';
import {methodNotAllowed} from '../server/plain-replies.js';
import {isLoopback} from '../server/read-call.js';
import {readBody} from '../server/request-body.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall} from '../service.js';
import {
  lifetimeTooLong,
  parseAccessTokenRequest,
  USUAL_MAX_LIFETIME_SECONDS,
} from './access-token-request.js';
import type {AccessToken, AccessTokens} from './access-tokens.js';
import {googleError, invalidArgument, serviceDisabled, unauthenticated} from './google-error.js';
import {isGranted, type Principal, type ServiceAccountPermission} from './principal.js';
import {ServiceAccounts} from './service-accounts.js';

/** What the emulated IAM Credentials API needs to know. */
export interface IamCredentialsOptions {
  readonly policy: GooglePolicy;
  readonly tokens: AccessTokens;
  readonly clock: () => number;
  /** Overrules what clients ask for, or `undefined`. */
  readonly tokenLifetimeSeconds: number | undefined;
  readonly note: NoteFacts;
}

const SERVICE = 'iamcredentials.googleapis.com';
const API = {
  service: SERVICE,
  method: 'google.iam.credentials.v1.IAMCredentials.GenerateAccessToken',
} as const;
const PATH = /^\/v1\/projects\/([^/]+)\/serviceAccounts\/([^/:]+):generateAccessToken$/;
const SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/iam',
];

/**
 * The IAM Service Account Credentials API, of which generateAccessToken.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function createIamCredentialsService(options: IamCredentialsOptions): EmulatedService {
  const {policy, tokens, clock, note} = options;
  const accounts = new ServiceAccounts(policy);

  async function generateAccessToken(call: ServiceCall): Promise<object> {
    if (policy.disabledServices?.includes(SERVICE) === true) {
      throw serviceDisabled(SERVICE, policy.projectNumber);
    }
    const caller = authenticate(call, tokens);
    note(call, {principal: caller.principal});
    checkScope(caller);
    const [project, target] = readPath(call.url.pathname);
    note(call, {serviceAccount: target});
    const request = parseAccessTokenRequest((await readBody(call.body)).toString('utf8'));
    // The project id in the hyphen's place is invalid.
    if (project !== '-') throw invalidArgument();
    let actor: Principal = caller.holder;
    for (const delegate of request.delegates) {
      actor = become(actor, delegate, 'iam.serviceAccounts.implicitDelegation');
    }
    const permission = 'iam.serviceAccounts.getAccessToken';
    const {email} = become(actor, target, permission);
    if (
      request.lifetimeSeconds > USUAL_MAX_LIFETIME_SECONDS &&
      accounts.find(email)?.allowLifetimeExtension !== true
    ) {
      throw lifetimeTooLong();
    }
    const lifetimeSeconds = options.tokenLifetimeSeconds ?? request.lifetimeSeconds;
    // The answer tells whole seconds.
    const expiresAt = Math.floor(clock() / 1000 + lifetimeSeconds) * 1000;
    note(call, {serviceAccount: email, lifetimeSeconds});
    return {
      accessToken: tokens.issue({kind: 'serviceAccount', email}, request.scope, expiresAt),
      expireTime: new Date(expiresAt).toISOString().replace('.000Z', 'Z'),
    };
  }

  function become(actor: Principal, name: string, permission: ServiceAccountPermission) {
    const account = accounts.find(name);
    // Whether an account exists is nobody's business who may not use it.
    if (account === undefined || !isGranted(account.bindings ?? [], actor, permission)) {
      throw permissionDenied(permission);
    }
    return {kind: 'serviceAccount', email: account.email} as const;
  }

  return {
    name: 'iam-credentials',
    handles: ({url}) =>
      PATH.test(url.pathname) && (url.hostname === SERVICE || isLoopback(url.hostname)),
    answer: async call => {
      note(call, {operation: 'generateAccessToken'});
      if (call.method !== 'POST') return methodNotAllowed(call, 'POST');
      const reply = await generateAccessToken(call);
      return {
        status: 200,
        headers: {'content-type': 'application/json; charset=UTF-8', 'cache-control': 'private'},
        body: `${JSON.stringify(reply, null, 2)}\n`,
      };
    },
  };
}

function readPath(pathname: string): readonly [project: string, account: string] {
  const [, project = '', account = ''] = PATH.exec(pathname) ?? [];
  try {
    return [project, decodeURIComponent(account)];
  } catch {
    throw invalidArgument();
  }
}

function authenticate({headers}: ServiceCall, tokens: AccessTokens): AccessToken {
  const {authorization} = headers;
  if (authorization === undefined) throw unauthenticated('CREDENTIALS_MISSING', API);
  const found = tokens.look(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
  if (found === undefined) throw unauthenticated('ACCESS_TOKEN_TYPE_UNSUPPORTED', API);
  if (found.isExpired) throw unauthenticated('ACCESS_TOKEN_EXPIRED', API);
  return found.token;
}

function checkScope({scopes}: AccessToken): void {
  if (scopes.some(scope => SCOPES.includes(scope))) return;
  throw googleError({
    code: 403,
    status: 'PERMISSION_DENIED',
    message: 'Request had insufficient authentication scopes.',
    reason: {
      reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      domain: 'googleapis.com',
      metadata: {...API},
    },
    authenticate: `Bearer realm="https://accounts.google.com/", error="insufficient_scope", scope="${SCOPES.join(' ')}"`,
  });
}

function permissionDenied(permission: ServiceAccountPermission): Error {
  return googleError({
    code: 403,
    status: 'PERMISSION_DENIED',
    message: `Permission '${permission}' denied on resource (or it may not exist).`,
    reason: {
      reason: 'IAM_PERMISSION_DENIED',
      domain: 'iam.googleapis.com',
      metadata: {permission},
    },
  });
}
