import {randomBytes} from 'node:crypto';
import {notFound, StorageApiError} from './api-error.js';
import type {Holding} from './byte-budget.js';
import type {UploadDraft} from './finished-upload.js';

const WEEK = 7 * 24 * 60 * 60 * 1000;
const MOST_SESSIONS = 1000;

/** A resumable upload under way, or what is remembered of one that is over. */
export interface UploadSession {
  readonly draft: UploadDraft;
  /** The size announced at the start, where there was one. */
  readonly announcedSize: number | undefined;
  readonly startedAt: number;
  readonly holding: Holding;
  pieces: Buffer[];
  receivedBytes: number;
  /** Whether a request is sending bytes at this moment. */
  isBusy: boolean;
  /** Whether its bytes are given up: no more are to be taken. */
  isEnded: boolean;
  /** The object's resource once it is complete: it outlives the object. */
  outcome?: {readonly resource: Readonly<Record<string, unknown>>} | 'cancelled';
}

/** https://cloud.google.com/storage/docs/performing-resumable-uploads#cancel-upload */
export function uploadCancelled(): StorageApiError {
  return new StorageApiError(499, 'Client Closed Request', {reason: 'clientClosedRequest'});
}

/**
 * The open resumable uploads by their ids. An id is as good as a token, so it is not to be guessed.
 * https://cloud.google.com/storage/docs/resumable-uploads#session-uris
 */
export class UploadSessions {
  readonly #sessions = new Map<string, UploadSession>();

  open(session: UploadSession): string {
    this.#makeRoom(session.startedAt);
    const id = randomBytes(48).toString('base64url');
    this.#sessions.set(id, session);
    return id;
  }

  /** The session of an id, unless it never was, is too old or was cancelled. */
  find(id: string, bucket: string, now: number): UploadSession {
    const session = this.#sessions.get(id);
    if (session?.draft.bucket !== bucket) throw notFound('Not Found');
    if (session.outcome === 'cancelled') throw uploadCancelled();
    if (now - session.startedAt > WEEK) {
      this.end(session);
      throw new StorageApiError(410, 'The upload session is older than a week and has expired.', {
        reason: 'gone',
      });
    }
    return session;
  }

  /** Forgets the bytes of a session, not that there was one. */
  end(session: UploadSession, outcome?: UploadSession['outcome']): void {
    session.isEnded = true;
    session.pieces = [];
    session.receivedBytes = 0;
    // The bytes of a complete upload are the object's.
    if (session.outcome === undefined) session.holding.release();
    if (outcome !== undefined) session.outcome = outcome;
  }

  /** Forgets a session altogether: its content was refused, and it cannot be resumed. */
  drop(session: UploadSession): void {
    this.end(session);
    for (const [id, known] of this.#sessions) if (known === session) this.#sessions.delete(id);
  }

  #makeRoom(now: number): void {
    for (const [id, session] of this.#sessions) {
      const isOver = session.outcome !== undefined;
      const isOld = now - session.startedAt > WEEK;
      if (isOld) this.end(session);
      // The oldest come first.
      if (isOld || (isOver && this.#sessions.size >= MOST_SESSIONS)) this.#sessions.delete(id);
    }
    if (this.#sessions.size >= MOST_SESSIONS) {
      throw new StorageApiError(
        429,
        `The Cloud Storage emulator keeps at most ${MOST_SESSIONS} resumable uploads open. Finish or cancel some.`,
        {reason: 'rateLimitExceeded'},
      );
    }
  }
}
