import type {ServiceReply} from '../service.js';
import {conflict, invalid, required} from './api-error.js';
import {patchBucketFields, readBucketFields} from './bucket-fields.js';
import {checkBucketName} from './bucket-name.js';
import {bucketEtag} from './etag.js';
import {listPage, readListWishes} from './listing.js';
import {checkPreconditions, readPreconditions} from './preconditions.js';
import {readJsonBody} from './request-body.js';
import {jsonReply, NO_CONTENT, type StorageRequest} from './storage-request.js';
import type {StoredBucket} from './storage-state.js';

/** https://cloud.google.com/storage/docs/json_api/v1/buckets/insert */
export async function insertBucket(request: StorageRequest): Promise<ServiceReply> {
  const {call, clock, state} = request;
  checkProject(request);
  const json = await readJsonBody(call.body);
  const name = json['name'] ?? undefined;
  if (name === undefined) throw required('name');
  if (typeof name !== 'string') throw invalid('Invalid value for field name.');
  checkBucketName(name);
  const fields = readBucketFields(json);
  if (state.buckets.has(name)) {
    throw conflict(
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  }
  const now = clock();
  const bucket: StoredBucket = {
    name,
    fields,
    objects: new Map(),
    generation: state.nextGeneration(now),
    metageneration: 1,
    timeCreated: now,
    updated: now,
  };
  state.buckets.set(name, bucket);
  return bucketReply(bucket, call.url.origin);
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets/get */
export async function getBucket(request: StorageRequest, name: string): Promise<ServiceReply> {
  return bucketReply(wantedBucket(request, name, 'read'), request.call.url.origin);
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets/list */
export async function listBuckets(request: StorageRequest): Promise<ServiceReply> {
  const {call, query, state} = request;
  checkProject(request);
  // Buckets have a prefix and pages, but no delimiter and no offsets.
  const wishes = {...readListWishes(query), delimiter: '', startOffset: '', endOffset: ''};
  const page = listPage(state.buckets.keys(), wishes);
  const items = page.names.flatMap(name => state.buckets.get(name) ?? []);
  return jsonReply({
    kind: 'storage#buckets',
    ...(page.nextPageToken !== undefined && {nextPageToken: page.nextPageToken}),
    ...(items.length > 0 && {items: items.map(item => bucketResource(item, call.url.origin))}),
  });
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets/patch */
export async function patchBucket(request: StorageRequest, name: string): Promise<ServiceReply> {
  const json = await readJsonBody(request.call.body);
  const bucket = wantedBucket(request, name, 'write');
  const changed: StoredBucket = {
    ...bucket,
    fields: patchBucketFields(bucket.fields, json),
    metageneration: bucket.metageneration + 1,
    updated: request.clock(),
  };
  request.state.buckets.set(name, changed);
  return bucketReply(changed, request.call.url.origin);
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets/delete */
export async function deleteBucket(request: StorageRequest, name: string): Promise<ServiceReply> {
  const bucket = wantedBucket(request, name, 'write');
  if (bucket.objects.size > 0) throw conflict('The bucket you tried to delete is not empty.');
  request.state.buckets.delete(name);
  return NO_CONTENT;
}

function wantedBucket(
  {query, state}: StorageRequest,
  name: string,
  purpose: 'read' | 'write',
): StoredBucket {
  const bucket = state.bucket(name);
  checkPreconditions(readPreconditions(query), bucket, purpose);
  return bucket;
}

/** There is one project only, and every bucket is in it. */
function checkProject({projectNames, query}: StorageRequest): void {
  const project = query.get('project');
  if (project === null || project === '') throw required('project');
  if (!projectNames.includes(project)) throw invalid(`Unknown project id: ${project}`);
}

function bucketReply(bucket: StoredBucket, origin: string): ServiceReply {
  return jsonReply(bucketResource(bucket, origin), {etag: bucketEtag(bucket)});
}

/** https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
function bucketResource(bucket: StoredBucket, origin: string): Record<string, unknown> {
  return {
    kind: 'storage#bucket',
    id: bucket.name,
    selfLink: `${origin}/storage/v1/b/${encodeURIComponent(bucket.name)}`,
    name: bucket.name,
    generation: String(bucket.generation),
    metageneration: String(bucket.metageneration),
    etag: bucketEtag(bucket),
    timeCreated: new Date(bucket.timeCreated).toISOString(),
    updated: new Date(bucket.updated).toISOString(),
    ...Object.fromEntries(bucket.fields),
  };
}
