// Makes many clients of one federation and drops them: run by a test with --expose-gc.
import {setTimeout as sleep} from 'node:timers/promises';
import {AwsAuthClient} from '../../src/index.js';
import {announceTokens} from '../../src/client/token-events.js';
import {AccessToken} from '../../src/token/access-token.js';

const client = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-access-key'},
});
let listening = 0;
const listeners: ((token: AccessToken) => void)[] = [];
const tokens = {
  onToken: (listener: (token: AccessToken) => void) => {
    listening += 1;
    listeners.push(listener);
    return () => void (listening -= 1);
  },
};
const dropped: WeakRef<AwsAuthClient>[] = [];
for (let count = 0; count < 100; count += 1) {
  const derived = client.withScopes('https://www.googleapis.com/auth/cloud-platform');
  announceTokens(tokens, derived);
  dropped.push(new WeakRef(derived));
}
// A WeakRef holds its target until the turn in which it was made is over.
await sleep(0);
globalThis.gc?.();
const alive = dropped.filter(reference => reference.deref() !== undefined).length;
// What is to be done for those that are gone has a turn of its own.
for (let round = 0; round < 10; round += 1) await sleep(0);
// A token that comes before it is done finds nobody, and says nothing of that.
for (const listener of listeners) listener(new AccessToken('a-token', 0, 3_600_000));
process.stdout.write(JSON.stringify([alive, listening]));
