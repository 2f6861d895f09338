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
 * A refusal of a token endpoint of Google's, in OAuth's form.
 *
 * @param options.reason - what is behind it, for the record of the request
 * @param options.status - default 400
 */
export function oauthError(
  error: OauthErrorCode,
  description: string,
  {reason, status = 400}: {readonly reason?: string | undefined; readonly status?: number} = {},
): Refused {
  const reply = {
    status,
    headers: {'content-type': 'application/json; charset=UTF-8', 'cache-control': 'no-store'},
    body: JSON.stringify({error, error_description: description}),
  };
  return new Refused(error, reply, reason);
}

/** The subject token is not a request that Google sends to AWS. */
export function invalidAwsRequest(): Refused {
  return oauthError('invalid_grant', 'AWS request has invalid format.');
}
