import {invalid, StorageApiError} from './api-error.js';

/** Wishes about the versions of what a request is about to touch. */
export interface Preconditions {
  readonly generationMatch: bigint | undefined;
  readonly generationNotMatch: bigint | undefined;
  readonly metagenerationMatch: bigint | undefined;
  readonly metagenerationNotMatch: bigint | undefined;
}

/** The versions themselves. */
export interface Versions {
  readonly generation: number;
  readonly metageneration: number;
}

/**
 * Reads `ifGenerationMatch` and its relatives, or, of a copy's source, `ifSourceGenerationMatch`
 * and its.
 * https://cloud.google.com/storage/docs/request-preconditions
 */
export function readPreconditions(
  query: URLSearchParams,
  prefix: 'if' | 'ifSource' = 'if',
): Preconditions {
  return {
    generationMatch: readLong(query, `${prefix}GenerationMatch`),
    generationNotMatch: readLong(query, `${prefix}GenerationNotMatch`),
    metagenerationMatch: readLong(query, `${prefix}MetagenerationMatch`),
    metagenerationNotMatch: readLong(query, `${prefix}MetagenerationNotMatch`),
  };
}

/** A whole number among the query parameters. */
export function readLong(query: URLSearchParams, parameter: string): bigint | undefined {
  const text = query.get(parameter);
  if (text === null) return undefined;
  if (!/^\d{1,19}$/.test(text)) {
    throw new StorageApiError(400, `Invalid long value: '${text}'.`, {
      reason: 'invalid',
      location: {type: 'parameter', name: parameter},
    });
  }
  return BigInt(text);
}

/**
 * Refuses a request whose wishes are not met. An object that does not exist has generation 0. To
 * read what has *not* changed is no error but a 304.
 */
export function checkPreconditions(
  wishes: Preconditions,
  current: Versions | undefined,
  purpose: 'read' | 'write',
): void {
  const generation = BigInt(current?.generation ?? 0);
  const metageneration = BigInt(current?.metageneration ?? 0);
  const differs = (wish: bigint | undefined, actual: bigint) =>
    wish !== undefined && wish !== actual;
  if (
    differs(wishes.generationMatch, generation) ||
    differs(wishes.metagenerationMatch, metageneration)
  ) {
    throw conditionNotMet('If-Match');
  }
  if (
    wishes.generationNotMatch === generation ||
    wishes.metagenerationNotMatch === metageneration
  ) {
    if (purpose === 'write') throw conditionNotMet('If-None-Match');
    throw new StorageApiError(304, 'Not Modified', {reason: 'notModified'});
  }
}

/** One source's `objectPreconditions` in a compose request. */
export function checkSourceGeneration(wish: unknown, generation: number): void {
  const isNumber =
    typeof wish === 'number' || (typeof wish === 'string' && /^\d{1,19}$/.test(wish));
  if (!isNumber) throw invalid('Invalid value for field ifGenerationMatch.');
  if (String(wish) !== String(generation)) throw conditionNotMet('If-Match');
}

/** 412: something is not as the caller wishes. */
export function conditionNotMet(header: string): StorageApiError {
  return new StorageApiError(
    412,
    'At least one of the pre-conditions you specified did not hold.',
    {
      reason: 'conditionNotMet',
      location: {type: 'header', name: header},
    },
  );
}
