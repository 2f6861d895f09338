// Lists the calendars of a user of Google Workspace, for whom the service account acts by domain-wide
// delegation.
//
// Once, an administrator of the Workspace enters the account and the scope at
// https://admin.google.com/ac/owl/domainwidedelegation. The client ID there is what this prints:
//   gcloud iam service-accounts describe demo@my-project.iam.gserviceaccount.com --format="value(uniqueId)"
//
// And the AWS role may sign as the account:
//   gcloud iam service-accounts add-iam-policy-binding demo@my-project.iam.gserviceaccount.com \
//     --role=roles/iam.serviceAccountTokenCreator \
//     --member="principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role"
import {AwsAuthClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  subject: 'alice@example.com',
  scopes: 'https://www.googleapis.com/auth/calendar.readonly',
});

// As well: google.calendar({version: 'v3', auth: authClient}) of the package googleapis.
const {data} = await authClient.request<{items?: {summary: string}[]}>({
  url: 'https://www.googleapis.com/calendar/v3/users/me/calendarList',
});
for (const {summary} of data.items ?? []) console.log(summary);
