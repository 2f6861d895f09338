import type {ServiceReply} from '../service.js';

/** What an error says beside its status and its message. */
export interface ErrorFacts {
  readonly reason: string;
  /** The header or parameter at fault. */
  readonly location?: {readonly type: 'header' | 'parameter'; readonly name: string};
  /** The canonical status (`UNAUTHENTICATED`, …), where Google gives one. */
  readonly canonicalStatus?: string;
  readonly details?: readonly Readonly<Record<string, unknown>>[];
  /** Message inside `errors[]` where Google words it otherwise than the outer one. */
  readonly innerMessage?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Google answers some errors without the JSON envelope. */
  readonly asText?: boolean;
}

/**
 * A refusal in the words of the JSON API.
 * https://cloud.google.com/storage/docs/json_api/v1/status-codes
 */
export class StorageApiError extends Error {
  override readonly name = 'StorageApiError';
  readonly httpStatus: number;
  readonly facts: ErrorFacts;

  constructor(httpStatus: number, message: string, facts: ErrorFacts) {
    super(message);
    this.httpStatus = httpStatus;
    this.facts = facts;
  }
}

/** 400: a value that the API does not take. */
export function invalid(message: string): StorageApiError {
  return new StorageApiError(400, message, {reason: 'invalid'});
}

/** 400: a parameter that is missing. */
export function required(parameter: string): StorageApiError {
  return new StorageApiError(400, `Required parameter: ${parameter}`, {
    reason: 'required',
    location: {type: 'parameter', name: parameter},
  });
}

export function notFound(message: string): StorageApiError {
  return new StorageApiError(404, message, {reason: 'notFound'});
}

export function conflict(message: string): StorageApiError {
  return new StorageApiError(409, message, {reason: 'conflict'});
}

/** 413: more bytes than there is room for. */
export function tooLarge(message: string): StorageApiError {
  return new StorageApiError(413, message, {reason: 'uploadTooLarge'});
}

/** 501: Google can, the emulator cannot. To ignore such a wish would be to lie. */
export function notPlayed(what: string): StorageApiError {
  return new StorageApiError(501, `The Cloud Storage emulator does not play ${what}.`, {
    reason: 'notImplemented',
    canonicalStatus: 'UNIMPLEMENTED',
  });
}

/**
 * The answer to a refused request. Media downloads are refused in plain text, everything else in
 * the JSON envelope.
 */
export function errorReply(error: StorageApiError, isDownload: boolean): ServiceReply {
  const {facts, httpStatus, message} = error;
  const headers = facts.headers ?? {};
  // 304 and 499 carry no body.
  if (httpStatus === 304 || httpStatus === 499) {
    return {status: httpStatus, headers: {...headers, 'content-length': '0'}};
  }
  if (isDownload || facts.asText === true) {
    return {
      status: httpStatus,
      headers: {...headers, 'content-type': 'text/plain; charset=utf-8'},
      body: message,
    };
  }
  const envelope = {
    error: {
      code: httpStatus,
      message,
      errors: [
        {
          message: facts.innerMessage ?? message,
          domain: 'global',
          reason: facts.reason,
          ...(facts.location && {
            locationType: facts.location.type,
            location: facts.location.name,
          }),
        },
      ],
      ...(facts.canonicalStatus !== undefined && {status: facts.canonicalStatus}),
      ...(facts.details && {details: facts.details}),
    },
  };
  return {
    status: httpStatus,
    headers: {...headers, 'content-type': 'application/json; charset=UTF-8'},
    body: JSON.stringify(envelope, null, 2),
  };
}
