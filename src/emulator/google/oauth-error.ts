import {Refused} from '../refused.js';

/** The error codes of the token endpoint: RFC 6749 section 5.2 and RFC 8693 section 2.2.2. */
export type OauthErrorCode =
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'unsupported_grant_type';

/**
 * A refusal of Google STS: 400, in OAuth's form.
 *
 * @param reason - what is behind it, for the record of the request
 */
export function oauthError(error: OauthErrorCode, description: string, reason?: string): Refused {
  const reply = {
    status: 400,
    headers: {'content-type': 'application/json; charset=UTF-8', 'cache-control': 'no-store'},
    body: JSON.stringify({error, error_description: description}),
  };
  return new Refused(error, reply, reason);
}

/** The subject token is not a request that Google sends to AWS. */
export function invalidAwsRequest(): Refused {
  return oauthError('invalid_grant', 'AWS request has invalid format.');
}
