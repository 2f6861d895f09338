import type {ServiceReply} from '../service.js';
import {notPlayed} from './api-error.js';
import {checkConditionalHeaders} from './conditional-headers.js';
import {objectEtag} from './etag.js';
import {listPage, readListWishes} from './listing.js';
import {downloadMedia} from './media-download.js';
import {patchObjectFields, replaceObjectFields, type ObjectFields} from './object-fields.js';
import {objectResource} from './object-resource.js';
import {readJsonBody} from './request-body.js';
import {jsonReply, NO_CONTENT, type StorageRequest} from './storage-request.js';

/** https://cloud.google.com/storage/docs/json_api/v1/objects/get */
export async function getObject(
  request: StorageRequest,
  bucket: string,
  name: string,
  isDownload: boolean,
): Promise<ServiceReply> {
  const object = request.state.wantedObject(bucket, name, request.query, 'read');
  const etag = objectEtag(object);
  checkConditionalHeaders(request.call.headers, {etag});
  if (isDownload) return downloadMedia(request, object, {etag});
  return jsonReply(objectResource(object, request.call.url.origin), {etag});
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export async function listObjects(
  {call, query, state}: StorageRequest,
  bucketName: string,
): Promise<ServiceReply> {
  // To ignore a filter would be to send what was not asked for.
  for (const parameter of ['matchGlob', 'filter']) {
    if (query.has(parameter)) throw notPlayed(`the list parameter ${parameter}`);
  }
  const {objects} = state.bucket(bucketName);
  const page = listPage(objects.keys(), readListWishes(query));
  const items = page.names.flatMap(name => objects.get(name) ?? []);
  return jsonReply({
    kind: 'storage#objects',
    ...(page.nextPageToken !== undefined && {nextPageToken: page.nextPageToken}),
    ...(page.prefixes.length > 0 && {prefixes: page.prefixes}),
    ...(items.length > 0 && {items: items.map(item => objectResource(item, call.url.origin))}),
  });
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/patch */
export async function patchObject(
  request: StorageRequest,
  bucket: string,
  name: string,
): Promise<ServiceReply> {
  return changeFields(request, bucket, name, patchObjectFields);
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/update */
export async function updateObject(
  request: StorageRequest,
  bucket: string,
  name: string,
): Promise<ServiceReply> {
  return changeFields(request, bucket, name, replaceObjectFields);
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/delete */
export async function deleteObject(
  {query, state}: StorageRequest,
  bucket: string,
  name: string,
): Promise<ServiceReply> {
  state.forget(state.wantedObject(bucket, name, query, 'write'));
  return NO_CONTENT;
}

async function changeFields(
  {call, clock, query, state}: StorageRequest,
  bucket: string,
  name: string,
  change: (current: ObjectFields, json: Record<string, unknown>) => ObjectFields,
): Promise<ServiceReply> {
  const json = await readJsonBody(call.body);
  // Looked up only now: the object may have changed while its patch was on its way.
  const object = state.wantedObject(bucket, name, query, 'write');
  const changed = {
    ...object,
    fields: change(object.fields, json),
    metageneration: object.metageneration + 1,
    updated: clock(),
  };
  state.keep(changed);
  return jsonReply(objectResource(changed, call.url.origin), {etag: objectEtag(changed)});
}
