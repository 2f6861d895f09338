import {gaxios} from 'google-auth-library';
import {loadHeaders} from './request-headers.js';

// The first request of a process loads two implementations of fetch, each in 20 to 50 ms of its time: Node.js's own,
// which the global `Headers` is of, and node-fetch, with which gaxios and the storage client send. While an answer
// of Google STS is waited for, that is nobody's time.

let isWanted = false;
let isNodeFetchWanted = false;
let isLoaded = false;

/**
 * Says that a request is going to be made, as soon as its token is there.
 *
 * @param url what headers are asked for with. Those that send over HTTP give none, or send by `request()`; gRPC's
 *   channels give their service's, and have no use for node-fetch.
 */
export function wantRequest(url?: string | URL): void {
  if (isLoaded) return;
  isWanted = true;
  isNodeFetchWanted ||= url === undefined;
}

/** Loads what the wanted request needs. Call it when an answer is waited for, which is as long. */
export function loadWanted(): void {
  if (!isWanted || isLoaded) return;
  isLoaded = true;
  loadHeaders();
  if (isNodeFetchWanted) void loadNodeFetch();
}

async function loadNodeFetch(): Promise<void> {
  // Where there is a window, gaxios takes that one's fetch, and keeps it: a test may still put its own there.
  if ('window' in globalThis) return;
  try {
    // A request is all that gaxios loads it for.
    await new gaxios.Gaxios().request({url: 'data:,', adapter: stopWhereLoaded});
  } catch {
    // Whoever makes a request is told.
  }
}

/** Sends nothing: a fetch that a test has put in node-fetch's place would count the call. */
function stopWhereLoaded(
  options: gaxios.GaxiosOptionsPrepared,
  send: (options: gaxios.GaxiosOptionsPrepared) => gaxios.GaxiosPromise,
): gaxios.GaxiosPromise {
  return send({
    ...options,
    // Read when fetch is there, to call it.
    get url(): never {
      throw new Error('loaded');
    },
  });
}
