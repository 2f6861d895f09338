// Calls a Cloud Run service that lets in only whom it knows, with an ID token of the service account.
//
// Let the account call the service:
//   gcloud run services add-iam-policy-binding hello --region=us-central1 \
//     --member=serviceAccount:demo@my-project.iam.gserviceaccount.com --role=roles/run.invoker
//
// For a function it is the function's URL, and for IAP the client ID (….apps.googleusercontent.com).
import {AwsAuthClient} from 'google-auth-aws';

const service = process.argv[2] ?? 'https://hello-123456789012.us-central1.run.app';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
});

// Ask for it before each call: it is kept, and renewed before it ends.
const idToken = await authClient.fetchIdToken(service);
const response = await fetch(service, {headers: {authorization: `Bearer ${idToken}`}});
console.log(response.status, await response.text());
