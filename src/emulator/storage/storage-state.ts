import {notFound} from './api-error.js';
import {ByteBudget, type Holding} from './byte-budget.js';
import type {Checksums} from './checksums.js';
import type {ObjectFields} from './object-fields.js';
import {checkPreconditions, readLong, readPreconditions, type Versions} from './preconditions.js';
import {UploadSessions} from './upload-sessions.js';

/** An object as it is kept. It is never changed, only replaced. */
export interface StoredObject extends Versions {
  readonly bucket: string;
  readonly name: string;
  readonly content: Buffer;
  readonly holding: Holding;
  readonly checksums: Checksums;
  readonly fields: ObjectFields;
  /** Of how many objects it was composed. */
  readonly componentCount?: number;
  /** Epoch ms. */
  readonly timeCreated: number;
  readonly updated: number;
}

export interface StoredBucket extends Versions {
  readonly name: string;
  readonly fields: ReadonlyMap<string, unknown>;
  readonly objects: Map<string, StoredObject>;
  readonly timeCreated: number;
  readonly updated: number;
}

/** Everything that the service remembers. */
export class StorageState {
  readonly buckets = new Map<string, StoredBucket>();
  readonly sessions = new UploadSessions();
  readonly budget: ByteBudget;
  #lastGeneration = 0;

  constructor(maxBytes: number) {
    this.budget = new ByteBudget(maxBytes);
  }

  /** Google's generations are microseconds; here they also never repeat, whatever the clock does. */
  nextGeneration(now: number): number {
    this.#lastGeneration = Math.max(this.#lastGeneration + 1, now * 1000);
    return this.#lastGeneration;
  }

  bucket(name: string): StoredBucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw notFound('The specified bucket does not exist.');
    return bucket;
  }

  /**
   * The object that a request names. Only live versions are kept: any other generation is not
   * found.
   */
  object(bucketName: string, name: string, generation?: bigint): StoredObject {
    const object = this.bucket(bucketName).objects.get(name);
    const isMeant = generation === undefined || BigInt(object?.generation ?? -1) === generation;
    if (object === undefined || !isMeant) throw notFound(`No such object: ${bucketName}/${name}`);
    return object;
  }

  /** The object that a request names, at the versions that it wishes for. */
  wantedObject(
    bucket: string,
    name: string,
    query: URLSearchParams,
    purpose: 'read' | 'write',
  ): StoredObject {
    const object = this.object(bucket, name, readLong(query, 'generation'));
    checkPreconditions(readPreconditions(query), object, purpose);
    return object;
  }

  /** Keeps an object in place of any older one of that name, whose bytes it gives back. */
  keep(object: StoredObject): void {
    const {objects} = this.bucket(object.bucket);
    const older = objects.get(object.name);
    objects.set(object.name, object);
    if (older !== undefined && older.holding !== object.holding) older.holding.release();
  }

  /** Keeps an object in place of what it was under another name, with the same bytes. */
  rename(older: StoredObject, object: StoredObject): void {
    this.keep(object);
    this.bucket(older.bucket).objects.delete(older.name);
  }

  forget(object: StoredObject): void {
    this.bucket(object.bucket).objects.delete(object.name);
    object.holding.release();
  }
}
