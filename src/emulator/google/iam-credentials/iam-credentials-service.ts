import type {GooglePolicy} from '../../policy.js';
import {methodNotAllowed, notFound} from '../../server/plain-replies.js';
import {isLoopback} from '../../server/read-call.js';
import {readBody} from '../../server/request-body.js';
import type {NoteFacts} from '../../server/request-record.js';
import type {EmulatedService, ServiceCall} from '../../service.js';
import type {AccessTokens} from '../access-tokens.js';
import {invalidArgument, serviceDisabled} from '../google-error.js';
import {isGranted, type Principal, type ServiceAccountPermission} from '../principal.js';
import type {ServiceAccountKeys} from '../service-account-keys.js';
import type {ServiceAccounts} from '../service-accounts.js';
import {authenticate, IAM_CREDENTIALS, permissionDenied} from './caller.js';
import {generateAccessToken} from './generate-access-token.js';
import {generateIdToken} from './generate-id-token.js';
import type {IamCredentialsMethod} from './iam-credentials-method.js';
import {parseMethodRequest} from './method-request.js';
import {signBlob} from './sign-blob.js';
import {signJwt} from './sign-jwt.js';

/** What the emulated IAM Credentials API needs to know. */
export interface IamCredentialsOptions {
  readonly policy: GooglePolicy;
  readonly accounts: ServiceAccounts;
  readonly keys: ServiceAccountKeys;
  readonly tokens: AccessTokens;
  readonly clock: () => number;
  /** Overrules what clients ask for, or `undefined`. */
  readonly tokenLifetimeSeconds: number | undefined;
  readonly note: NoteFacts;
}

const PATH = /^\/v1\/projects\/([^/]+)\/serviceAccounts\/([^/:]+):([A-Za-z]+)$/;

/**
 * The IAM Service Account Credentials API.
 *
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest
 */
export function createIamCredentialsService(options: IamCredentialsOptions): EmulatedService {
  const {policy, accounts, keys, tokens, clock, note} = options;
  const methods = new Map(
    [
      generateAccessToken(options),
      generateIdToken(clock),
      signBlob(keys),
      signJwt({keys, clock}),
    ].map(method => [method.name, method]),
  );
  const methodOf = ({url}: ServiceCall) => methods.get(PATH.exec(url.pathname)?.[3] ?? '');

  async function serve(call: ServiceCall, method: IamCredentialsMethod): Promise<object> {
    if (policy.disabledServices?.includes(IAM_CREDENTIALS) === true) {
      throw serviceDisabled(IAM_CREDENTIALS, policy.projectNumber);
    }
    const caller = authenticate(call, tokens, method.rpc);
    note(call, {principal: caller.principal});
    const [project, target] = readPath(call.url.pathname);
    note(call, {serviceAccount: target});
    const body = (await readBody(call.body)).toString('utf8');
    const {fields, delegates} = parseMethodRequest(body, method.fields);
    const work = method.prepare(fields);
    // The project id in the hyphen's place is invalid.
    if (project !== '-') throw invalidArgument();
    let actor: Principal = caller.holder;
    for (const delegate of delegates) {
      const {email} = use(actor, delegate, 'iam.serviceAccounts.implicitDelegation');
      actor = {kind: 'serviceAccount', email};
    }
    const account = use(actor, target, method.permission);
    const {reply, lifetimeSeconds} = await work(account);
    note(call, {
      serviceAccount: account.email,
      ...(lifetimeSeconds === undefined ? {} : {lifetimeSeconds}),
    });
    return reply;
  }

  function use(actor: Principal, name: string, permission: ServiceAccountPermission) {
    const account = accounts.find(name);
    // Whether an account exists is nobody's business who may not use it.
    if (account === undefined || !isGranted(account.bindings ?? [], actor, permission)) {
      throw permissionDenied(permission);
    }
    return account;
  }

  return {
    name: 'iam-credentials',
    handles: call =>
      methodOf(call) !== undefined &&
      (call.url.hostname === IAM_CREDENTIALS || isLoopback(call.url.hostname)),
    answer: async call => {
      const method = methodOf(call);
      if (method === undefined) return notFound(call);
      note(call, {operation: method.name});
      if (call.method !== 'POST') return methodNotAllowed(call, 'POST');
      const reply = await serve(call, method);
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
