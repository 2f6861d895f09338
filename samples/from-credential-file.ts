// Writes a credential file, as gcloud would, and makes a client of it.
//
// The file holds no secret, and Google's libraries of every language read it. Usually it is there
// already: AwsAuthClient.fromFile() without a path reads the one that GOOGLE_APPLICATION_CREDENTIALS names.
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient, createExternalAccountConfig} from 'google-auth-aws';

const config = createExternalAccountConfig({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
});

const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-'));
const file = join(folder, 'credentials.json');
await writeFile(file, JSON.stringify(config, null, 2), {mode: 0o600});

const authClient = AwsAuthClient.fromFile(file, {projectId: 'my-project'});
const storage = new Storage({authClient, projectId: 'my-project'});

const [exists] = await storage.bucket('my-bucket').exists();
console.log(`my-bucket ${exists ? 'exists' : 'does not exist'}`);

await rm(folder, {recursive: true});
