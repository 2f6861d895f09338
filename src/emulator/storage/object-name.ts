import {invalid, required} from './api-error.js';

const LONGEST_NAME = 1024;

/**
 * Refuses a name that Google would refuse.
 * https://cloud.google.com/storage/docs/objects#naming
 */
export function checkObjectName(name: string | undefined): string {
  if (name === undefined || name === '') throw required('name');
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length > LONGEST_NAME) {
    throw invalid(
      `The maximum object length is ${LONGEST_NAME} characters, but got a name with ${bytes.length} characters: ''${name.slice(0, 64)}...''`,
    );
  }
  // A lone surrogate, which JSON can spell and UTF-8 cannot, does not survive the round trip.
  if (/[\r\n]/.test(name) || bytes.toString('utf8') !== name) {
    throw invalid(`Disallowed unicode characters present in object name ''${name}''`);
  }
  if (name === '.' || name === '..' || name.startsWith('.well-known/acme-challenge/')) {
    throw invalid(`Invalid object name: '${name}'`);
  }
  return name;
}
