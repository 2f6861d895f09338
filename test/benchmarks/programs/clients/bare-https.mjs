// The floor: the same two requests by hand, with nothing but Node.js. It keeps no token, checks nothing and
// explains no failure; no package that does can be faster.
import {createHash, createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {request} from 'node:https';

export const makeClient = () => ({getAccessToken});

async function getAccessToken() {
  const file = JSON.parse(readFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, 'utf8'));
  const scope = 'https://www.googleapis.com/auth/cloud-platform';
  const exchanged = await post(
    file.token_url,
    {'content-type': 'application/x-www-form-urlencoded'},
    new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: file.audience,
      scope,
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      subject_token: subjectToken(file.audience),
      subject_token_type: file.subject_token_type,
    }).toString(),
  );
  if (file.service_account_impersonation_url === undefined) return {token: exchanged.access_token};
  const {accessToken} = await post(
    file.service_account_impersonation_url,
    {'content-type': 'application/json', authorization: `Bearer ${exchanged.access_token}`},
    JSON.stringify({scope: [scope], lifetime: '3600s'}),
  );
  return {token: accessToken};
}

const sha256 = text => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
function subjectToken(audience) {
  const {AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION} = process.env;
  const host = `sts.${AWS_REGION}.amazonaws.com`;
  const query = 'Action=GetCallerIdentity&Version=2011-06-15';
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers = {
    host,
    'x-amz-date': time,
    'x-amz-security-token': AWS_SESSION_TOKEN,
    'x-goog-cloud-target-resource': audience,
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([key, value]) => `${key}:${value}\n`);
  const canonical = ['POST', '/', query, lines.join(''), names, sha256('')].join('\n');
  const scope = `${time.slice(0, 8)}/${AWS_REGION}/sts/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`);
  const signature = hmac(key, toSign).toString('hex');
  headers.authorization = `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return encodeURIComponent(
    JSON.stringify({
      url: `https://${host}?${query}`,
      method: 'POST',
      headers: Object.entries(headers).map(([key, value]) => ({key, value})),
    }),
  );
}

function post(url, headers, body) {
  return new Promise((resolve, reject) => {
    const call = request(url, {method: 'POST', headers}, response => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', chunk => (text += chunk));
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${response.statusCode} ${text}`));
      });
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
