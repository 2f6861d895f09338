import type {ServiceReply} from '../service.js';
import type {MethodId} from './access-rules.js';
import type {BoundaryPlace} from './authorization.js';
import {invalid, notFound, notPlayed, StorageApiError} from './api-error.js';
import {
  deleteBucket,
  getBucket,
  insertBucket,
  listBuckets,
  patchBucket,
} from './bucket-operations.js';
import {composeObject, copyObject, moveObject, rewriteObject} from './copy-operations.js';
import type {ObjectPlace} from './finished-upload.js';
import {deleteSession, insertObject, putToSession, uploadTypeMissing} from './media-upload.js';
import {
  deleteObject,
  getObject,
  listObjects,
  patchObject,
  updateObject,
} from './object-operations.js';
import type {StorageRequest} from './storage-request.js';

/** What one HTTP method does at one URL. */
export interface Operation {
  readonly id: MethodId;
  readonly run: (request: StorageRequest) => Promise<ServiceReply>;
  /** The URL itself authorizes: it holds the id of an upload session. */
  readonly needsNoToken?: boolean;
}

/** An operation, and what its URL names. */
export interface PlacedOperation extends Operation {
  readonly place: BoundaryPlace;
}

/** What an object has, and the emulator does not play. */
const UNSERVED_ACTIONS = ['acl', 'iam', 'restore'];

type Operations = Readonly<Record<string, Operation>>;

/** The path of a request, and which of the API's doors it came in by. */
export interface StoragePath {
  readonly door: 'batch' | 'download' | 'plain' | 'upload';
  readonly segments: readonly string[];
}

const DOORS = new Map<string, StoragePath['door']>([
  ['', 'plain'],
  ['batch/', 'batch'],
  ['download/', 'download'],
  ['upload/', 'upload'],
  ['resumable/upload/', 'upload'],
]);

/**
 * Splits a request target; `undefined` where it is not the JSON API's. The target as it was sent:
 * a parsed URL would have resolved the dots in an object's name.
 * https://cloud.google.com/storage/docs/request-endpoints#encoding
 */
export function readStoragePath(target: string): StoragePath | undefined {
  const path = target.replace(/^https?:\/\/[^/]*/i, '').replace(/[?#].*$/s, '');
  const [, prefix, rest = ''] = /^\/(.*?)storage\/v1(?:\/(.*))?$/s.exec(path) ?? [];
  const door = prefix === undefined ? undefined : DOORS.get(prefix);
  return door === undefined ? undefined : {door, segments: rest.split('/')};
}

/** The operation that a method and a path name. */
export function findOperation(method: string, path: StoragePath): PlacedOperation {
  const segments = path.segments.map(decode);
  const operations = operationsAt({...path, segments});
  const [, bucket, , name] = segments;
  const operation = Object.hasOwn(operations, method) ? operations[method] : undefined;
  if (operation !== undefined) return {...operation, place: {bucket, name}};
  throw new StorageApiError(
    405,
    `The method ${method} is not allowed here; allowed are ${Object.keys(operations).join(', ')}.`,
    {reason: 'methodNotAllowed', headers: {allow: Object.keys(operations).join(', ')}},
  );
}

function operationsAt({door, segments}: StoragePath): Operations {
  const [root, bucket, collection, name, ...rest] = segments;
  if (door === 'batch') throw notPlayed('batch requests');
  if (root === 'projects') throw notPlayed('the projects resource');
  if (root !== 'b' || bucket === '' || name === '') throw notFound('Not Found');
  if (door === 'upload') {
    const isUpload = bucket !== undefined && collection === 'o' && name === undefined;
    if (!isUpload) throw notFound('Not Found');
    return uploadOperations(bucket);
  }
  if (bucket === undefined) return BUCKETS;
  if (collection === undefined) return bucketOperations(bucket);
  if (collection !== 'o') throw notPlayed(`the bucket's ${collection}`);
  if (name === undefined) return objectsOperations(bucket);
  const place = {bucket, name};
  return rest.length === 0
    ? objectOperations(place, door === 'download')
    : actionOperations(place, rest);
}

const BUCKETS: Operations = {
  GET: {id: 'buckets.list', run: listBuckets},
  POST: {id: 'buckets.insert', run: insertBucket},
};

function bucketOperations(bucket: string): Operations {
  return {
    GET: {id: 'buckets.get', run: request => getBucket(request, bucket)},
    PATCH: {id: 'buckets.patch', run: request => patchBucket(request, bucket)},
    DELETE: {id: 'buckets.delete', run: request => deleteBucket(request, bucket)},
  };
}

function objectsOperations(bucket: string): Operations {
  return {
    GET: {id: 'objects.list', run: request => listObjects(request, bucket)},
    POST: {id: 'objects.insert', run: () => Promise.reject(uploadTypeMissing())},
  };
}

function uploadOperations(bucket: string): Operations {
  return {
    POST: {id: 'objects.insert', run: request => insertObject(request, bucket)},
    PUT: {
      id: 'objects.insert',
      run: request => putToSession(request, bucket),
      needsNoToken: true,
    },
    DELETE: {
      id: 'objects.insert',
      run: request => deleteSession(request, bucket),
      needsNoToken: true,
    },
  };
}

function objectOperations({bucket, name}: ObjectPlace, isDownload: boolean): Operations {
  return {
    GET: {
      id: 'objects.get',
      run: request =>
        getObject(request, bucket, name, isDownload || request.query.get('alt') === 'media'),
    },
    PATCH: {id: 'objects.patch', run: request => patchObject(request, bucket, name)},
    PUT: {id: 'objects.update', run: request => updateObject(request, bucket, name)},
    DELETE: {id: 'objects.delete', run: request => deleteObject(request, bucket, name)},
  };
}

function actionOperations(from: ObjectPlace, rest: readonly string[]): Operations {
  const [action, b, bucket, o, name, ...others] = rest;
  if (action === 'compose' && b === undefined) {
    return {POST: {id: 'objects.compose', run: request => composeObject(request, from)}};
  }
  if (action === 'moveTo' && b === 'o' && bucket && o === undefined) {
    const to = {bucket: from.bucket, name: bucket};
    return {POST: {id: 'objects.move', run: request => moveObject(request, from, to)}};
  }
  if (UNSERVED_ACTIONS.includes(String(action))) throw notPlayed(`an object's ${String(action)}`);
  if (action !== 'copyTo' && action !== 'rewriteTo') {
    throw notFound("Not Found. A slash in an object's name is sent as %2F.");
  }
  const isComplete = b === 'b' && o === 'o' && others.length === 0;
  if (!isComplete || !bucket || !name) throw notFound('Not Found');
  const to = {bucket, name};
  return action === 'copyTo'
    ? {POST: {id: 'objects.copy', run: request => copyObject(request, from, to)}}
    : {POST: {id: 'objects.rewrite', run: request => rewriteObject(request, from, to)}};
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw invalid(`The path segment '${segment}' is not percent-encoded UTF-8.`);
  }
}
