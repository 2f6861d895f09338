import type {ServiceReply} from '../service.js';
import {invalid} from './api-error.js';
import {crc32c} from './crc32c.js';
import {checkOverwriting, withDefaultClass, type ObjectPlace} from './finished-upload.js';
import {patchObjectFields, readObjectFields} from './object-fields.js';
import {checkObjectName} from './object-name.js';
import {objectResource} from './object-resource.js';
import {
  checkPreconditions,
  checkSourceGeneration,
  readLong,
  readPreconditions,
} from './preconditions.js';
import {isRecord, readJsonBody} from './request-body.js';
import {jsonReply, type StorageRequest} from './storage-request.js';
import type {StoredObject} from './storage-state.js';

const MOST_SOURCES = 32;

/** https://cloud.google.com/storage/docs/json_api/v1/objects/copy */
export async function copyObject(
  request: StorageRequest,
  from: ObjectPlace,
  to: ObjectPlace,
): Promise<ServiceReply> {
  const copy = await makeCopy(request, from, to);
  return jsonReply(objectResource(copy, request.call.url.origin));
}

/**
 * The copy that the client libraries use. Everything is done in the first call.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
 */
export async function rewriteObject(
  request: StorageRequest,
  from: ObjectPlace,
  to: ObjectPlace,
): Promise<ServiceReply> {
  const copy = await makeCopy(request, from, to);
  const size = String(copy.content.length);
  return jsonReply({
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: size,
    objectSize: size,
    done: true,
    resource: objectResource(copy, request.call.url.origin),
  });
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects/compose */
export async function composeObject(
  request: StorageRequest,
  to: ObjectPlace,
): Promise<ServiceReply> {
  checkObjectName(to.name);
  request.authorizeAlso('objects.insert', to);
  const json = await readJsonBody(request.call.body);
  const sources = readSources(request, to.bucket, json['sourceObjects']);
  const destination = json['destination'] ?? {};
  if (!isRecord(destination)) throw invalid('Invalid value for field destination.');
  const fields = readObjectFields(destination);
  const size = sources.reduce((sum, source) => sum + source.content.length, 0);
  const composed = store(request, to, size, () => {
    const content = Buffer.concat(sources.map(source => source.content));
    // The MD5 of the whole does not follow from the parts', and Google does not read them again.
    const checksums = {crc32c: crc32c(content)};
    const componentCount = sources.reduce((sum, source) => sum + (source.componentCount ?? 1), 0);
    return {content, checksums, fields, componentCount};
  });
  return jsonReply(objectResource(composed, request.call.url.origin));
}

/**
 * A new name for an object of the same bucket. As a copy has, it has a new generation.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/move
 */
export async function moveObject(
  request: StorageRequest,
  from: ObjectPlace,
  to: ObjectPlace,
): Promise<ServiceReply> {
  const {authorizeAlso, call, clock, query, state} = request;
  checkObjectName(to.name);
  if (to.name === from.name) throw invalid('An object cannot be moved to where it is.');
  authorizeAlso('objects.insert', to);
  await readJsonBody(call.body);
  const source = state.object(from.bucket, from.name);
  checkPreconditions(readPreconditions(query, 'ifSource'), source, 'write');
  checkOverwriting(state, to, readPreconditions(query), authorizeAlso);
  const now = clock();
  const moved = {
    ...source,
    ...to,
    generation: state.nextGeneration(now),
    metageneration: 1,
    timeCreated: now,
    updated: now,
  };
  state.rename(source, moved);
  return jsonReply(objectResource(moved, call.url.origin));
}

async function makeCopy(
  request: StorageRequest,
  from: ObjectPlace,
  to: ObjectPlace,
): Promise<StoredObject> {
  checkObjectName(to.name);
  const {call, query, state} = request;
  request.authorizeAlso('objects.insert', to);
  const json = await readJsonBody(call.body);
  const source = state.object(from.bucket, from.name, readLong(query, 'sourceGeneration'));
  checkPreconditions(readPreconditions(query, 'ifSource'), source, 'write');
  // Metadata in the request takes the place of the source's; without any, the copy has them all.
  const given = readObjectFields(json);
  const isGiven = given.text.size > 0 || given.custom.size > 0;
  const {content, checksums, componentCount} = source;
  return store(request, to, content.length, () => ({
    content,
    checksums,
    // Its storage class is no metadata: it is asked for, or the bucket's.
    fields: isGiven ? given : patchObjectFields(source.fields, {storageClass: null}),
    ...(componentCount !== undefined && {componentCount}),
  }));
}

function store(
  {authorizeAlso, clock, query, state}: StorageRequest,
  to: ObjectPlace,
  size: number,
  make: () => Pick<StoredObject, 'checksums' | 'componentCount' | 'content' | 'fields'>,
): StoredObject {
  checkOverwriting(state, to, readPreconditions(query), authorizeAlso);
  const holding = state.budget.hold();
  if (!holding.grow(size)) throw state.budget.exceeded();
  const now = clock();
  const made = make();
  const object = {
    ...made,
    ...to,
    fields: withDefaultClass(state, to.bucket, made.fields),
    holding,
    generation: state.nextGeneration(now),
    metageneration: 1,
    timeCreated: now,
    updated: now,
  };
  state.keep(object);
  return object;
}

function readSources(
  {authorizeAlso, state}: StorageRequest,
  bucket: string,
  sources: unknown,
): readonly StoredObject[] {
  if (!Array.isArray(sources) || sources.length === 0) {
    throw invalid('You must provide at least one source component.');
  }
  if (sources.length > MOST_SOURCES) {
    throw invalid(
      `The number of source components provided (${sources.length}) exceeds the maximum (${MOST_SOURCES})`,
    );
  }
  return sources.map((source: unknown) => {
    if (!isRecord(source) || typeof source['name'] !== 'string') {
      throw invalid('Invalid value for field sourceObjects.');
    }
    authorizeAlso('objects.get', {bucket, name: source['name']});
    const generation = source['generation'] ?? undefined;
    const isNumber = typeof generation === 'number' || typeof generation === 'string';
    if (generation !== undefined && !(isNumber && /^\d{1,19}$/.test(String(generation)))) {
      throw invalid('Invalid value for field sourceObjects.generation.');
    }
    const object = state.object(bucket, source['name'], isNumber ? BigInt(generation) : undefined);
    const wishes = source['objectPreconditions'];
    if (isRecord(wishes) && wishes['ifGenerationMatch'] !== undefined) {
      checkSourceGeneration(wishes['ifGenerationMatch'], object.generation);
    }
    return object;
  });
}
