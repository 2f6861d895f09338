import type {AccessBoundaryRule} from '../service.js';
import {grants} from './storage-roles.js';

/** What a request is about, as far as its address tells. */
export interface StoragePlace {
  readonly bucket?: string | undefined;
  readonly object?: string | undefined;
  /** Where a listing begins. */
  readonly listPrefix?: string | undefined;
}

/** Whether a token that is restricted to Cloud Storage still allows this. */
export function isWithinBoundary(
  rules: readonly AccessBoundaryRule[],
  permission: string,
  {bucket, object, listPrefix}: StoragePlace,
): boolean {
  return rules.some(rule => {
    if (rule.bucket !== bucket || !rule.roles.some(role => grants(role, permission))) return false;
    const {objectPrefixes, listPrefixes} = rule;
    if (objectPrefixes === undefined || listPrefixes === undefined) return true;
    return (
      objectPrefixes.some(prefix => object?.startsWith(prefix)) ||
      listPrefixes.some(prefix => object === undefined && (listPrefix ?? '').startsWith(prefix))
    );
  });
}
