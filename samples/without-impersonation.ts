// Reads an object as the AWS role itself, without a service account in between.
//
// Grant the role on the bucket instead:
//   gcloud storage buckets add-iam-policy-binding gs://my-bucket --role=roles/storage.objectViewer \
//     --member="principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role"
//
// A few Google products take no federated tokens and answer 401; for those, name a service account.
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  projectId: 'my-project',
});

const storage = new Storage({authClient, projectId: 'my-project'});

const [content] = await storage.bucket('my-bucket').file('greeting.txt').download();
console.log(content.toString());
