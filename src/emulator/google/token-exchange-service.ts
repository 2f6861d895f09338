import type {GooglePolicy} from '../policy.js';
import {methodNotAllowed} from '../server/plain-replies.js';
import {isLoopback} from '../server/read-call.js';
import {readBody} from '../server/request-body.js';
import type {NoteFacts} from '../server/request-record.js';
import type {EmulatedService, ServiceCall} from '../service.js';
import type {AccessTokens} from './access-tokens.js';
import {admit, INVALID_TARGET, whyOutOfUse} from './admission.js';
import type {AwsAssertion} from './attributes.js';
import {parseAwsSubjectToken, type AwsSubjectToken} from './aws-subject-token.js';
import {checkDownscoping, isDownscoping} from './downscoping-request.js';
import {serviceDisabled, unauthenticated} from './google-error.js';
import type {AdmissionRefusal} from './map-attributes.js';
import {oauthError} from './oauth-error.js';
import {principalName, type FederatedPrincipal} from './principal.js';
import {listProviders, type FoundProvider} from './providers.js';
import {
  ACCESS_TOKEN,
  checkTokenExchange,
  readTokenExchange,
  type TokenExchangeParameters,
} from './token-exchange-request.js';

/** What the emulated Google STS needs to know. */
export interface TokenExchangeOptions {
  readonly policy: GooglePolicy;
  readonly tokens: AccessTokens;
  readonly clock: () => number;
  readonly tokenLifetimeSeconds: number;
  /** Asks AWS who signed a request. */
  readonly identify: (token: AwsSubjectToken) => Promise<AwsAssertion>;
  readonly note: NoteFacts;
}

const SERVICE = 'sts.googleapis.com';
const HOST = /^sts(?:\.mtls|\.[a-z0-9-]+\.rep)?\.googleapis\.com$/;

/**
 * Google's Security Token Service, of which the token exchange for AWS identities.
 *
 * @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 */
export function createTokenExchangeService(options: TokenExchangeOptions): EmulatedService {
  const {policy, tokens, clock, tokenLifetimeSeconds, identify, note} = options;

  async function exchange(call: ServiceCall): Promise<object> {
    checkAuthorization(call, policy);
    const body = (await readBody(call.body)).toString('utf8');
    const given = readTokenExchange(call.headers['content-type'], body);
    if (isDownscoping(given)) return downscope(call, given);
    const {audience, scopes, subjectToken} = checkTokenExchange(given);
    note(call, {audience});
    const {provider, poolName} = findProvider(policy, audience);
    const assertion = await identify(parseAwsSubjectToken(subjectToken, audience));
    note(call, {arn: assertion.arn});
    const {attributes, refusal} = admit(assertion, provider);
    if (refusal !== undefined) throw refused(refusal);
    const holder: FederatedPrincipal = {kind: 'federated', pool: poolName, attributes};
    note(call, {
      subject: attributes['google.subject'],
      principal: principalName(holder),
      lifetimeSeconds: tokenLifetimeSeconds,
    });
    return {
      access_token: tokens.issue(holder, scopes, clock() + tokenLifetimeSeconds * 1000),
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: tokenLifetimeSeconds,
    };
  }

  function downscope(call: ServiceCall, given: TokenExchangeParameters): object {
    const {source, boundary} = checkDownscoping(given, tokens);
    note(call, {principal: source.principal});
    return {
      access_token: tokens.downscope(source, boundary),
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      // Google tells the lifetime of a service account's token alone: clients go by the source's.
      ...(source.holder.kind === 'serviceAccount' && {
        expires_in: Math.floor((source.expiresAt - clock()) / 1000),
      }),
    };
  }

  return {
    name: 'google-sts',
    handles: ({url}) =>
      url.pathname === '/v1/token' && (HOST.test(url.hostname) || isLoopback(url.hostname)),
    answer: async call => {
      note(call, {operation: 'token'});
      if (call.method !== 'POST') return methodNotAllowed(call, 'POST');
      const reply = await exchange(call);
      return {
        status: 200,
        headers: {'content-type': 'application/json; charset=UTF-8', 'cache-control': 'no-store'},
        body: JSON.stringify(reply),
      };
    },
  };
}

function checkAuthorization({headers}: ServiceCall, policy: GooglePolicy): void {
  // The method takes no credential, and refuses one. Basic is client authentication
  // (RFC 6749 section 2.3.1): gcloud sends its own where no service account is impersonated.
  if (headers.authorization !== undefined && !/^Basic /i.test(headers.authorization)) {
    throw unauthenticated('ACCESS_TOKEN_TYPE_UNSUPPORTED', {
      service: SERVICE,
      method: 'google.identity.sts.v1.SecurityTokenService.ExchangeToken',
    });
  }
  if (policy.disabledServices?.includes(SERVICE) === true) {
    throw serviceDisabled(SERVICE, policy.projectNumber);
  }
}

function findProvider(policy: GooglePolicy, audience: string): FoundProvider {
  // Without the "https:" that the target resource may have.
  const shape =
    /^\/\/iam\.googleapis\.com\/(?:projects\/[^/]+\/)?locations\/[^/]+\/work(?:loadIdentity|force)Pools\/[^/]+\/providers\/[^/]+$/;
  if (!shape.test(audience)) {
    throw oauthError(
      'invalid_request',
      'Invalid value for "audience". This value should be the full resource name of the Identity Provider. See https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token for the list of possible formats.',
    );
  }
  const found = listProviders(policy).find(candidate => candidate.audience === audience);
  if (found === undefined) {
    throw oauthError('invalid_target', INVALID_TARGET, {
      reason: `The policy has no provider ${audience}.`,
    });
  }
  const refusal = whyOutOfUse(found);
  if (refusal !== undefined) throw refused(refusal);
  return found;
}

function refused({error, description, reason}: AdmissionRefusal): Error {
  return oauthError(error, description, {reason});
}
