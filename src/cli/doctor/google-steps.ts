import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {attributesOf, principalNames, providerOf} from '../google-principals.js';
import {lifeOf} from '../identity-words.js';
import {clientOf, type Finding, type Step, type Visit} from './step.js';

/** The token request that is under way: the two steps of it are told apart by their tracing channels. */
const underWay = new WeakMap<Visit, Promise<unknown>>();

/** Google STS: the AWS identity against a federated token. */
export const tokenExchangeStep: Step = {
  id: 'google-sts',
  title: 'Google STS',
  async run(visit): Promise<Finding> {
    const client = clientOf(visit);
    const isLast = client.getServiceAccountEmail() === null;
    const exchanged = untilExchanged();
    try {
      const token = client.getAccessToken();
      underWay.set(visit, token);
      if (isLast) await token;
      await Promise.race([token, exchanged.done]).catch((error: unknown) => {
        // What broke is impersonation, and so the next step's to tell.
        if (!exchanged.happened()) throw error;
      });
    } finally {
      exchanged.stop();
    }
    const {audience} = client.toJSON();
    const names =
      visit.caller === undefined
        ? ''
        : `; by the default mapping it is of ${principalNames(providerOf(audience), attributesOf(visit.caller.arn)).awsRole}`;
    return {status: 'ok', facts: `a federated token${isLast ? lifeOf(client) : ''}${names}`};
  },
};

/** IAM Credentials: the federated token against the service account's. */
export const impersonationStep: Step = {
  id: 'impersonation',
  title: 'service account',
  async run(visit): Promise<Finding | undefined> {
    const client = clientOf(visit);
    const email = client.getServiceAccountEmail();
    if (email === null) return undefined;
    await underWay.get(visit);
    return {status: 'ok', facts: `a token of ${email}${lifeOf(client)}`};
  },
};

/** Waits for an exchange to end well, by the library's tracing channel. */
function untilExchanged() {
  const channel = 'tracing:google-auth-aws:token-exchange:asyncEnd';
  let happened = false;
  let resolve: () => void = () => undefined;
  const done = new Promise<void>(yes => (resolve = yes));
  const listener = (trace: unknown) => {
    if (typeof trace !== 'object' || trace === null || !('outcome' in trace)) return;
    if (trace.outcome !== 'ok') return;
    happened = true;
    resolve();
  };
  subscribe(channel, listener);
  return {
    done,
    happened: () => happened,
    stop: () => void unsubscribe(channel, listener),
  };
}
