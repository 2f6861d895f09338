import type {NoteFacts} from '../server/request-record.js';
import type {
  EmulatedService,
  FindToken,
  IssuedToken,
  ServiceCall,
  ServiceReply,
} from '../service.js';
import {errorReply, StorageApiError} from './api-error.js';
import {
  authorize,
  authorizeAlso,
  checkBoundary,
  readToken,
  type IsAllowed,
} from './authorization.js';
import {readFields} from './partial-response.js';
import {findOperation, readStoragePath, type PlacedOperation} from './routes.js';
import type {StorageRequest} from './storage-request.js';
import {StorageState} from './storage-state.js';
import {refuseUnservedWishes} from './unserved-wishes.js';
import type {FindSigner} from './xml/signer.js';
import {answerXmlCall, isXmlCall} from './xml/xml-api.js';

const ONE_GIBIBYTE = 1024 ** 3;

export interface StorageServiceOptions {
  readonly findToken: FindToken;
  /** Whose signatures count. Default nobody's. */
  readonly findSigner?: FindSigner;
  /** Who may do what. Default everybody everything. */
  readonly isAllowed?: IsAllowed;
  readonly note?: NoteFacts;
  /** Epoch ms. */
  readonly clock: () => number;
  /** The project that all buckets belong to. */
  readonly projectId: string;
  /** Its number, which names it as well. Default none. */
  readonly projectNumber?: string;
  /** How many bytes of objects and of uploads under way are kept in memory; default 1 GiB. */
  readonly maxBytes?: number;
}

/**
 * Cloud Storage, in memory. Its JSON API: buckets, objects, uploads, downloads, copies; every call must
 * carry a token that was issued, has not expired and has a scope for what it does. And of its XML API
 * what signed URLs and signed forms are for.
 * https://cloud.google.com/storage/docs/json_api
 */
export function createStorageService(options: StorageServiceOptions): EmulatedService {
  const state = new StorageState(options.maxBytes ?? ONE_GIBIBYTE);

  const isBucket = (name: string) => state.buckets.has(name);
  const {clock, findToken, isAllowed = () => true, note = () => undefined} = options;
  const projectNames = [options.projectId, options.projectNumber ?? []].flat();
  const xml = {
    isAllowed,
    isBucket,
    note,
    findSigner: options.findSigner ?? (() => Promise.resolve(undefined)),
  };
  const requestOf = (call: ServiceCall, token?: IssuedToken): StorageRequest => ({
    call,
    query: call.url.searchParams,
    state,
    projectNames,
    clock,
    authorizeAlso: (method, place) => authorizeAlso(token, method, place, isAllowed),
  });

  async function serve(call: ServiceCall): Promise<ServiceReply> {
    // First, so that a bad token is refused even where none is needed.
    const token = readToken(call, findToken);
    const path = readStoragePath(call.target);
    if (path === undefined) throw new StorageApiError(404, 'Not Found', {reason: 'notFound'});
    const operation = findOperation(call.method, path);
    const isSession = operation.needsNoToken === true && token === undefined;
    if (!isSession) {
      authorize(token, operation.id, isAllowed);
      checkOperation(token, operation, call);
    }
    refuseUnservedWishes(call);
    const cutDown = readFields(call.url.searchParams.get('fields'));
    return cutDown(await operation.run(requestOf(call, token)));
  }

  return {
    name: 'storage',
    handles: call => readStoragePath(call.target) !== undefined || isXmlCall(call, isBucket),
    async answer(call) {
      if (readStoragePath(call.target) === undefined && isXmlCall(call, isBucket)) {
        return answerXmlCall(requestOf(call), () => readToken(call, findToken), xml);
      }
      try {
        return await serve(call);
      } catch (error) {
        if (!(error instanceof StorageApiError)) throw error;
        return errorReply(error, isDownload(call));
      }
    },
  };
}

function checkOperation(
  token: IssuedToken | undefined,
  {id, place}: PlacedOperation,
  {url}: ServiceCall,
): void {
  // Their bodies say which objects they are about: they are checked when those have been read.
  if (id === 'objects.insert' || id === 'objects.compose') return;
  const listPrefix = id === 'objects.list' ? (url.searchParams.get('prefix') ?? '') : undefined;
  checkBoundary(token, id, {...place, listPrefix});
}

function isDownload({method, target, url}: ServiceCall): boolean {
  const isMedia =
    readStoragePath(target)?.door === 'download' || url.searchParams.get('alt') === 'media';
  return method === 'GET' && isMedia;
}
