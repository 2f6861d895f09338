import {inspect, types} from 'node:util';

/**
 * What stands where a secret was.
 *
 * @internal
 */
export const MASK = '[masked]';

// Shapes of secrets that a server or a library might echo although nobody handed them to us, or of
// which it echoes the beginning alone. Each begins with letters that end the search at once: a hostile
// text of a megabyte must not be read again from every place in it.
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  // Google access tokens, JWTs, bearer headers
  [/ya29\.[\w.~+/-]+=*/g, MASK],
  [/(?:(?<![\w-])|(?<=%[\da-fA-F]{2}))eyJ[\w-]+\.[\w-]*(?:\.[\w-]*){0,3}/g, MASK],
  [/\b(Bearer(?:\s+|\+|%20))[\w.~+/=-]{20,}/gi, `$1${MASK}`],
  // A proxy's user and password
  [/(Authorization\W{1,4}Basic\s+)[\w+/=-]+/gi, `$1${MASK}`],
  // AWS: signatures, session tokens, access key ids
  [/(Signature(?:=|%(?:25)*3D))[\da-f]{16,}/gi, `$1${MASK}`],
  [/(?:IQoJ|F[Qw]o[DG])[\w+/=%\\-]{16,}/g, MASK],
  [/(?:AKIA|ASIA)[A-Z\d]{8,}/g, MASK],
];

// Shorter strings would mask ordinary words.
const SHORTEST_SECRET = 8;

// To search a longer one holds the event loop for seconds, and nobody reads it.
const LONGEST_TEXT = 32_768;

/**
 * Replaces every known secret in a text, also where its punctuation is URL-encoded (up to four times),
 * or escaped as JSON or HTML escape it, and everything that has the shape of one.
 */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  let masked = text;
  // The longest first: one secret may be a part of another.
  for (const secret of secrets.toSorted((a, b) => b.length - a.length)) {
    if (secret.length >= SHORTEST_SECRET && mayHold(masked, secret)) {
      masked = masked.replace(spellings(secret), MASK);
    }
  }
  for (const [shape, replacement] of SECRET_SHAPES) masked = masked.replace(shape, replacement);
  return masked;
}

/**
 * Whether a text has the longest run of letters and digits of a secret, which every spelling leaves as it is, and none
 * shortens. The pattern of a whole request, which is nearly never in a text, holds the event loop for a second, and that
 * of a longer secret is none that can be made.
 */
function mayHold(text: string, secret: string): boolean {
  if (secret.length > text.length) return false;
  const runs = secret.split(/[^a-z\d]+/i);
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one));
  return text.toLowerCase().includes(longest.toLowerCase());
}

function spellings(secret: string): RegExp {
  return new RegExp(secret.replace(/[^a-z\d]/gi, spellingsOf), 'gi');
}

function spellingsOf(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16).padStart(2, '0');
  const literal = `\\u${hex.padStart(4, '0')}`;
  // The longest first: what follows a shorter one would stay.
  return `(?:%(?:25){0,3}${hex}|&#(?:x0{0,2}${hex}|0{0,2}${String(code)});|\\${literal}|\\\\?${literal})`;
}

/**
 * Copies an error so that it can be shown: name, message, code and causes, masked; no other
 * property. HTTP libraries hang whole requests, with tokens and keys, on their errors.
 */
export function withoutSecrets(error: unknown, secrets: readonly string[] = [], depth = 0): Error {
  if (!isError(error)) {
    const shown =
      error === undefined || error === null ? String(error) : maskSecrets(textOf(error), secrets);
    return new Error(`A value that is not an Error was thrown: ${shown}`);
  }
  const {cause} = error;
  const name = textOf(error.name);
  const message = maskSecrets(textOf(error.message), secrets);
  const copy =
    isError(cause) && depth < 5
      ? new Error(message, {cause: withoutSecrets(cause, secrets, depth + 1)})
      : new Error(message);
  const code = errorCode(error);
  Object.defineProperties(copy, {
    name: {
      value: maskSecrets(name, secrets),
      configurable: true,
      writable: true,
      enumerable: false,
    },
    stack: {
      value: maskSecrets(textOf(error.stack) || `${name}: ${textOf(error.message)}`, secrets),
      configurable: true,
      writable: true,
      enumerable: false,
    },
  });
  return code === undefined ? copy : Object.assign(copy, {code: maskSecrets(code, secrets)});
}

/**
 * Whether a value is an error, also one of another realm: a test runner such as Jest has an `Error` of its own,
 * and Node.js's errors are none of those.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

// Whatever somebody has put there, such as the array of an `Error.prepareStackTrace`.
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  // `inspect` and not String(): a thrown object without a prototype would throw once more.
  // Uncut: the beginning of a secret would not be recognised.
  const text =
    typeof value === 'string'
      ? value
      : inspect(value, {depth: 1, getters: false, maxStringLength: Infinity});
  return text.length > LONGEST_TEXT ? `${String(text.length)} characters, too many to show` : text;
}

/** The system or library code of an error or of the first of its causes that has one. */
export function errorCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 5) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^[\w-]{2,60}$/.test(error.code)) {
    return error.code;
  }
  return 'cause' in error ? errorCode(error.cause, depth + 1) : undefined;
}
