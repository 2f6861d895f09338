import {createHash} from 'node:crypto';
import type {ServiceReply} from '../../service.js';
import type {MethodId} from '../access-rules.js';
import {notPlayed, required} from '../api-error.js';
import {mergeExpected, readExpectedChecksums} from '../checksums.js';
import {checkConditionalHeaders} from '../conditional-headers.js';
import {finishUpload, type ObjectPlace, type UploadDraft} from '../finished-upload.js';
import {downloadMedia} from '../media-download.js';
import {readObjectFields} from '../object-fields.js';
import {deleteObject} from '../object-operations.js';
import {checkObjectName} from '../object-name.js';
import {readPreconditions} from '../preconditions.js';
import {readBody} from '../request-body.js';
import {cancelSession, continueSession, openSession} from '../resumable-upload.js';
import type {StorageRequest} from '../storage-request.js';
import {customMetadata, objectEtag, objectHeaders, textFields} from './object-headers.js';
import {sentHeaders, type SentHeaders} from './sent-headers.js';
import {encode} from './xml-address.js';
import {entitySize, invalidArgument, malformedSecurityHeader, xmlRefusal} from './xml-refusal.js';

/** A method of the XML API on an object. */
export interface ObjectMethod {
  /** The JSON API's method that demands the same of its caller. */
  readonly id: MethodId;
  run(
    request: StorageRequest,
    place: ObjectPlace,
    signed: {readonly payloadHash?: string},
  ): Promise<ServiceReply>;
}

/** The methods that a signed URL can be for; `POST` starts a resumable upload. */
export const OBJECT_METHODS: Readonly<Record<string, ObjectMethod>> = {
  GET: {id: 'objects.get', run: getObject},
  HEAD: {id: 'objects.get', run: getObject},
  PUT: {id: 'objects.insert', run: putObject},
  POST: {id: 'objects.insert', run: startUpload},
  DELETE: {id: 'objects.delete', run: removeObject},
};

// What a query may say in place of an object's own metadata.
const RESPONSE_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
];

/** https://cloud.google.com/storage/docs/xml-api/get-object-download */
async function getObject(
  request: StorageRequest,
  {bucket, name}: ObjectPlace,
): Promise<ServiceReply> {
  const {call, query, state} = request;
  const object = state.wantedObject(bucket, name, wishes(request), 'read');
  const validators = {etag: objectEtag(object), updated: object.updated};
  checkConditionalHeaders(call.headers, validators);
  const reply = await downloadMedia(request, object, validators);
  const headers: Record<string, string> = {
    ...reply.headers,
    ...objectHeaders(object),
    'accept-ranges': 'bytes',
  };
  for (const header of RESPONSE_HEADERS) {
    const value = query.get(`response-${header}`);
    if (value === null) continue;
    if (/\p{Cc}/u.test(value)) throw invalidArgument(`Invalid value for response-${header}.`);
    headers[header] = Buffer.from(value, 'utf8').toString('latin1');
  }
  const {body} = reply;
  if (call.method !== 'HEAD' || !(body instanceof Uint8Array)) return {...reply, headers};
  return {status: reply.status, headers: {...headers, 'content-length': String(body.length)}};
}

/** https://cloud.google.com/storage/docs/xml-api/put-object-upload */
async function putObject(
  request: StorageRequest,
  place: ObjectPlace,
  {payloadHash}: {readonly payloadHash?: string},
): Promise<ServiceReply> {
  const {budget} = request.state;
  const headers = sentHeaders(request.call.rawHeaders);
  if (headers.has('x-goog-copy-source')) throw notPlayed('copies by the XML API');
  const draft = readDraft(request, headers, place);
  const holding = budget.hold();
  try {
    const content = await readBody(request.call.body, bytes => holding.grow(bytes));
    if (content === undefined) throw budget.exceeded();
    checkPayload(content, payloadHash);
    const refusal = sizeRefusal(headers, content.length);
    if (refusal !== undefined) throw refusal;
    const object = finishUpload(request, draft, content, holding);
    return {status: 200, headers: {...objectHeaders(object), 'content-length': '0'}};
  } catch (error) {
    holding.release();
    throw error;
  }
}

/** https://cloud.google.com/storage/docs/xml-api/post-object-resumable */
async function startUpload(request: StorageRequest, place: ObjectPlace): Promise<ServiceReply> {
  const headers = sentHeaders(request.call.rawHeaders);
  if (headers.get('x-goog-resumable')?.toLowerCase() !== 'start') {
    throw invalidArgument('A POST to an object must send x-goog-resumable: start.');
  }
  const opened = openSession(request, readDraft(request, headers, place));
  const id = opened.headers?.['x-guploader-uploadid'] ?? '';
  const path = [place.bucket, ...place.name.split('/')].map(encode).join('/');
  const location = `${request.call.url.origin}/${path}?upload_id=${id}`;
  return {status: 201, headers: {...opened.headers, location}};
}

/** Takes the bytes of a resumable upload, or cancels it. The id in the URL authorizes. */
export async function continueUpload(
  request: StorageRequest,
  {bucket}: ObjectPlace,
): Promise<ServiceReply> {
  const {call, clock, query, state} = request;
  const id = query.get('upload_id');
  if (id === null) throw required('upload_id');
  const session = state.sessions.find(id, bucket, clock());
  if (call.method === 'DELETE') return cancelSession(request, session);
  if (call.method !== 'PUT') throw methodNotAllowed();
  const reply = await continueSession(request, session);
  if (reply.status !== 200) return reply;
  const object = state.bucket(bucket).objects.get(session.draft.name);
  return {
    status: 200,
    headers: {...(object && objectHeaders(object)), 'content-length': '0'},
  };
}

/** https://cloud.google.com/storage/docs/xml-api/delete-object */
function removeObject(request: StorageRequest, {bucket, name}: ObjectPlace): Promise<ServiceReply> {
  return deleteObject({...request, query: wishes(request)}, bucket, name);
}

/** 405: a method that objects do not have. */
export function methodNotAllowed(): Error {
  return xmlRefusal({
    status: 405,
    code: 'MethodNotAllowed',
    message: 'The specified method is not allowed against this resource.',
    headers: {allow: Object.keys(OBJECT_METHODS).join(', ')},
  });
}

function readDraft(
  request: StorageRequest,
  headers: SentHeaders,
  {bucket, name}: ObjectPlace,
): UploadDraft {
  for (const [header, wish] of [
    ['x-goog-acl', 'access control lists'],
    ['x-goog-encryption-key', 'customer-supplied encryption keys'],
    ['x-goog-encryption-kms-key-name', 'customer-managed encryption keys'],
  ] as const) {
    if (headers.has(header)) throw notPlayed(wish);
  }
  const metadata = {
    contentType: 'application/octet-stream',
    ...textFields(headers),
    metadata: customMetadata(headers),
  };
  const md5 = headers.get('content-md5');
  const announced = readExpectedChecksums({}, request.call.headers);
  return {
    bucket,
    name: checkObjectName(name),
    fields: readObjectFields(metadata),
    expected:
      md5 === undefined
        ? announced
        : mergeExpected(announced, readExpectedChecksums({md5Hash: md5}, {})),
    preconditions: readPreconditions(wishes(request)),
    authorizeAlso: request.authorizeAlso,
  };
}

// In the XML API, headers tell what query parameters tell in the JSON API.
function wishes({call, query}: StorageRequest): URLSearchParams {
  const headers = sentHeaders(call.rawHeaders);
  const told = new URLSearchParams();
  for (const [name, value] of [
    ['generation', query.get('generation')],
    ['ifGenerationMatch', headers.get('x-goog-if-generation-match')],
    ['ifMetagenerationMatch', headers.get('x-goog-if-metageneration-match')],
  ] as const) {
    if (value) told.set(name, value);
  }
  return told;
}

function checkPayload(content: Buffer, payloadHash: string | undefined): void {
  if (payloadHash === undefined) return;
  if (createHash('sha256').update(content).digest('hex') === payloadHash) return;
  throw malformedSecurityHeader(
    'x-goog-content-sha256',
    'The provided hash is not the SHA-256 of the content.',
  );
}

/** https://cloud.google.com/storage/docs/xml-api/reference-headers#xgoogcontentlengthrange */
function sizeRefusal(headers: SentHeaders, size: number): Error | undefined {
  const range = headers.get('x-goog-content-length-range');
  if (range === undefined) return undefined;
  const [, least, most] = /^(\d{1,15}),(\d{1,15})$/.exec(range) ?? [];
  if (least === undefined) return invalidArgument('Invalid x-goog-content-length-range.');
  return entitySize(size, Number(least), Number(most));
}
