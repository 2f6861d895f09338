import {isIPv4} from 'node:net';
import {invalid} from './api-error.js';

const LONGEST_LABEL = 63;
const LONGEST_DOMAIN = 222;

/**
 * Refuses a name that Google would refuse. That a name with dots takes a domain that its owner has
 * verified is not played.
 * https://cloud.google.com/storage/docs/buckets#naming
 */
export function checkBucketName(name: string): void {
  if (!isBucketName(name)) throw invalid(`Invalid bucket name: '${name}'`);
}

function isBucketName(name: string): boolean {
  if (!/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(name)) return false;
  if (name.length < 3 || name.length > LONGEST_DOMAIN || isIPv4(name)) return false;
  // "google" and its close misspellings.
  if (name.startsWith('goog') || /g[o0]{2}g[l1]e/.test(name)) return false;
  return name.split('.').every(isLabel);
}

function isLabel(label: string): boolean {
  return label.length > 0 && label.length <= LONGEST_LABEL && !/^-|-$/.test(label);
}
