import {nearName} from './near-name.js';
import {PolicyError, type PolicyPath} from './policy-error.js';

/** Checks a value of a policy, which may come from a file: it may be anything. */
export type Check = (value: unknown, path: PolicyPath) => void;

/** A field of an object, and whether it must be there. */
export interface Field {
  readonly check: Check;
  readonly isRequired: boolean;
}

/** A field of each name that the type has, and of no other. */
export type Fields<T> = {readonly [Name in keyof Required<T>]: Field};

/** @throws PolicyError */
export function wrong(path: PolicyPath, problem: string): never {
  throw new PolicyError({path, problem});
}

/** A field that must be there. */
export function required(check: Check): Field {
  return {check, isRequired: true};
}

/** A field that may be left out. */
export function optional(check: Check): Field {
  return {check, isRequired: false};
}

/** An object with these fields. Another is refused: a slip in a name would be dropped in silence. */
export function object<T>(fields: Fields<T>): Check {
  const known = new Map<string, Field>(Object.entries<Field>(fields));
  return (value, path) => {
    if (!isRecord(value)) wrong(path, `must be an object, and is ${show(value)}.`);
    for (const name of Object.keys(value)) {
      if (!known.has(name) && value[name] !== undefined) unknownKey(path, name, [...known.keys()]);
    }
    for (const [name, {check, isRequired}] of known) {
      const item = value[name];
      if (item !== undefined) check(item, [...path, name]);
      else if (isRequired) wrong(path, `has no ${JSON.stringify(name)}.`);
    }
  };
}

/** A list of such values. */
export function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) wrong(path, `must be a list, and is ${show(value)}.`);
    for (const [index, item] of value.entries()) check(item, [...path, index]);
  };
}

/** A string of this form. */
export function text(pattern: RegExp | ((value: string) => boolean), rule: string): Check {
  const fits = typeof pattern === 'function' ? pattern : (value: string) => pattern.test(value);
  return (value, path) => {
    if (typeof value === 'number') {
      wrong(path, `is the number ${value}, and must be a string: put it in quotes.`);
    }
    if (typeof value !== 'string') wrong(path, `must be a string, and is ${show(value)}.`);
    if (!fits(value)) wrong(path, `is ${show(value)}: ${rule}.`);
  };
}

/** A string that no message may show. */
export const secret: Check = (value, path) => {
  if (typeof value !== 'string' || value === '') wrong(path, 'must be a string that is not empty.');
};

/** The same, and it has a form. */
export function secretText(pattern: RegExp, rule: string): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) wrong(path, `is wrong: ${rule}.`);
  };
}

/** A list of objects that hold secrets: what stands in the place of one may be one. */
export function secretList(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) wrong(path, 'must be a list of objects.');
    for (const [index, item] of value.entries()) {
      if (!isRecord(item)) wrong([...path, index], 'must be an object.');
      check(item, [...path, index]);
    }
  };
}

/** One of these strings. */
export function oneOf(names: readonly string[]): Check {
  return (value, path) => {
    if (typeof value === 'string' && names.includes(value)) return;
    wrong(path, `is ${show(value)}: one of ${names.join(', ')}.`);
  };
}

/** `true` or `false`. */
export const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') wrong(path, `must be true or false, and is ${show(value)}.`);
};

/** A whole number. */
export function integer(from: number, to: number, rule: string): Check {
  return (value, path) => {
    const fits =
      typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
    if (!fits) wrong(path, `is ${show(value)}: ${rule}.`);
  };
}

/**
 * @param fold - makes the same of names that are not told apart. Default each is itself.
 * @throws PolicyError where two items have the same name.
 */
export function unique(
  items: readonly {readonly name: string; readonly path: PolicyPath}[],
  what: string,
  fold = (name: string) => name,
): void {
  const seen = new Map<string, string>();
  for (const {name, path} of items) {
    const same = seen.get(fold(name));
    if (same !== undefined) {
      const why = same === name ? '' : `: ${show(same)} is the same`;
      wrong(path, `is ${show(name)}: ${what} comes twice${why}.`);
    }
    seen.set(fold(name), name);
  }
}

/** Whether it is an object that is no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a message may show it. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** @throws PolicyError that says which key was probably meant. */
export function unknownKey(path: PolicyPath, name: string, known: readonly string[]): never {
  const near = nearName(name, known);
  throw new PolicyError({
    path: [...path, name],
    isKey: true,
    problem: `is not known. ${near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${JSON.stringify(near)}?`}`,
  });
}
