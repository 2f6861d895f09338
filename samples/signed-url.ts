// Prints a URL by which anybody can read an object for fifteen minutes.
//
// The service account signs it, and so must be let sign as itself, once:
//
//   gcloud iam service-accounts add-iam-policy-binding demo@my-project.iam.gserviceaccount.com \
//     --member=serviceAccount:demo@my-project.iam.gserviceaccount.com --role=roles/iam.serviceAccountTokenCreator
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient, enableSignedUrls} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});

// Where Storage holds the same copy of google-auth-library as google-auth-aws, it signs without this, too.
const storage = enableSignedUrls(new Storage({authClient, projectId: 'my-project'}));

const [url] = await storage
  .bucket('my-bucket')
  .file('greeting.txt')
  .getSignedUrl({version: 'v4', action: 'read', expires: Date.now() + 15 * 60 * 1000});
console.log(url);
