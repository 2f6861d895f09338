// Looks up a user of Firebase Authentication with firebase-admin, on an AWS identity.
import {initializeApp} from 'firebase-admin/app';
import {getAuth} from 'firebase-admin/auth';
import {AwsAuthClient, firebaseCredential} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});

const app = initializeApp({
  credential: firebaseCredential(authClient),
  projectId: 'my-project',
});

const user = await getAuth(app).getUserByEmail('jo@example.com');
console.log(`${user.uid}: ${user.email}`);
