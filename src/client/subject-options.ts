import {defaultOauthTokenUrl} from '../config/google-endpoints.js';
import {checkEndpointUrl, checkUserEmail, invalidOption} from '../config/option-checks.js';

/** The options that say which user the client acts for. */
export interface SubjectOptions {
  readonly serviceAccountEmail?: unknown;
  readonly serviceAccountImpersonationUrl?: unknown;
  readonly scopes?: unknown;
  readonly subject?: unknown;
  readonly oauthTokenUrl?: unknown;
}

/** The user of Google Workspace to act for, checked. */
export interface ResolvedSubject {
  readonly email: string;
  /** Where the user's token is asked for. */
  readonly oauthTokenUrl: string;
  /** Google's own name for that, whichever way it is reached. */
  readonly assertionAudience: string;
}

/**
 * Checks the options that say which user the client acts for.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function resolveSubject(
  {subject, oauthTokenUrl, ...options}: SubjectOptions,
  universeDomain: string,
): ResolvedSubject | undefined {
  const url =
    oauthTokenUrl === undefined ? undefined : checkEndpointUrl(oauthTokenUrl, 'oauthTokenUrl').href;
  // Alone, the URL is for the clients that withSubject() makes.
  if (subject === undefined) return undefined;
  const email = checkUserEmail(subject, 'subject');
  if (
    options.serviceAccountEmail === undefined &&
    options.serviceAccountImpersonationUrl === undefined
  ) {
    throw invalidOption(
      'subject',
      'is given without "serviceAccountEmail"',
      'A service account acts for the user: name the one that the Workspace administrator has entered under domain-wide delegation.',
    );
  }
  if (options.scopes === undefined) {
    throw invalidOption(
      'scopes',
      'is missing beside "subject"',
      'Name the scopes that the Workspace administrator has entered for the service account, such as https://www.googleapis.com/auth/calendar.readonly.',
    );
  }
  const assertionAudience = defaultOauthTokenUrl(universeDomain);
  return Object.freeze({
    email,
    oauthTokenUrl: url ?? assertionAudience,
    assertionAudience,
  });
}
