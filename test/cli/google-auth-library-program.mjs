// As any program that knows nothing of this package: an access token by application default
// credentials.
import {GoogleAuth} from 'google-auth-library';

const auth = new GoogleAuth({scopes: 'https://www.googleapis.com/auth/cloud-platform'});
const client = await auth.getClient();
const {token} = await client.getAccessToken();
console.log(JSON.stringify({client: client.constructor.name, hasToken: token.length > 100}));
