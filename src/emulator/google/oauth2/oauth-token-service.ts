import type {GooglePolicy} from '../../policy.js';
import {methodNotAllowed} from '../../server/plain-replies.js';
import {isLoopback} from '../../server/read-call.js';
import {mediaType, readBody} from '../../server/request-body.js';
import type {NoteFacts} from '../../server/request-record.js';
import type {EmulatedService, ServiceCall} from '../../service.js';
import type {AccessTokens} from '../access-tokens.js';
import {oauthError} from '../oauth-error.js';
import {principalName, type Principal} from '../principal.js';
import type {ServiceAccountKeys} from '../service-account-keys.js';
import type {ServiceAccounts} from '../service-accounts.js';
import {checkDelegation} from './domain-wide-delegation.js';
import {checkAssertion} from './jwt-bearer-assertion.js';

/** What the emulated token endpoint needs to know. */
export interface OauthTokenOptions {
  readonly policy: GooglePolicy;
  readonly accounts: ServiceAccounts;
  readonly keys: ServiceAccountKeys;
  readonly tokens: AccessTokens;
  readonly clock: () => number;
  /** Overrules Google's hour, or `undefined`. */
  readonly tokenLifetimeSeconds: number | undefined;
  readonly note: NoteFacts;
}

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Its path where it goes by no name of its own. */
export const OAUTH_TOKEN_PATH = '/oauth2/v4/token';
// As Google says it of an hour.
const LIFETIME_SECONDS = 3599;

/**
 * Google's OAuth 2.0 token endpoint, of which the grant type jwt-bearer (RFC 7523): a service account
 * asks for a token of its own, or of a user of Google Workspace.
 *
 * It is at `oauth2.googleapis.com/token`, and at the older `www.googleapis.com/oauth2/v4/token`, which
 * is its path here too: AWS has a `/token` of its own.
 *
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export function createOauthTokenService(options: OauthTokenOptions): EmulatedService {
  const {policy, tokens, clock, tokenLifetimeSeconds = LIFETIME_SECONDS, note} = options;

  async function exchange(call: ServiceCall): Promise<object> {
    const body = (await readBody(call.body)).toString('utf8');
    const endpoint = call.url.origin + call.url.pathname;
    const assertion = await checkAssertion(readAssertion(call, body), {...options, endpoint});
    const {account, scopes, subject} = assertion;
    note(call, {serviceAccount: account.email});
    if (subject !== undefined) checkDelegation(policy.workspaces ?? [], account, subject, scopes);
    const holder: Principal =
      subject === undefined
        ? {kind: 'serviceAccount', email: account.email}
        : {kind: 'user', email: subject};
    note(call, {principal: principalName(holder), lifetimeSeconds: tokenLifetimeSeconds});
    return {
      access_token: tokens.issue(holder, scopes, clock() + tokenLifetimeSeconds * 1000),
      expires_in: tokenLifetimeSeconds,
      token_type: 'Bearer',
    };
  }

  return {
    name: 'google-oauth2',
    handles: ({url}) => {
      const {hostname, pathname} = url;
      return (
        (hostname === 'oauth2.googleapis.com' && pathname === '/token') ||
        (pathname === OAUTH_TOKEN_PATH &&
          (hostname === 'www.googleapis.com' || isLoopback(hostname)))
      );
    },
    answer: async call => {
      note(call, {operation: 'token'});
      if (call.method !== 'POST') return methodNotAllowed(call, 'POST');
      const reply = await exchange(call);
      return {
        status: 200,
        headers: {'content-type': 'application/json; charset=utf-8', 'cache-control': 'private'},
        body: JSON.stringify(reply),
      };
    },
  };
}

// Google has the same words for a grant type that is missing, in JSON for instance, and for another. That
// a missing assertion is told as one that cannot be read is a guess.
function readAssertion({headers}: ServiceCall, body: string): string {
  const isForm = mediaType(headers['content-type']) === 'application/x-www-form-urlencoded';
  const parameters = new URLSearchParams(isForm ? body : '');
  const grantType = parameters.get('grant_type') ?? '';
  if (grantType !== GRANT_TYPE) {
    throw oauthError('unsupported_grant_type', `Invalid grant_type: ${grantType}`);
  }
  return parameters.get('assertion') ?? '';
}
