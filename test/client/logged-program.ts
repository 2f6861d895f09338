// Run by a test in a process of its own, with google-auth-library's log switched on.
import {gaxios, AuthClient} from 'google-auth-library';
import {AwsAuthClient} from '../../src/index.js';

const config: unknown = JSON.parse(process.env['EMULATED_CONFIG'] ?? '');

// A transporter that carries the library's own logging interceptors, as one that is shared with
// another of its clients does.
const transporter = new gaxios.Gaxios();
transporter.interceptors.request.add(AuthClient.DEFAULT_REQUEST_INTERCEPTOR);
transporter.interceptors.response.add(AuthClient.DEFAULT_RESPONSE_INTERCEPTOR);

const {token} = await AwsAuthClient.fromJSON(config, {transporter}).getAccessToken();
const idToken = await AwsAuthClient.fromJSON(config, {transporter}).fetchIdToken('an-audience');
const oauthTokenUrl = process.env['EMULATED_OAUTH_TOKEN_URL'];
const {token: userToken} = await AwsAuthClient.fromJSON(config, {
  transporter,
  oauthTokenUrl,
  subject: 'alice@example.com',
  scopes: 'https://www.googleapis.com/auth/calendar.readonly',
}).getAccessToken();
const {token: federated} = await AwsAuthClient.fromJSON(config).getAccessToken();
await AwsAuthClient.fromJSON(config, {
  transporter,
  awsCredentials: {accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey: 'not-the-secret-key'},
})
  .getAccessToken()
  .catch(() => undefined);

process.stdout.write(JSON.stringify({token, federated, idToken, userToken}));
