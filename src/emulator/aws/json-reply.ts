import type {ServiceReply} from '../service.js';

/** A reply of an AWS endpoint that speaks JSON. */
export function jsonReply(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): ServiceReply {
  return {
    status,
    headers: {'content-type': 'application/json', ...headers},
    body: JSON.stringify(body),
  };
}
