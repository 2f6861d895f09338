import {inspect} from 'node:util';

/** What stands where a secret was. */
export const MASK = '[masked]';

// Shapes of secrets that a server or a library might echo although nobody handed them to us:
// Google access tokens, JWTs, SigV4 signatures, AWS access key ids, bearer headers.
const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\bya29\.[\w.~+/-]+=*/g, MASK],
  [/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, MASK],
  [/(Signature(?:=|%3D))[0-9a-fA-F]{16,}/g, `$1${MASK}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{8,}\b/g, MASK],
  [/\b(Bearer\s+)[\w.~+/=-]+/gi, `$1${MASK}`],
];

// Shorter strings would mask ordinary words.
const SHORTEST_SECRET = 8;

/**
 * Replaces every known secret in a text, also in its URL-encoded (once and twice) and JSON-escaped
 * spellings, and everything that has the shape of one.
 */
export function maskSecrets(text: string, secrets: readonly string[] = []): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret.length < SHORTEST_SECRET) continue;
    const once = encodeURIComponent(secret);
    for (const spelling of [
      secret,
      once,
      encodeURIComponent(once),
      JSON.stringify(secret).slice(1, -1),
    ]) {
      masked = masked.replaceAll(spelling, MASK);
    }
  }
  for (const [shape, replacement] of SECRET_SHAPES) masked = masked.replace(shape, replacement);
  return masked;
}

/**
 * Copies an error so that it can be shown: name, message, code and causes, masked; no other
 * property. HTTP libraries hang whole requests, with tokens and keys, on their errors.
 */
export function withoutSecrets(error: unknown, secrets: readonly string[] = [], depth = 0): Error {
  if (!(error instanceof Error)) {
    // `inspect` and not String(): a thrown object without a prototype would throw once more.
    const shown = typeof error === 'string' ? error : inspect(error, {depth: 1, getters: false});
    return new Error(`A value that is not an Error was thrown: ${maskSecrets(shown, secrets)}`);
  }
  const cause = error.cause;
  const copy =
    cause instanceof Error && depth < 5
      ? new Error(maskSecrets(error.message, secrets), {
          cause: withoutSecrets(cause, secrets, depth + 1),
        })
      : new Error(maskSecrets(error.message, secrets));
  const code = errorCode(error);
  Object.defineProperties(copy, {
    name: {value: error.name, configurable: true, writable: true, enumerable: false},
    stack: {
      value: maskSecrets(error.stack ?? `${error.name}: ${error.message}`, secrets),
      configurable: true,
      writable: true,
      enumerable: false,
    },
  });
  return code === undefined ? copy : Object.assign(copy, {code});
}

/** The system or library code of an error or of the first of its causes that has one. */
export function errorCode(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 5) return undefined;
  if ('code' in error && typeof error.code === 'string' && /^[\w-]{2,60}$/.test(error.code)) {
    return error.code;
  }
  return 'cause' in error ? errorCode(error.cause, depth + 1) : undefined;
}
