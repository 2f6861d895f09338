import type {IssuedToken, ServiceCall, ServiceReply} from '../service.js';
import type {StorageState} from './storage-state.js';

/** One authorized call, and what its handler works on. */
export interface StorageRequest {
  readonly call: ServiceCall;
  /** The caller's; none where the URL itself authorizes. */
  readonly token: IssuedToken | undefined;
  readonly query: URLSearchParams;
  readonly state: StorageState;
  readonly projectId: string;
  /** Epoch ms. */
  readonly clock: () => number;
}

export function jsonReply(
  resource: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): ServiceReply {
  return {
    status: 200,
    headers: {...headers, 'content-type': 'application/json; charset=UTF-8'},
    body: JSON.stringify(resource, null, 2),
  };
}

export const NO_CONTENT: ServiceReply = {status: 204};
