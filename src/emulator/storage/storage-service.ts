import type {EmulatedService, FindToken, ServiceCall, ServiceReply} from '../service.js';
import {errorReply, StorageApiError} from './api-error.js';
import {authorize, readToken} from './authorization.js';
import {findOperation, readStoragePath} from './routes.js';
import {StorageState} from './storage-state.js';

const ONE_GIBIBYTE = 1024 ** 3;

export interface StorageServiceOptions {
  readonly findToken: FindToken;
  /** Epoch ms. */
  readonly clock: () => number;
  /** The project that all buckets belong to. */
  readonly projectId: string;
  /** How many bytes of objects and of uploads under way are kept in memory; default 1 GiB. */
  readonly maxBytes?: number;
}

/**
 * The JSON API of Cloud Storage, in memory: buckets, objects, uploads, downloads, copies. Every
 * call must carry a token that was issued, has not expired and has a scope for what it does.
 * https://cloud.google.com/storage/docs/json_api
 */
export function createStorageService(options: StorageServiceOptions): EmulatedService {
  const state = new StorageState(options.maxBytes ?? ONE_GIBIBYTE);

  async function serve(call: ServiceCall): Promise<ServiceReply> {
    const {clock, findToken, projectId} = options;
    // First, so that a bad token is refused even where none is needed.
    const token = readToken(call, findToken, clock());
    const path = readStoragePath(call.target);
    if (path === undefined) throw new StorageApiError(404, 'Not Found', {reason: 'notFound'});
    const operation = findOperation(call.method, path);
    const isSession = operation.needsNoToken === true && token === undefined;
    if (!isSession) authorize(token, operation.id);
    return operation.run({call, query: call.url.searchParams, state, projectId, clock});
  }

  return {
    name: 'storage',
    handles: call => readStoragePath(call.target) !== undefined,
    async answer(call) {
      try {
        return await serve(call);
      } catch (error) {
        if (!(error instanceof StorageApiError)) throw error;
        return errorReply(error, isDownload(call));
      }
    },
  };
}

function isDownload({method, target, url}: ServiceCall): boolean {
  const isMedia =
    readStoragePath(target)?.door === 'download' || url.searchParams.get('alt') === 'media';
  return method === 'GET' && isMedia;
}
