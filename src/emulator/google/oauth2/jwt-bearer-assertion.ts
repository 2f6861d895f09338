import {isSignedBy, parseToken} from '../../json-web-token.js';
import {oauthError} from '../oauth-error.js';
import {isOauthScope} from '../oauth-scope.js';
import type {ServiceAccountKeys} from '../service-account-keys.js';
import type {NumberedServiceAccount, ServiceAccounts} from '../service-accounts.js';

/** What an assertion asks for, and in whose name. */
export interface Assertion {
  readonly account: NumberedServiceAccount;
  readonly scopes: readonly string[];
  /** The user whom the account acts for; `undefined` where it asks for itself. */
  readonly subject: string | undefined;
}

/** What it takes to check one. */
export interface AssertionOptions {
  readonly accounts: ServiceAccounts;
  readonly keys: ServiceAccountKeys;
  readonly clock: () => number;
  /** The URL that was called, which is as good an audience as Google's own. */
  readonly endpoint: string;
}

const AUDIENCES = [
  'https://oauth2.googleapis.com/token',
  'https://www.googleapis.com/oauth2/v4/token',
  'https://accounts.google.com/o/oauth2/token',
];
const MAX_LIFETIME_SECONDS = 3600;
const MAX_CLOCK_SKEW_SECONDS = 300;

/**
 * Checks a JSON Web Token as an authorization grant (RFC 7523 section 3).
 *
 * What is looked for first, and the words, are Google's as others have recorded them; but that what
 * cannot be a scope is refused as an empty one is a guess, and so is the place of the account before the signature.
 *
 * @throws Refused `invalid_request`, `invalid_grant`, `invalid_scope`
 * @see https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth
 */
export async function checkAssertion(text: string, options: AssertionOptions): Promise<Assertion> {
  const token = parseToken(text);
  if (token === undefined) throw oauthError('invalid_request', 'Bad Request');
  const {claims} = token;
  const account = options.accounts.find(claims.iss ?? '');
  if (account === undefined) throw invalidGrant('Invalid grant: account not found');
  const key = await options.keys.of(account);
  if (!isSignedBy(token, key.publicKey) || (token.keyId ?? key.keyId) !== key.keyId) {
    throw invalidGrant('Invalid JWT Signature.');
  }
  const {iat, exp} = claims;
  if (iat === undefined) throw invalidGrant('Invalid JWT: iat (issued at) is not set.');
  if (exp === undefined) throw invalidGrant('Invalid JWT: exp (expiration time) is not set.');
  if (!isTimely(iat, exp, options.clock() / 1000)) {
    throw invalidGrant(
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    );
  }
  const scopes = (claims.scope ?? '').split(' ').filter(scope => scope !== '');
  if (scopes.length === 0 || !scopes.every(isOauthScope)) {
    throw oauthError('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  }
  if (!claims.aud.some(aud => aud === options.endpoint || AUDIENCES.includes(aud))) {
    throw invalidGrant('Invalid JWT: Failed audience check.');
  }
  const isForItself = claims.sub === undefined || claims.sub === account.email;
  return {account, scopes, subject: isForItself ? undefined : claims.sub};
}

function isTimely(iat: number, exp: number, now: number): boolean {
  return (
    exp > Math.max(now, iat) &&
    exp - iat <= MAX_LIFETIME_SECONDS &&
    iat <= now + MAX_CLOCK_SKEW_SECONDS
  );
}

function invalidGrant(description: string): Error {
  return oauthError('invalid_grant', description);
}
