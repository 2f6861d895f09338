import type {TokenEndpointResponse} from '../../src/google/transport.js';

/** An answer of a token endpoint: the body as text, or as what its JSON holds. */
export function tokenEndpointAnswer(
  status: number,
  body: unknown,
  more: Partial<TokenEndpointResponse> = {},
): TokenEndpointResponse {
  return {
    status,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    serverTime: undefined,
    retryAfter: undefined,
    ...more,
  };
}
