import assert from 'node:assert/strict';
import {gaxios, GoogleAuth} from 'google-auth-library';
import {AwsAuthClient, type AwsAuthClientOptions} from '../../src/index.js';

const TOKEN = {
  access_token: 'a-token',
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 3600,
};

const AUDIENCE = 'https://service.example.com';

function idToken(): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {aud: AUDIENCE, iat: now, exp: now + 3600};
  return [{alg: 'RS256'}, claims, 'signature']
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
}

describe('another universe', () => {
  for (const universe of ['apis-s3ns.fr', 'cloud.example.com']) {
    it(`${universe}: every request goes to its hosts`, async () => {
      const hosts = new Set<string>();
      const methods = new Set<string>();
      const transporter = new gaxios.Gaxios();
      transporter.interceptors.request.add({
        resolved: async options => {
          const {hostname, pathname} = options.url;
          hosts.add(hostname);
          methods.add(pathname.replace(/^.*[/:]/, ''));
          const data = pathname.endsWith(':generateAccessToken')
            ? {accessToken: 'b-token', expireTime: new Date(Date.now() + 3_600_000).toISOString()}
            : pathname.endsWith(':generateIdToken')
              ? {token: idToken()}
              : pathname.endsWith(':signJwt')
                ? {keyId: 'k', signedJwt: 'a.b.c'}
                : pathname.endsWith(':signBlob')
                  ? {keyId: 'k', signedBlob: 'c2lnbmF0dXJl'}
                  : pathname.includes('/projects/') && options.method !== 'POST'
                    ? {projectId: 'found'}
                    : TOKEN;
          options.adapter = async <T>() =>
            Object.assign(Response.json(data), {
              data,
              config: options,
            }) as unknown as gaxios.GaxiosResponse<T>;
          return options;
        },
      });
      const options: AwsAuthClientOptions = {
        audience:
          '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/my-pool/providers/my-provider',
        serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
        awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret'},
        awsRegion: 'us-east-1',
        universeDomain: universe,
        transporter,
      };
      const client = new AwsAuthClient(options);
      assert.equal(client.universeDomain, universe);
      assert.equal(await new GoogleAuth({authClient: client}).getUniverseDomain(), universe);
      await client.getAccessToken();
      assert.deepEqual([...hosts], [`sts.${universe}`, `iamcredentials.${universe}`]);
      await client.fetchIdToken(AUDIENCE);
      await client
        .withSubject('user@example.com', {scopes: 'https://mail.google.com/'})
        .getAccessToken();
      await client.getProjectId();
      assert.deepEqual(
        [...hosts].sort(),
        ['cloudresourcemanager', 'iamcredentials', 'oauth2', 'sts'].map(
          service => `${service}.${universe}`,
        ),
      );
      const auth = new GoogleAuth({authClient: client});
      assert.equal(await auth.sign('data'), 'c2lnbmF0dXJl');
      assert.equal(hosts.size, 4);
      for (const method of ['generateAccessToken', 'generateIdToken', 'signBlob', 'signJwt']) {
        assert.ok(methods.has(method), method);
      }
    });
  }
});
