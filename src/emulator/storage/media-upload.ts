import type {ServiceReply} from '../service.js';
import {required, StorageApiError} from './api-error.js';
import {readExpectedChecksums} from './checksums.js';
import {objectEtag} from './etag.js';
import {finishUpload, type UploadDraft} from './finished-upload.js';
import {readBoundary, splitRelatedParts} from './multipart-related.js';
import {readObjectFields, withDefaults} from './object-fields.js';
import {checkObjectName} from './object-name.js';
import {objectResource} from './object-resource.js';
import {readPreconditions} from './preconditions.js';
import {parseJsonObject, readBody, readJsonBody} from './request-body.js';
import {cancelSession, continueSession, openSession} from './resumable-upload.js';
import {jsonReply, type StorageRequest} from './storage-request.js';
import type {UploadSession} from './upload-sessions.js';

const DEFAULT_TYPE = 'application/octet-stream';

/**
 * Starts an upload, or does it at once, as `uploadType` says.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/insert
 */
export async function insertObject(request: StorageRequest, bucket: string): Promise<ServiceReply> {
  const {headers} = request.call;
  switch (request.query.get('uploadType')) {
    case 'media':
      return uploadAtOnce(request, bucket, body => ({
        metadata: {},
        media: body,
        mediaType: headers['content-type'],
      }));
    case 'multipart': {
      const boundary = readBoundary(headers['content-type']);
      return uploadAtOnce(request, bucket, body => {
        const parts = splitRelatedParts(body, boundary);
        return {...parts, metadata: parseJsonObject(parts.metadata)};
      });
    }
    case 'resumable': {
      const metadata = await readJsonBody(request.call.body);
      const mediaType = [headers['x-upload-content-type'] ?? []].flat()[0];
      return openSession(request, readDraft(request, bucket, metadata, mediaType));
    }
    case null:
    default:
      throw uploadTypeMissing();
  }
}

/** `PUT` to a session's URI: bytes, or the question how far it has come. */
export async function putToSession(request: StorageRequest, bucket: string): Promise<ServiceReply> {
  return continueSession(request, findSession(request, bucket));
}

/** `DELETE` of a session's URI. */
export async function deleteSession(
  request: StorageRequest,
  bucket: string,
): Promise<ServiceReply> {
  return cancelSession(request, findSession(request, bucket));
}

/** Google's words for an upload that is sent to where there are no uploads. */
export function uploadTypeMissing(): StorageApiError {
  return new StorageApiError(
    400,
    'Upload requests must include an uploadType URL parameter and a URL path beginning with /upload/',
    {reason: 'badRequest'},
  );
}

function findSession({clock, query, state}: StorageRequest, bucket: string): UploadSession {
  const id = query.get('upload_id');
  if (id === null) throw required('upload_id');
  return state.sessions.find(id, bucket, clock());
}

interface Upload {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly media: Buffer;
  readonly mediaType: string | undefined;
}

async function uploadAtOnce(
  request: StorageRequest,
  bucket: string,
  split: (body: Buffer) => Upload,
): Promise<ServiceReply> {
  const {budget} = request.state;
  const holding = budget.hold();
  try {
    const body = await readBody(request.call.body, bytes => holding.grow(bytes));
    if (body === undefined) throw budget.exceeded();
    const {media, mediaType, metadata} = split(body);
    const draft = readDraft(request, bucket, metadata, mediaType);
    // A copy, so that the body around it is not kept for as long as the object is.
    const content = media.length < body.length ? Buffer.from(media) : media;
    holding.shrinkTo(content.length);
    const object = finishUpload(request, draft, content, holding);
    return jsonReply(objectResource(object, request.call.url.origin), {etag: objectEtag(object)});
  } catch (error) {
    holding.release();
    throw error;
  }
}

/** The name in the URL wins over the one in the metadata. */
function readDraft(
  {authorizeAlso, call, query}: StorageRequest,
  bucket: string,
  metadata: Readonly<Record<string, unknown>>,
  mediaType: string | undefined,
): UploadDraft {
  const named = metadata['name'];
  const name = query.get('name') ?? (typeof named === 'string' ? named : undefined);
  authorizeAlso('objects.insert', {bucket, name});
  return {
    bucket,
    name: checkObjectName(name),
    fields: withDefaults(readObjectFields(metadata), {
      contentType: mediaType ?? DEFAULT_TYPE,
      contentEncoding: query.get('contentEncoding') ?? undefined,
    }),
    expected: readExpectedChecksums(metadata, call.headers),
    preconditions: readPreconditions(query),
    authorizeAlso,
  };
}
