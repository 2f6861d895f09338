// Signs with the AWS credentials of a profile of one's own choice, in a region of one's own choice.
//
// `awsCredentials` takes any credential provider of the AWS SDK, or keys, or a function that gives keys.
import {fromIni} from '@aws-sdk/credential-providers';
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
  awsCredentials: fromIni({profile: 'to-google'}),
  awsRegion: 'eu-west-1',
});

const storage = new Storage({authClient, projectId: 'my-project'});

const file = storage.bucket('my-bucket').file('from-aws.txt');
await file.save('written on an AWS identity\n', {resumable: false});
const [metadata] = await file.getMetadata();
console.log(`${file.name}: ${String(metadata.size)} bytes`);
