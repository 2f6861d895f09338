import {invalidOption, show} from '../config/option-checks.js';

const DEFAULT_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * The scopes of an option, which may be left out: the default is cloud-platform.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function resolveScopes(value: unknown): readonly string[] {
  return value === undefined ? Object.freeze([DEFAULT_SCOPE]) : checkScopes(value);
}

/**
 * Checks OAuth scopes and gives them as a list.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function checkScopes(value: unknown): readonly string[] {
  // Google's own clients take a string of several scopes with spaces, too.
  const list: unknown[] =
    typeof value === 'string'
      ? value.split(' ').filter(Boolean)
      : Array.isArray(value)
        ? value
        : [];
  if (list.length === 0) {
    throw invalidOption(
      'scopes',
      Array.isArray(value) ? 'is empty' : `is ${show(value)}, not a scope or an array of scopes`,
      `Leave it out for ${DEFAULT_SCOPE}.`,
    );
  }
  return Object.freeze(
    list.map(scope => {
      // RFC 6749 section 3.3, scope-token, but for the comma: no scope of Google's has one, and gcloud joins them by it.
      if (typeof scope !== 'string' || !/^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/.test(scope)) {
        throw invalidOption(
          'scopes',
          `holds ${show(scope)}, which is not a scope`,
          `A scope reads like ${DEFAULT_SCOPE}; several are an array, or have spaces between them.`,
        );
      }
      return scope;
    }),
  );
}
