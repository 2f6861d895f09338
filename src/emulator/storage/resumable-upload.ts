import type {ServiceReply} from '../service.js';
import {invalid, StorageApiError} from './api-error.js';
import {mergeExpected, readExpectedChecksums} from './checksums.js';
import {readUploadRange, type UploadRange} from './content-range.js';
import {checkDraft, finishUpload, type UploadDraft} from './finished-upload.js';
import {objectResource} from './object-resource.js';
import {readChunks} from './request-body.js';
import {jsonReply, type StorageRequest} from './storage-request.js';
import {uploadCancelled, type UploadSession} from './upload-sessions.js';

/** What a session keeps is a multiple of this, until the object is complete. */
const QUANTUM = 256 * 1024;

type SentBytes = Extract<UploadRange, {kind: 'bytes'}>;

/**
 * Opens a session and names its URI, on the origin that was asked.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads#initiate-session
 */
export function openSession(request: StorageRequest, draft: UploadDraft): ServiceReply {
  const {call, clock, state} = request;
  checkDraft(request, draft);
  const announced = [call.headers['x-upload-content-length'] ?? []].flat()[0];
  if (announced !== undefined && !/^\d{1,15}$/.test(announced)) {
    throw invalid(`Invalid value for header X-Upload-Content-Length: '${announced}'.`);
  }
  const id = state.sessions.open({
    draft,
    announcedSize: announced === undefined ? undefined : Number(announced),
    startedAt: clock(),
    holding: state.budget.hold(),
    pieces: [],
    receivedBytes: 0,
    isBusy: false,
    isEnded: false,
  });
  const uri = new URL(
    `/upload/storage/v1/b/${encodeURIComponent(draft.bucket)}/o`,
    call.url.origin,
  );
  uri.searchParams.set('uploadType', 'resumable');
  uri.searchParams.set('name', draft.name);
  uri.searchParams.set('upload_id', id);
  return {
    status: 200,
    headers: {location: uri.href, 'x-guploader-uploadid': id, 'content-length': '0'},
  };
}

/**
 * Takes a session's bytes, or says how far it has come.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads#chunked-upload
 */
export async function continueSession(
  request: StorageRequest,
  session: UploadSession,
): Promise<ServiceReply> {
  // Whatever is sent after the end, Google answers with the object.
  if (typeof session.outcome === 'object') return jsonReply(session.outcome.resource);
  const range = readUploadRange(request.call.headers['content-range']);
  if (range.kind === 'query') {
    const isAll = !session.isBusy && range.total === session.receivedBytes;
    return isAll ? complete(request, session) : incomplete(session);
  }
  if (session.isBusy) {
    throw new StorageApiError(503, 'Another request is sending bytes of this upload.', {
      reason: 'backendError',
    });
  }
  checkSentBytes(range, session);
  session.isBusy = true;
  let isComplete: boolean;
  try {
    isComplete = await receive(request, session, range);
  } finally {
    session.isBusy = false;
  }
  return isComplete ? complete(request, session) : incomplete(session);
}

/** https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload */
export function cancelSession({state}: StorageRequest, session: UploadSession): ServiceReply {
  if (session.outcome === undefined) state.sessions.end(session, 'cancelled');
  return {status: 499, headers: {'content-length': '0'}};
}

function checkSentBytes(range: SentBytes, session: UploadSession): void {
  const {end, first, total} = range;
  const received = session.receivedBytes;
  if (first > received) {
    // A 503, and in plain text: Google takes the missing bytes to be on their way still.
    throw new StorageApiError(
      503,
      `Invalid request.  According to the Content-Range header, the upload offset is ${first} byte(s), which exceeds already uploaded size of ${received} byte(s).`,
      {reason: 'backendError', asText: true},
    );
  }
  const size = total ?? session.announcedSize;
  if (size !== session.announcedSize && session.announcedSize !== undefined) {
    throw invalid(
      `Invalid request.  According to the Content-Range header, the final size of the upload is ${size} byte(s), but ${session.announcedSize} byte(s) were announced.`,
    );
  }
  if (total !== undefined && total < received) {
    throw invalid(
      `Invalid request.  According to the Content-Range header, the final size of the upload is ${total} byte(s), but ${received} byte(s) are already uploaded.`,
    );
  }
  const isFinal = end === undefined || end === total;
  if (!isFinal && end - first < QUANTUM) {
    throw invalid(
      `Invalid request.  The number of bytes uploaded is required to be equal or greater than ${QUANTUM}, except for the final request (it's recommended to be the exact multiple of ${QUANTUM}).  The received request contained ${end - first} bytes, which does not meet this requirement.`,
    );
  }
}

/**
 * Adds a request's bytes to the session's; true where these were the last ones. Bytes that are
 * already there are skipped. Where the connection breaks, what has arrived stays.
 */
async function receive(
  {call, state}: StorageRequest,
  session: UploadSession,
  {end, first, total}: SentBytes,
): Promise<boolean> {
  const before = session.receivedBytes;
  const limit = end ?? total ?? session.announcedSize ?? Infinity;
  const pieces: Buffer[] = [];
  let arrived = before;
  let position = first;
  const keep = (bytes: number) => {
    // Cut by copying, so that no more is kept than is counted.
    if (bytes > before) session.pieces.push(Buffer.concat(pieces, bytes - before));
    session.receivedBytes = bytes;
    session.holding.shrinkTo(bytes);
  };
  const keepWholeQuanta = () => keep(Math.max(arrived - (arrived % QUANTUM), before));
  let isAccepted: boolean;
  try {
    isAccepted = await readChunks(call.body, chunk => {
      const fresh = chunk.subarray(Math.min(Math.max(before - position, 0), chunk.length));
      position += chunk.length;
      if (session.isEnded) return false;
      // What is too much is counted for the message, but not kept.
      if (position > limit) return true;
      if (!session.holding.grow(fresh.length)) return false;
      pieces.push(fresh);
      arrived += fresh.length;
      return true;
    });
  } catch (error) {
    if (!session.isEnded) {
      if (position > limit) keep(before);
      else keepWholeQuanta();
    }
    throw error;
  } finally {
    // Cancelled, or too old, while its bytes were on their way: nobody else gives them back.
    if (session.isEnded) session.holding.release();
  }
  if (session.isEnded) throw uploadCancelled();
  if (!isAccepted) {
    keep(before);
    throw state.budget.exceeded();
  }
  if (position > limit || (end !== undefined && position !== end)) {
    keep(before);
    throw invalid(
      `Invalid request.  There were ${position - first} byte(s) in the request body.  There should have been ${limit - first} byte(s) (starting at offset ${first} and ending at offset ${limit - 1}) according to the Content-Range header.`,
    );
  }
  const size = total ?? (end === undefined ? (session.announcedSize ?? position) : undefined);
  // A body that ends before what is already there says nothing of where the object ends.
  const isComplete = size !== undefined && position >= Math.max(size, before);
  if (isComplete) keep(position);
  else keepWholeQuanta();
  return isComplete;
}

function complete(request: StorageRequest, session: UploadSession): ServiceReply {
  const {sessions} = request.state;
  // The client libraries send the checksums with the last bytes.
  const late = readExpectedChecksums({}, request.call.headers);
  const draft = {...session.draft, expected: mergeExpected(session.draft.expected, late)};
  try {
    const content = Buffer.concat(session.pieces, session.receivedBytes);
    const object = finishUpload(request, draft, content, session.holding);
    const resource = objectResource(object, request.call.url.origin);
    session.pieces = [];
    session.outcome = {resource};
    return jsonReply(resource);
  } catch (error) {
    sessions.drop(session);
    throw error;
  }
}

function incomplete({receivedBytes}: UploadSession): ServiceReply {
  const range = receivedBytes > 0 ? {range: `bytes=0-${receivedBytes - 1}`} : {};
  return {status: 308, headers: {...range, 'content-length': '0'}};
}
