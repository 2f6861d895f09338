import {methodNotAllowed} from '../server/plain-replies.js';
import {isLoopback} from '../server/read-call.js';
import {mediaType, readBody} from '../server/request-body.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall} from '../service.js';
import type {AccessTokens} from './access-tokens.js';
import {unauthenticated} from './google-error.js';
import {parseObject} from './json-object.js';
import {oauthError} from './oauth-error.js';

/** What the service needs. */
export interface IntrospectionOptions {
  readonly tokens: AccessTokens;
  readonly note: NoteFacts;
}

const HOST = /^sts(?:\.mtls|\.[a-z0-9-]+\.rep)?\.googleapis\.com$/;
const PATH = '/v1/introspect';

/**
 * Google's Security Token Service, of which the introspection of its own tokens (RFC 7662): gcloud asks
 * it who an account is that acts as no service account.
 *
 * @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/introspect
 */
export function createIntrospectionService({tokens, note}: IntrospectionOptions): EmulatedService {
  async function introspect(call: ServiceCall): Promise<object> {
    // The client authenticates itself (RFC 6749 section 2.3.1); whoever it is will do here.
    if (!/^Basic /i.test(call.headers.authorization ?? '')) {
      throw unauthenticated('CREDENTIALS_MISSING', {
        service: 'sts.googleapis.com',
        method: 'google.identity.sts.v1.SecurityTokenService.IntrospectToken',
      });
    }
    const body = (await readBody(call.body)).toString('utf8');
    const token =
      mediaType(call.headers['content-type']) === 'application/json'
        ? parseObject(body)?.['token']
        : new URLSearchParams(body).get('token');
    if (typeof token !== 'string' || token === '') {
      throw oauthError('invalid_request', 'Missing required parameter: token.');
    }
    const found = tokens.look(token);
    if (found === undefined || found.isExpired || found.token.holder.kind !== 'federated') {
      return {active: false};
    }
    const {principal, scopes, expiresAt} = found.token;
    note(call, {principal});
    return {
      active: true,
      scope: scopes.join(' '),
      username: principal,
      sub: principal,
      exp: String(Math.floor(expiresAt / 1000)),
      iss: 'https://sts.googleapis.com/',
    };
  }

  return {
    name: 'google-sts',
    handles: ({url}) =>
      url.pathname === PATH && (HOST.test(url.hostname) || isLoopback(url.hostname)),
    answer: async call => {
      note(call, {operation: 'introspect'});
      if (call.method !== 'POST') return methodNotAllowed(call, 'POST');
      const reply = await introspect(call);
      return {
        status: 200,
        headers: {'content-type': 'application/json; charset=UTF-8', 'cache-control': 'no-store'},
        body: JSON.stringify(reply),
      };
    },
  };
}
