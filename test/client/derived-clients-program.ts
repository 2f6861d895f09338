// Makes many clients and drops them: run by a test with --expose-gc.
import {setTimeout as sleep} from 'node:timers/promises';
import {AwsAuthClient} from '../../src/index.js';
import {announceTokens} from '../../src/client/token-events.js';
import {AccessToken} from '../../src/token/access-token.js';

const options = {
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-access-key'},
};
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const client = new AwsAuthClient(options);
const account = client.withServiceAccount('demo@my-project.iam.gserviceaccount.com');
const kinds = {
  'of other scopes': () => client.withScopes(SCOPE),
  'of a service account': () =>
    client.withServiceAccount('demo@my-project.iam.gserviceaccount.com'),
  'of a service account’s other scopes': () => account.withScopes(SCOPE),
  'of a user': () => account.withSubject('alice@example.com', {scopes: SCOPE}),
  'of its own': () => new AwsAuthClient(options),
};
let listening = 0;
const listeners: ((token: AccessToken) => void)[] = [];
const tokens = {
  onToken: (listener: (token: AccessToken) => void) => {
    listening += 1;
    listeners.push(listener);
    return () => void (listening -= 1);
  },
};
const dropped = Object.entries(kinds).map(([kind, make]) => ({
  kind,
  clients: Array.from({length: 100}, () => {
    const made = make();
    announceTokens(tokens, made);
    return new WeakRef(made);
  }),
}));
// A WeakRef holds its target until the turn in which it was made is over.
await sleep(0);
globalThis.gc?.();
const alive = dropped.map(({kind, clients}) => [
  kind,
  clients.filter(reference => reference.deref() !== undefined).length,
]);
// What is to be done for those that are gone has a turn of its own.
for (let round = 0; round < 10; round += 1) await sleep(0);
const stillListening = listening;
// A token that comes before it is done finds nobody, and says nothing of that.
for (const listener of listeners) listener(new AccessToken('a-token', 0, 3_600_000));
process.stdout.write(JSON.stringify([alive, stillListening]));
