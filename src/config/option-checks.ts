import {AwsAuthError} from '../errors.js';

/** The universe of `googleapis.com`: every project that is not in a sovereign cloud. */
export const DEFAULT_UNIVERSE_DOMAIN = 'googleapis.com';

// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
const MIN_LIFETIME_SECONDS = 600;
const MAX_LIFETIME_SECONDS = 43_200;

// As AWS's, Google's and gcloud's are called, the projects' in lower case, too. `aws_region` is a slip in an option.
const VARIABLE = /^(?:AWS|GCLOUD|GOOGLE|gcloud|google_cloud)_/;

/** The error for an option, or an environment variable in its place, that cannot be used. */
export function invalidOption(option: string, problem: string, fix: string): AwsAuthError {
  return new AwsAuthError({
    code: 'INVALID_OPTION',
    step: 'config',
    what: `The ${VARIABLE.test(option) ? 'environment variable' : 'option'} "${option}" ${problem}.`,
    fix,
  });
}

// What a terminal obeys, or nobody sees: where such a character is what is wrong, the error would not show it.
const UNSEEN = /(?! )[\p{C}\p{Z}]/gu;

function escaped(characters: string): string {
  return characters.replace(
    /[^]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** How a value is named in an error: strings quoted and shortened, all else by its type. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
    return text.replace(UNSEEN, escaped);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}

// Names of at least one label before the domain; nothing that a URL path or a shell would read.
const EMAIL = /^[A-Za-z0-9._+-]{1,100}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}$/;

/** Checks a service account's e-mail. */
export function checkEmail(value: unknown, option: string): string {
  if (typeof value !== 'string' || !EMAIL.test(value)) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a service account's e-mail`,
      'It reads NAME@PROJECT_ID.iam.gserviceaccount.com; list yours with: gcloud iam service-accounts list',
    );
  }
  return value;
}

/** Checks the e-mail of a user of Google Workspace. */
export function checkUserEmail(value: unknown, option: string): string {
  // It stands in errors, and in claims; nothing that a terminal would read.
  if (
    typeof value !== 'string' ||
    !/^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}$/.test(value)
  ) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a user's e-mail`,
      'Give the primary address of a user of the Workspace, such as alice@example.com.',
    );
  }
  return value;
}

/** Checks a lifetime for generateAccessToken, in seconds. */
export function checkLifetime(value: unknown, option: string): number {
  if (
    typeof value !== 'number' ||
    !Number.isInteger(value) ||
    value < MIN_LIFETIME_SECONDS ||
    value > MAX_LIFETIME_SECONDS
  ) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a whole number of seconds from ${String(MIN_LIFETIME_SECONDS)} to ${String(MAX_LIFETIME_SECONDS)}`,
      'Leave it out for 3600; more than that needs the organisation policy iam.allowServiceAccountCredentialLifetimeExtension.',
    );
  }
  return value;
}

/** Checks a universe's domain, e.g. `googleapis.com`. */
export function checkUniverseDomain(value: unknown, option: string): string {
  if (typeof value !== 'string' || !/^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(value)) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a domain`,
      `Leave it out for ${DEFAULT_UNIVERSE_DOMAIN}; a sovereign cloud's operator tells its domain.`,
    );
  }
  return value;
}

/** Checks a project's id, which may hold an organisation's domain (`example.com:my-project`), or its number. */
export function checkProject(value: unknown, option: string): string {
  // It travels in a header and in URLs.
  if (typeof value !== 'string' || !/^[a-z0-9][a-z0-9.:-]*$/i.test(value)) {
    throw invalidOption(
      option,
      `is ${show(value)}, not a project's id`,
      'Print yours with: gcloud config get project',
    );
  }
  return value;
}

/** Checks a switch. */
export function checkBoolean(value: unknown, option: string): boolean {
  if (typeof value !== 'boolean') {
    throw invalidOption(option, `is ${show(value)}, not a boolean`, 'Give true or false.');
  }
  return value;
}

/** Checks the URL of a token endpoint: https, or http on loopback; no user name, no fragment. */
export function checkEndpointUrl(value: unknown, option: string): URL {
  const fix = 'Give an absolute https URL, or leave it out for the default.';
  if (typeof value !== 'string' || !URL.canParse(value)) {
    throw invalidOption(option, `is ${show(value)}, not a URL`, fix);
  }
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    throw invalidOption(option, 'holds a user name or a password', fix);
  }
  if (url.hash !== '') {
    throw invalidOption(option, 'holds a fragment (#…), which no server would see', fix);
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw invalidOption(
      option,
      `is ${show(value)}: a token must travel over https`,
      'Plain http is allowed to localhost, 127.0.0.1 and [::1] alone.',
    );
  }
  return url;
}

/** Whether a URL leads to this machine. */
export function isLoopback(url: URL): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}
