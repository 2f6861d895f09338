// Lists the buckets of a project, on an AWS identity.
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  // The provider of your workload identity pool, with the project's number.
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  // The service account to act as.
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});

const storage = new Storage({authClient, projectId: 'my-project'});

const [buckets] = await storage.getBuckets();
for (const bucket of buckets) console.log(bucket.name);
