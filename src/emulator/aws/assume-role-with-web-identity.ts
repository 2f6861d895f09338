import type {AwsAccount, AwsOidcProvider} from '../policy.js';
import type {SessionKey} from './access-keys.js';
import {checkRoleArn, makeSession, type SessionMaker} from './assume-role.js';
import {AwsRefusal} from './aws-refusal.js';
import {parseToken, type JsonWebToken} from '../json-web-token.js';
import {trustsSubject} from './role-trust.js';
import {accountIdOf, findRole} from './roles.js';
import {StsParameters} from './sts-parameters.js';
import {DEFAULT_ISSUER, STS_AUDIENCE, type WebIdentityTokens} from './web-identity-tokens.js';

/** What AssumeRoleWithWebIdentity makes. */
export interface WebIdentitySession {
  readonly key: SessionKey;
  readonly subject: string;
  readonly audience: string;
  /** The ARN of the OpenID Connect provider. */
  readonly provider: string;
}

interface VerifiedToken extends Omit<WebIdentitySession, 'key'> {
  readonly issuer: string;
}

/**
 * AssumeRoleWithWebIdentity: makes a session of a role for the bearer of a web identity token. The
 * call is not signed.
 *
 * @throws AwsRefusal in AWS's words; it never repeats the token.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function assumeRoleWithWebIdentity(
  values: URLSearchParams,
  tokens: WebIdentityTokens,
  maker: SessionMaker,
): WebIdentitySession {
  const parameters = new StsParameters(values);
  const arn = parameters.required('RoleArn');
  const sessionName = parameters.required('RoleSessionName');
  const text = parameters.required('WebIdentityToken');
  const seconds = parameters.durationSeconds();
  parameters.check();
  checkRoleArn(arn);
  const accountId = accountIdOf(arn);
  const account = maker.accounts.find(candidate => candidate.accountId === accountId);
  const {issuer, ...rest} = verify(text, providersOf(account), accountId ?? '', tokens, maker);
  const found = findRole(maker.accounts, arn);
  const [firstProvider] = providersOf(account);
  // A role that does not exist is refused in the same words.
  if (
    found === undefined ||
    !trustsSubject(found.role, rest.subject, issuer, firstProvider?.issuer)
  ) {
    throw new AwsRefusal(
      'AccessDenied',
      403,
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    );
  }
  return {...rest, key: makeSession(found, sessionName, seconds, maker)};
}

function providersOf(account: AwsAccount | undefined): readonly AwsOidcProvider[] {
  return account?.oidcProviders ?? [{issuer: DEFAULT_ISSUER}];
}

function verify(
  text: string,
  providers: readonly AwsOidcProvider[],
  accountId: string,
  tokens: WebIdentityTokens,
  {clock}: SessionMaker,
): VerifiedToken {
  const token = parseToken(text);
  if (token === undefined) {
    throw invalidToken(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  }
  const issuer = claim(token, 'iss');
  const subject = claim(token, 'sub');
  if (token.claims.aud.length === 0) throw invalidToken('Missing a required claim: aud');
  const provider = providers.find(candidate => candidate.issuer === issuer);
  if (provider === undefined) {
    throw invalidToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  if (provider.unreachable === true) {
    throw new AwsRefusal(
      'IDPCommunicationError',
      400,
      'The identity provider that was asked to verify the incoming identity token could not be reached.',
    );
  }
  if (!tokens.knowsKeyOf(token)) {
    // The second space is AWS's.
    throw invalidToken(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  if (!tokens.isGenuine(token)) {
    throw invalidToken(
      'The web identity token that was passed could not be validated by AWS. Get a new identity token from the identity provider and then retry the request.',
    );
  }
  if (tokens.isExpired(token)) {
    throw new AwsRefusal(
      'ExpiredTokenException',
      400,
      `Token expired: current date/time ${Math.floor(clock() / 1000)} must be before the expiration date/time ${token.claims.exp ?? 0}`,
    );
  }
  const audiences = provider.audiences ?? [STS_AUDIENCE];
  const audience = token.claims.aud.find(candidate => audiences.includes(candidate));
  if (audience === undefined) throw invalidToken('Incorrect token audience');
  const name = issuer.replace(/^https:\/\//, '');
  return {issuer, subject, audience, provider: `arn:aws:iam::${accountId}:oidc-provider/${name}`};
}

function claim({claims}: JsonWebToken, name: 'iss' | 'sub'): string {
  const value = claims[name];
  if (value === undefined) throw invalidToken(`Missing a required claim: ${name}`);
  return value;
}

function invalidToken(message: string): AwsRefusal {
  return new AwsRefusal('InvalidIdentityToken', 400, message);
}
