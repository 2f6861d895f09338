import {objectEtag} from './etag.js';
import type {StoredObject} from './storage-state.js';

/**
 * An object in the API's terms. Numbers of 64 bits are texts, as in all of Google's JSON.
 * https://cloud.google.com/storage/docs/json_api/v1/objects#resource
 */
export function objectResource(object: StoredObject, origin: string): Record<string, unknown> {
  const {bucket, name, generation, fields} = object;
  const path = `storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`;
  const created = new Date(object.timeCreated).toISOString();
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${origin}/${path}`,
    mediaLink: `${origin}/download/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(object.metageneration),
    storageClass: 'STANDARD',
    ...Object.fromEntries(fields.text),
    size: String(object.content.length),
    ...object.checksums,
    ...(object.componentCount !== undefined && {componentCount: object.componentCount}),
    etag: objectEtag(object),
    timeCreated: created,
    updated: new Date(object.updated).toISOString(),
    timeStorageClassUpdated: created,
    timeFinalized: created,
    ...(fields.custom.size > 0 && {metadata: Object.fromEntries(fields.custom)}),
  };
}
