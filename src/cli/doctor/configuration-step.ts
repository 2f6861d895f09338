import {chooseProvider, makeClient} from '../provider-flags.js';
import {apiUrl} from './api-call-step.js';
import type {Finding, Step} from './step.js';
import {makeUserClient, oauthTokenUrl} from './workspace-user-step.js';

/** The credential file, or the flags that stand for one. */
export const configurationStep: Step = {
  id: 'configuration',
  title: 'credential file',
  async run(visit): Promise<Finding> {
    const {flags, io} = visit;
    const chosen = chooseProvider(flags, io);
    // Twice: a doctor that waits half a minute for what is plainly down is put down itself.
    const client = await makeClient(flags, io, {
      retry: {maxAttempts: 2},
      oauthTokenUrl: oauthTokenUrl(visit),
    });
    visit.client = client;
    // Before anything is sent.
    apiUrl(visit);
    await makeUserClient(visit);
    const {audience} = client.toJSON();
    const where = chosen.kind === 'file' ? JSON.stringify(chosen.path) : 'none: the flags name all';
    const as = client.getServiceAccountEmail() ?? 'the federated principal itself';
    return {status: 'ok', facts: `${where}; provider ${audience}; acts as ${as}`};
  },
};
