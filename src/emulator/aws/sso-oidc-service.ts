import {isLoopback} from '../server/read-call.js';
import {readBody} from '../server/request-body.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall, ServiceReply} from '../service.js';
import {AwsRefusal} from './aws-refusal.js';
import {jsonReply} from './json-reply.js';
import type {SsoSessions} from './sso-sessions.js';

/** What the service needs. */
export interface SsoOidcOptions {
  readonly sessions: SsoSessions;
  readonly note: NoteFacts;
}

const HOST = /^oidc\.[a-z0-9-]+\.amazonaws\.com$/;

/** OAuth's name for each error. */
const OAUTH_CODES = new Map([
  ['InvalidClientException', 'invalid_client'],
  ['InvalidGrantException', 'invalid_grant'],
  ['InvalidRequestException', 'invalid_request'],
  ['UnsupportedGrantTypeException', 'unsupported_grant_type'],
]);

/**
 * The OpenID Connect service of IAM Identity Center, of which CreateToken with a refresh token.
 *
 * @see https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
 */
export function createSsoOidcService({sessions, note}: SsoOidcOptions): EmulatedService {
  async function createToken(call: ServiceCall): Promise<ServiceReply> {
    const fields = parse((await readBody(call.body)).toString('utf8'));
    const {clientId, clientSecret, grantType, refreshToken} = fields;
    if (
      typeof clientId !== 'string' ||
      typeof clientSecret !== 'string' ||
      typeof grantType !== 'string'
    ) {
      throw new AwsRefusal('InvalidRequestException', 400, 'Missing or invalid request parameters');
    }
    if (!sessions.isClient(clientId, clientSecret)) {
      throw new AwsRefusal('InvalidClientException', 401, 'Invalid client credentials provided');
    }
    if (grantType !== 'refresh_token') {
      throw new AwsRefusal(
        'UnsupportedGrantTypeException',
        400,
        'The emulator has the grant type refresh_token alone',
      );
    }
    const tokens =
      typeof refreshToken === 'string' ? sessions.refresh(clientId, refreshToken) : undefined;
    if (tokens === undefined) {
      throw new AwsRefusal('InvalidGrantException', 400, 'Invalid refresh token provided');
    }
    note(call, {lifetimeSeconds: tokens.expiresIn});
    return jsonReply(200, {...tokens, tokenType: 'Bearer'});
  }

  return {
    name: 'aws-sso-oidc',
    handles: ({url, method}) =>
      url.pathname === '/token' &&
      method === 'POST' &&
      (isLoopback(url.hostname) || HOST.test(url.hostname)),
    answer: async call => {
      note(call, {operation: 'CreateToken'});
      try {
        return await createToken(call);
      } catch (error) {
        if (!(error instanceof AwsRefusal)) throw error;
        note(call, {error: error.code});
        return jsonReply(
          error.status,
          {error: OAUTH_CODES.get(error.code), error_description: error.message},
          {'x-amzn-errortype': error.code},
        );
      }
    },
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? {...value} : {};
  } catch {
    return {};
  }
}
