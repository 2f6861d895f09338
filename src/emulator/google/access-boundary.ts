import type {AccessBoundaryRule} from '../service.js';
import {asObject, isTextArray, parseObject} from './json-object.js';
import {oauthError} from './oauth-error.js';

const MAX_RULES = 10;
const BUCKET = /^\/\/storage\.googleapis\.com\/projects\/_\/buckets\/([a-z0-9][a-z0-9._-]{1,220})$/;
const ROLE = /^inRole:(roles\/[A-Za-z.]+)$/;
const OBJECT_PREFIX =
  /^resource\.name\.startsWith\((['"])projects\/_\/buckets\/([^/'"]+)\/objects\/([^'"\\]*)\1\)$/;
const LIST_PREFIX =
  /^api\.getAttribute\((['"])storage\.googleapis\.com\/objectListPrefix\1,\s*(?:''|"")\)\.startsWith\((['"])([^'"\\]*)\2\)$/;

/**
 * Reads the parameter `options` of an exchange that is to restrict an access token to Cloud Storage.
 * Of conditions it knows the documented two, also joined by `||`: where an object's name begins, and where
 * the prefix of a listing does. What it does not know it refuses: a condition that is passed over would
 * let more through than was meant.
 *
 * Nobody here has seen how Google words these refusals.
 *
 * @throws Refused `invalid_request`
 * @see https://cloud.google.com/iam/docs/downscoping-short-lived-credentials
 */
export function parseAccessBoundary(options: string | undefined): readonly AccessBoundaryRule[] {
  const boundary = asObject(parseObject(options ?? '')?.['accessBoundary']);
  const rules = boundary?.['accessBoundaryRules'];
  if (!Array.isArray(rules) || rules.length === 0) {
    throw invalid('It needs accessBoundary.accessBoundaryRules.');
  }
  if (rules.length > MAX_RULES) {
    throw invalid(`It has ${rules.length} rules; ${MAX_RULES} are the most.`);
  }
  return rules.map(parseRule);
}

function parseRule(value: unknown): AccessBoundaryRule {
  const rule = asObject(value) ?? {};
  const {availableResource, availablePermissions, availabilityCondition} = rule;
  const bucket = BUCKET.exec(String(availableResource))?.[1];
  if (bucket === undefined) {
    throw invalid(
      'An availableResource reads //storage.googleapis.com/projects/_/buckets/BUCKET; only Cloud Storage has such tokens.',
    );
  }
  if (!isTextArray(availablePermissions) || availablePermissions.length === 0) {
    throw invalid('A rule needs availablePermissions.');
  }
  const roles = availablePermissions.map(permission => {
    const role = ROLE.exec(permission)?.[1];
    if (role === undefined) throw invalid(`"${permission}" does not read inRole:roles/….`);
    return role;
  });
  const expression = asObject(availabilityCondition)?.['expression'];
  return {
    bucket,
    roles,
    ...(availabilityCondition === undefined ? {} : parseCondition(expression, bucket)),
  };
}

function parseCondition(
  expression: unknown,
  bucket: string,
): Pick<AccessBoundaryRule, 'objectPrefixes' | 'listPrefixes'> {
  const objectPrefixes: string[] = [];
  const listPrefixes: string[] = [];
  for (const term of String(expression).split('||')) {
    const [, , named, objectPrefix] = OBJECT_PREFIX.exec(term.trim()) ?? [];
    const [, , , listPrefix] = LIST_PREFIX.exec(term.trim()) ?? [];
    // A condition on another bucket is never true of this one.
    if (objectPrefix !== undefined) {
      if (named === bucket) objectPrefixes.push(objectPrefix);
    } else if (listPrefix !== undefined) listPrefixes.push(listPrefix);
    else throw invalid(`The availabilityCondition "${term.trim()}" is none that is known here.`);
  }
  return {objectPrefixes, listPrefixes};
}

function invalid(problem: string): Error {
  return oauthError('invalid_request', `Invalid value for "options". ${problem}`);
}
