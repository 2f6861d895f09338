import {UsageError} from '../failure.js';
import {lifeOf} from '../identity-words.js';
import {variable} from '../io.js';
import {withFlagNames} from '../provider-flags.js';
import {readScopes} from '../scopes-flag.js';
import {clientOf, type DoctorFlags, type Finding, type Step, type Visit} from './step.js';

/** What can be found wrong with `--subject` and `--scopes` before anything is asked. */
export function checkSubjectFlags({subject, scopes}: DoctorFlags): void {
  if (subject === undefined && scopes !== undefined) {
    throw new UsageError('--scopes are those of a Workspace user: name the user with --subject.');
  }
}

/**
 * Makes the client that acts for the user of `--subject`, and sends nothing.
 *
 * @throws UsageError where it cannot act for one.
 */
export async function makeUserClient(visit: Visit): Promise<void> {
  const {subject, scopes} = visit.flags;
  if (subject === undefined) return;
  visit.userClient = await withFlagNames(() =>
    clientOf(visit).withSubject(subject, {scopes: readScopes(scopes)}),
  );
}

/** Where the emulator says that Google's OAuth endpoint is; the library takes it as an option alone. */
export function oauthTokenUrl(visit: Visit): string | undefined {
  return variable(visit.io, 'GOOGLE_OAUTH_TOKEN_URL');
}

/** Claims that the service account signs, against a token of the Workspace user. */
export const workspaceUserStep: Step = {
  id: 'workspace-user',
  title: 'Workspace user',
  async run({userClient, flags}): Promise<Finding | undefined> {
    if (userClient === undefined) return undefined;
    await userClient.getAccessToken();
    return {status: 'ok', facts: `a token of ${flags.subject ?? ''}${lifeOf(userClient)}`};
  },
};
