// google-auth-library's own client, with the keys in the environment.
import {readFileSync} from 'node:fs';
import {AwsClient} from 'google-auth-library';

export const makeClient = () =>
  new AwsClient(JSON.parse(readFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, 'utf8')));
