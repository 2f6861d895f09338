import type {ServiceCall} from '../service.js';
import {notPlayed} from './api-error.js';

/** Parameters that ask for what the emulator has not, whatever their value. */
const UNSERVED_PARAMETERS: Readonly<Record<string, string>> = {
  kmsKeyName: 'customer-managed encryption keys',
  destinationKmsKeyName: 'customer-managed encryption keys',
};

/** Parameters that say nothing where they are `false`. */
const UNSERVED_FLAGS: Readonly<Record<string, string>> = {
  softDeleted: 'what was deleted softly',
  enableObjectRetention: 'the retention of objects',
};

const PREDEFINED_LISTS = [
  'predefinedAcl',
  'predefinedDefaultObjectAcl',
  'destinationPredefinedAcl',
] as const;

const UNSERVED_HEADERS = [
  'x-goog-encryption-algorithm',
  'x-goog-copy-source-encryption-algorithm',
] as const;

/**
 * Refuses a call whose parameters or headers ask for what the emulator has not. To ignore them would
 * be to lie: what was to be public would not be, what was to be encrypted would be sent to anyone.
 * https://cloud.google.com/storage/docs/json_api/v1/parameters
 */
export function refuseUnservedWishes({headers, url}: Pick<ServiceCall, 'headers' | 'url'>): void {
  const query = url.searchParams;
  for (const [parameter, wish] of Object.entries(UNSERVED_PARAMETERS)) {
    if (query.get(parameter)) throw notPlayed(wish);
  }
  for (const [parameter, wish] of Object.entries(UNSERVED_FLAGS)) {
    if (query.get(parameter) === 'true') throw notPlayed(wish);
  }
  for (const parameter of PREDEFINED_LISTS) {
    const list = query.get(parameter) ?? '';
    // The other lists keep others out, and so does the emulator: who may do what, roles say.
    if (/^(?:public|authenticated)Read/.test(list)) {
      throw notPlayed(`access control lists (${parameter}=${list})`);
    }
  }
  if (UNSERVED_HEADERS.some(header => headers[header] !== undefined)) {
    throw notPlayed('customer-supplied encryption keys');
  }
}

/**
 * Refuses what the fields of a resource ask for and the emulator has not. Empty ones ask for nothing.
 *
 * @param resource of which the fields are, in the singular.
 */
export function refuseUnservedFields(
  json: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  resource: 'bucket' | 'object',
): void {
  for (const field of fields) {
    const value = json[field];
    const isEmpty = Array.isArray(value) && value.length === 0;
    if (value && !isEmpty) throw notPlayed(`the ${resource} field ${field}`);
  }
}
