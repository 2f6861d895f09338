import type {ServiceCall, ServiceReply} from '../service.js';
import type {MethodId} from './access-rules.js';
import type {BoundaryPlace} from './authorization.js';
import type {StorageState} from './storage-state.js';

/** Refuses a caller who may not do what a method does to what is at a place. */
export type AuthorizePlace = (method: MethodId, place: BoundaryPlace) => void;

/** One authorized call, and what its handler works on. */
export interface StorageRequest {
  readonly call: ServiceCall;
  readonly query: URLSearchParams;
  readonly state: StorageState;
  /** The id and the number of the project that all buckets belong to. */
  readonly projectNames: readonly string[];
  /**
   * Refuses a caller who may not do this, too, and there: a copy creates an object besides, and to overwrite
   * one takes what it takes to delete it.
   *
   * @throws StorageApiError, or Refused in the XML API's words
   */
  readonly authorizeAlso: AuthorizePlace;
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
