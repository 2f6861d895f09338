import {
  CelError,
  parseCondition,
  parseMappingExpression,
  type CelExpression,
} from './google/cel-expression.js';
import {PolicyError, type PolicyPath, type TextPosition} from './policy-error.js';
import {isRecord, show, unknownKey, wrong} from './policy-shape.js';

// https://cloud.google.com/iam/quotas#limits
const MAX_CUSTOM_ATTRIBUTES = 50;
const MAX_MAPPING_CHARACTERS = 2048;
const MAX_CONDITION_CHARACTERS = 4096;
const CUSTOM_ATTRIBUTE = /^attribute\.[a-z0-9_]{1,100}$/;
const GOOGLE_ATTRIBUTES = ['google.subject', 'google.groups'];

/**
 * Checks an attribute mapping as Google does when a provider is made with it, and that no expression
 * has a type that could never do.
 *
 * @param owner - whose it is, for messages
 * @throws PolicyError
 * @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
 */
export function checkMapping(value: unknown, path: PolicyPath, owner: string): void {
  if (typeof value === 'function') return;
  if (!isRecord(value)) {
    wrong(path, `${owner} must be an object of CEL expressions, and is ${show(value)}.`);
  }
  const names = Object.keys(value);
  for (const name of names) {
    if (GOOGLE_ATTRIBUTES.includes(name) || CUSTOM_ATTRIBUTE.test(name)) continue;
    if (name.startsWith('attribute.')) {
      wrong(
        [...path, name],
        'is no attribute: after "attribute." come 1 to 100 of a-z, 0-9 and _.',
      );
    }
    unknownKey(path, name, [...GOOGLE_ATTRIBUTES, 'attribute.NAME']);
  }
  if (!names.includes('google.subject')) {
    wrong(path, `${owner} has no "google.subject": whoever maps anything must map it too.`);
  }
  const custom = names.filter(name => name.startsWith('attribute.')).length;
  if (custom > MAX_CUSTOM_ATTRIBUTES) {
    wrong(path, `${owner} maps ${custom} custom attributes: ${MAX_CUSTOM_ATTRIBUTES} are allowed.`);
  }
  for (const [name, expression] of Object.entries(value)) {
    const isList = name === 'google.groups';
    checkExpression(expression, [...path, name], {
      parse: parseMappingExpression,
      maxCharacters: MAX_MAPPING_CHARACTERS,
      types: isList ? ['list', 'list<string>'] : ['string'],
      kind: isList ? 'a list of strings' : 'a string',
      owner,
    });
  }
}

/**
 * Checks an attribute condition as Google does when a provider is made with it.
 *
 * @param owner - whose it is, for messages
 * @throws PolicyError
 */
export function checkCondition(value: unknown, path: PolicyPath, owner: string): void {
  if (typeof value === 'function') return;
  checkExpression(value, path, {
    parse: parseCondition,
    maxCharacters: MAX_CONDITION_CHARACTERS,
    types: ['bool'],
    kind: 'a bool',
    owner,
  });
}

interface ExpressionRule {
  readonly parse: (source: string) => Pick<CelExpression<never>, 'type'>;
  readonly maxCharacters: number;
  readonly types: readonly string[];
  readonly kind: string;
  readonly owner: string;
}

function checkExpression(value: unknown, path: PolicyPath, rule: ExpressionRule): void {
  const {parse, maxCharacters, types, kind, owner} = rule;
  if (typeof value !== 'string') {
    wrong(path, `${owner} must be a CEL expression in a string, and is ${show(value)}.`);
  }
  const characters = Array.from(value).length;
  if (characters > maxCharacters) {
    wrong(path, `${owner} has ${characters} characters: ${maxCharacters} are allowed.`);
  }
  const fail = (problem: string, inExpression: TextPosition): never => {
    throw new PolicyError({path, problem: `${owner} ${problem}`, inExpression});
  };
  try {
    const {type} = parse(value);
    // What AWS says has no type beforehand.
    if (type === 'dyn' || types.includes(type)) return;
    fail(`must give ${kind}, and gives a value of the type ${type}: ${show(value)}.`, {
      line: 1,
      column: 1,
    });
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    const {message, line, column} = error;
    fail(
      `is no CEL expression that can be used: ${message} (line ${line}, column ${column} of the expression).`,
      {line, column},
    );
  }
}
