// Queries a public table with BigQuery, on an AWS identity.
import {BigQuery} from '@google-cloud/bigquery';
import {AwsAuthClient} from 'google-auth-aws';

const authClient = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
  projectId: 'my-project',
});

// The project that pays for the query. BigQuery 9 must be told it: it does not ask the auth client.
const bigquery = new BigQuery({authClient, projectId: 'my-project'});

const [rows] = await bigquery.query({
  query: `SELECT name, SUM(number) AS born
          FROM \`bigquery-public-data.usa_names.usa_1910_2013\`
          WHERE state = @state
          GROUP BY name ORDER BY born DESC LIMIT 3`,
  params: {state: 'TX'},
});
for (const {name, born} of rows) console.log(`${name}: ${born}`);
