import {defaultPolicy, type EmulatorOptions} from '../../../src/emulator/index.js';

/** The ordinary policy, but for a Workspace of one user that lets a service account act in these scopes. */
export function delegatingWorkspace(
  user: string,
  serviceAccount: string,
  scopes: readonly string[],
): EmulatorOptions {
  const domain = user.replace(/^.*@/, '');
  const workspaces = [{domain, users: [user], delegations: [{serviceAccount, scopes}]}];
  return {policy: {google: {...defaultPolicy().google, workspaces}}};
}
