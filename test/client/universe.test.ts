import assert from 'node:assert/strict';
import {gaxios, GoogleAuth} from 'google-auth-library';
import sinon from 'sinon';
import {AwsAuthClient, type AwsAuthClientOptions} from '../../src/index.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';
const EMAIL = 'demo@my-project.iam.gserviceaccount.com';

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = () =>
  `${base64({alg: 'RS256'})}.${base64({exp: Math.floor(Date.now() / 1000) + 3600})}.c2ln`;

/** What each of Google's endpoints answers, by the end of its path. */
const ANSWERS: readonly (readonly [end: string, answer: () => object])[] = [
  [':generateIdToken', () => ({token: jwt()})],
  [':signJwt', () => ({keyId: 'k', signedJwt: jwt()})],
  [
    ':generateAccessToken',
    () => ({accessToken: 'a-token', expireTime: new Date(Date.now() + 3.6e6).toISOString()}),
  ],
  ['/v1/token', () => ({access_token: 'a-token', token_type: 'Bearer', expires_in: 3600})],
  ['/token', () => ({access_token: 'a-token', token_type: 'Bearer', expires_in: 3600})],
  ['/projects/123456789012', () => ({projectId: 'my-project'})],
];

/** A transporter that asks nobody, and keeps where it was to send to. */
function recorder() {
  const urls: string[] = [];
  const transporter = new gaxios.Gaxios();
  sinon.stub(transporter, 'request').callsFake(async options => {
    const url = String(options?.url);
    urls.push(url);
    const [, answer] = ANSWERS.find(([end]) => new URL(url).pathname.endsWith(end)) ?? [];
    assert.ok(answer, `nobody answers ${url}`);
    const config = {...options, url: new URL(url), headers: new Headers()};
    const isStream = options?.responseType === 'stream';
    const data = isStream ? JSON.stringify(answer()) : answer();
    return Object.assign(new Response(), {config, data});
  });
  return {urls, transporter};
}

describe('another universe', () => {
  for (const universeDomain of ['apis-s3ns.fr', 'universe.example.com']) {
    it(`is asked alone: ${universeDomain}`, async () => {
      const {urls, transporter} = recorder();
      const options: AwsAuthClientOptions = {
        audience: AUDIENCE,
        serviceAccountEmail: EMAIL,
        universeDomain,
        transporter,
        awsRegion: 'us-east-1',
        awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret'},
      };
      const client = new AwsAuthClient(options);
      await client.getAccessToken();
      await client.fetchIdToken('https://service.example.com');
      await client.withSubject('alice@example.com', {scopes: 'https://s.example'}).getAccessToken();
      assert.equal(await client.getProjectId(), 'my-project');
      assert.deepEqual(
        urls.map(url => new URL(url).host.replace(universeDomain, 'UNIVERSE')),
        [
          'sts.UNIVERSE',
          'iamcredentials.UNIVERSE',
          'iamcredentials.UNIVERSE',
          'iamcredentials.UNIVERSE',
          'oauth2.UNIVERSE',
          'cloudresourcemanager.UNIVERSE',
        ],
      );
      assert.equal(client.universeDomain, universeDomain);
      assert.equal(await new GoogleAuth({authClient: client}).getUniverseDomain(), universeDomain);
    });
  }
});
