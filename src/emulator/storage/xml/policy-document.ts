import {isRecord} from '../request-body.js';
import {entitySize, invalidPolicyDocument} from './xml-refusal.js';

/** What a policy document allows. */
export interface PolicyDocument {
  /** Epoch ms. */
  readonly expiration: number;
  readonly conditions: readonly PolicyCondition[];
}

type PolicyCondition =
  | {readonly kind: 'eq' | 'starts-with'; readonly field: string; readonly value: string}
  | {readonly kind: 'content-length-range'; readonly least: number; readonly most: number};

// They sign, or are signed, and need no condition.
const FREE_FIELDS = ['policy', 'x-goog-signature', 'googleaccessid', 'signature', 'file'];

/**
 * Reads the policy document of a form.
 *
 * @throws Refused `InvalidPolicyDocument`
 * @see https://cloud.google.com/storage/docs/authentication/signatures#policy-document
 */
export function readPolicyDocument(base64: string): PolicyDocument {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    throw invalidPolicyDocument('Policy document parsing error: it is no JSON in base64.');
  }
  const {expiration, conditions} = isRecord(json) ? json : {};
  const end = typeof expiration === 'string' ? Date.parse(expiration) : NaN;
  if (Number.isNaN(end)) throw invalidPolicyDocument('Policy document has no valid expiration.');
  if (!Array.isArray(conditions)) throw invalidPolicyDocument('Policy document has no conditions.');
  return {expiration: end, conditions: conditions.flatMap(readCondition)};
}

/**
 * Refuses a form that its policy does not allow.
 *
 * @param fields the form's, by lower-case name
 * @throws Refused `InvalidPolicyDocument`, `EntityTooSmall`, `EntityTooLarge`
 */
export function checkConditions(
  {conditions}: PolicyDocument,
  fields: ReadonlyMap<string, string>,
  {bucket, size}: {readonly bucket: string; readonly size: number},
): void {
  const named = new Set<string>();
  for (const condition of conditions) {
    if (condition.kind === 'content-length-range') {
      const refusal = entitySize(size, condition.least, condition.most);
      if (refusal !== undefined) throw refusal;
      continue;
    }
    const {kind, field, value} = condition;
    named.add(field);
    const actual = field === 'bucket' ? bucket : (fields.get(field) ?? '');
    const isMet = kind === 'eq' ? actual === value : actual.startsWith(value);
    if (!isMet) {
      // A guess, after the words of Google's that are known for other slips.
      throw invalidPolicyDocument(
        `Policy condition failed: ${JSON.stringify([kind, `$${field}`, value])}`,
      );
    }
  }
  const others = [...fields.keys()].filter(
    name => !named.has(name) && !FREE_FIELDS.includes(name) && !name.startsWith('x-ignore-'),
  );
  if (others.length > 0) {
    throw invalidPolicyDocument(`Policy did not reference these fields: ${others.join(', ')}`);
  }
}

function readCondition(json: unknown): PolicyCondition[] {
  if (isRecord(json)) {
    return Object.entries(json).map(([name, value]) => {
      if (typeof value !== 'string') throw notRead(json);
      return {kind: 'eq', field: name.toLowerCase(), value};
    });
  }
  if (!Array.isArray(json) || json.length !== 3) throw notRead(json);
  const [operator, first, second] = json as readonly unknown[];
  const kind = typeof operator === 'string' ? operator.toLowerCase() : '';
  if (kind === 'content-length-range') {
    const [least, most] = [first, second].map(Number);
    if (least === undefined || most === undefined || !(least >= 0 && most >= least)) {
      throw notRead(json);
    }
    return [{kind, least, most}];
  }
  const isMatch = kind === 'eq' || kind === 'starts-with';
  if (!isMatch || typeof first !== 'string' || typeof second !== 'string') throw notRead(json);
  return [{kind, field: first.replace(/^\$/, '').toLowerCase(), value: second}];
}

function notRead(condition: unknown): Error {
  return invalidPolicyDocument(
    `Policy document parsing error: unknown condition ${JSON.stringify(condition)}`,
  );
}
