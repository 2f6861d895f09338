import type {AccessBoundaryRule} from '../service.js';
import {isBoundaryRole} from '../storage/storage-roles.js';
import {CelError, parseBoundaryCondition} from './cel-expression.js';
import {asObject, isTextArray, parseObject} from './json-object.js';
import {oauthError} from './oauth-error.js';
import {MAX_OPTIONS_LENGTH} from './token-exchange-request.js';

const MOST_RULES = 10;
const RESOURCE = /^\/\/storage\.googleapis\.com\/projects\/_\/buckets\/([^/]+)$/;
const PERMISSION = /^inRole:(roles\/[\w.]+)$/;

/**
 * Reads the Credential Access Boundary out of the `options` of a token exchange: JSON, or JSON that is
 * percent-encoded, as some of Google's libraries send it.
 *
 * @throws Refused `invalid_request` that names the field which is wrong.
 * @see https://cloud.google.com/iam/docs/downscoping-short-lived-credentials#create-boundary
 */
export function parseAccessBoundary(options: string | undefined): readonly AccessBoundaryRule[] {
  if (options === undefined) invalid('Missing required parameter: options.');
  if (options.length > MAX_OPTIONS_LENGTH) invalid('Invalid value for "options".');
  const parsed = parseObject(options) ?? parseObject(decoded(options));
  const rules = asObject(parsed?.['accessBoundary'])?.['accessBoundaryRules'];
  if (!Array.isArray(rules)) {
    invalid('Invalid value for "options". It must hold accessBoundary.accessBoundaryRules.');
  }
  if (rules.length === 0 || rules.length > MOST_RULES) {
    invalid(`accessBoundaryRules must hold 1 to ${MOST_RULES} rules, not ${rules.length}.`);
  }
  return rules.map((rule: unknown, index) => parseRule(rule, `accessBoundaryRules[${index}]`));
}

function parseRule(value: unknown, where: string): AccessBoundaryRule {
  const rule = asObject(value) ?? invalid(`${where} must be an object.`);
  const {availableResource, availablePermissions, availabilityCondition} = rule;
  const bucket =
    typeof availableResource === 'string' ? RESOURCE.exec(availableResource)?.[1] : undefined;
  if (bucket === undefined) {
    invalid(
      `${where}.availableResource must be //storage.googleapis.com/projects/_/buckets/BUCKET.`,
    );
  }
  if (!isTextArray(availablePermissions) || availablePermissions.length === 0) {
    invalid(`${where}.availablePermissions must hold a permission.`);
  }
  const roles = availablePermissions.map(permission => {
    const role = PERMISSION.exec(permission)?.[1];
    if (role !== undefined && isBoundaryRole(role)) return role;
    return invalid(
      `${where}.availablePermissions: ${JSON.stringify(permission)} is not inRole: and a predefined role of Cloud Storage, e.g. inRole:roles/storage.objectViewer.`,
    );
  });
  return {
    bucket,
    roles,
    holds:
      availabilityCondition === undefined
        ? () => true
        : parseCondition(availabilityCondition, bucket, `${where}.availabilityCondition`),
  };
}

function parseCondition(
  value: unknown,
  bucket: string,
  where: string,
): AccessBoundaryRule['holds'] {
  const source = asObject(value)?.['expression'];
  if (typeof source !== 'string' || source === '') invalid(`${where}.expression is missing.`);
  const attempt = <T>(action: () => T): T => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      return invalid(`${where}.expression, column ${error.column}: ${error.message}`);
    }
  };
  const condition = attempt(() => parseBoundaryCondition(source));
  const resourceName = `projects/_/buckets/${bucket}`;
  // Tried at once on a bucket and on an object: what it names and there is not shows now, not later.
  for (const name of [resourceName, `${resourceName}/objects/x`]) {
    const result = attempt(() => condition.evaluate({resourceName: name, listPrefix: undefined}));
    if (typeof result !== 'boolean') invalid(`${where}.expression is not a boolean.`);
  }
  return (name, listPrefix) => {
    try {
      return condition.evaluate({resourceName: name, listPrefix}) === true;
    } catch (error) {
      // A condition without a value allows nothing.
      if (error instanceof CelError) return false;
      throw error;
    }
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(description: string): never {
  throw oauthError('invalid_request', description);
}
