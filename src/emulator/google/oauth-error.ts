import {Refused} from '../refused.js';

/** The error codes of the token endpoint: RFC 6749 section 5.2 and RFC 8693 section 2.2.2. */
export type OauthErrorCode =
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'
  | 'unsupported_grant_type';

/** What is said of a refusal beside OAuth's own words. */
export interface RefusalFacts {
  /** What is behind it, for the record of the request. */
  readonly reason?: string;
  /** Default 400. */
  readonly status?: number;
}

/** A refusal of a token endpoint of Google's, in OAuth's form. */
export function oauthError(
  error: OauthErrorCode,
  description: string,
  {reason, status = 400}: RefusalFacts = {},
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
