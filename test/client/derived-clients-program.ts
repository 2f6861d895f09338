// Makes many clients of one federation and drops them: run by a test with --expose-gc.
import {AwsAuthClient} from '../../src/index.js';

const client = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-access-key'},
});
const dropped: WeakRef<AwsAuthClient>[] = [];
for (let count = 0; count < 100; count += 1) {
  dropped.push(new WeakRef(client.withScopes('https://www.googleapis.com/auth/cloud-platform')));
}
// A WeakRef holds its target until the turn in which it was made is over.
await new Promise(resolve => setTimeout(resolve, 0));
globalThis.gc?.();
const alive = dropped.filter(reference => reference.deref() !== undefined).length;
process.stdout.write(String(alive));
