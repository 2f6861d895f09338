import {AwsAuthError} from '../errors.js';
import {
  checkEmail,
  checkEndpointUrl,
  DEFAULT_UNIVERSE_DOMAIN,
  invalidOption,
  isLoopback,
  show,
} from './option-checks.js';

/** The Google services that a token request goes to. */
export type TokenService = 'sts' | 'iamcredentials';

/** Google STS of a universe: `https://sts.googleapis.com/v1/token`. */
export function defaultTokenUrl(universeDomain: string): string {
  return `https://sts.${universeDomain}/v1/token`;
}

/** Google's OAuth 2.0 token endpoint of a universe: `https://oauth2.googleapis.com/token`. */
export function defaultOauthTokenUrl(universeDomain: string): string {
  return `https://oauth2.${universeDomain}/token`;
}

/** generateAccessToken for one service account. */
function defaultImpersonationUrl(email: string, universeDomain: string): string {
  return `https://iamcredentials.${universeDomain}/v1/projects/-/serviceAccounts/${email}:generateAccessToken`;
}

/** The generateAccessToken URL of another service account at the same place. */
export function impersonationUrlFor(email: string, url: string): string {
  return url.replace(/[^/]+(?=:generateAccessToken(?:$|\?))/, email);
}

// A path as gcloud writes it; the e-mail is checked on its own.
const IMPERSONATION_PATH =
  /\/v1\/projects\/[^/]+\/serviceAccounts\/(?<email>[^/:]+):generateAccessToken$/;

/** A service account, and where its tokens are made. */
export interface ImpersonationTarget {
  readonly email: string;
  readonly url: URL;
}

/**
 * Checks a generateAccessToken URL and reads the service account out of it.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function checkImpersonationUrl(value: unknown, option: string): ImpersonationTarget {
  const url = checkEndpointUrl(value, option);
  const email = IMPERSONATION_PATH.exec(url.pathname)?.groups?.['email'];
  if (email === undefined) {
    throw invalidOption(
      option,
      `is ${show(url.href)}, which is not a generateAccessToken URL`,
      'It ends with /v1/projects/-/serviceAccounts/EMAIL:generateAccessToken',
    );
  }
  return {email: checkEmail(decoded(email), option), url};
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Brings together the two options that can name the service account.
 *
 * @returns `undefined` where neither is given.
 * @throws AwsAuthError `INVALID_OPTION`, also where they name two.
 */
export function impersonationTarget(
  options: {
    readonly serviceAccountEmail?: unknown;
    readonly serviceAccountImpersonationUrl?: unknown;
  },
  universeDomain: string,
): ImpersonationTarget | undefined {
  const {serviceAccountEmail, serviceAccountImpersonationUrl} = options;
  const named =
    serviceAccountEmail === undefined
      ? undefined
      : checkEmail(serviceAccountEmail, 'serviceAccountEmail');
  if (serviceAccountImpersonationUrl === undefined) {
    return named === undefined
      ? undefined
      : {email: named, url: new URL(defaultImpersonationUrl(named, universeDomain))};
  }
  const target = checkImpersonationUrl(
    serviceAccountImpersonationUrl,
    'serviceAccountImpersonationUrl',
  );
  if (named !== undefined && named !== target.email) {
    throw invalidOption(
      'serviceAccountImpersonationUrl',
      `is for ${show(target.email)}, but "serviceAccountEmail" is ${show(named)}`,
      'Leave one of the two out.',
    );
  }
  return target;
}

/**
 * Refuses a URL of a credential file that leads elsewhere than to Google's service or to this
 * machine: whoever may write the file could otherwise have the signed AWS request sent to himself.
 *
 * @throws AwsAuthError `UNTRUSTED_URL`.
 */
export function checkGoogleHost(
  url: URL,
  {
    service,
    universeDomain,
    key,
    option,
  }: {service: TokenService; universeDomain: string; key: string; option: string},
): void {
  if (isLoopback(url)) return;
  const domain = universeDomain.replaceAll('.', '\\.');
  const host = new RegExp(
    `^${service}(?:\\.mtls|(?:\\.[a-z0-9-]+\\.rep|-[a-z0-9-]+\\.p)(?:\\.mtls)?)?\\.${domain}$`,
  );
  if (url.protocol === 'https:' && url.port === '' && host.test(url.hostname)) return;
  throw new AwsAuthError({
    code: 'UNTRUSTED_URL',
    step: 'config',
    what: `The credential file's key "${key}" leads to ${show(url.host)}, which is not Google's ${service}.${universeDomain}.`,
    fix: `Correct the file. If that host is yours and you trust it with your AWS identity, give the URL in code, as the option "${option}".`,
  });
}

// Universes whose names only Google, or the operator that Google names, can hold. Directly below .goog alone: any
// customer gets names below cloud.goog (https://cloud.google.com/endpoints/docs/openapi/cloud-goog-dns-configure).
const KNOWN_UNIVERSES = /^(?:googleapis\.com|[a-z0-9-]+\.goog|apis-s3ns\.fr)$/;

/**
 * Refuses a universe that a credential file made up: its hosts would be somebody's own.
 *
 * @throws AwsAuthError `UNTRUSTED_URL`.
 */
export function checkUniverse(universeDomain: string, trusted: readonly string[]): void {
  if (KNOWN_UNIVERSES.test(universeDomain) || trusted.includes(universeDomain)) return;
  throw new AwsAuthError({
    code: 'UNTRUSTED_URL',
    step: 'config',
    what: `The credential file's key "universe_domain" is ${show(universeDomain)}, which is neither ${DEFAULT_UNIVERSE_DOMAIN} nor a universe known to be Google's.`,
    fix: 'If it is your cloud, name it in code as the option "universeDomain" or in GOOGLE_CLOUD_UNIVERSE_DOMAIN; otherwise correct the file.',
  });
}
