import assert from 'node:assert/strict';
import {Storage} from '@google-cloud/storage';
import {AwsAuthClient, enableSignedUrls, forGoogleClient} from 'google-auth-aws';
import {startEmulator, type Emulator} from 'google-auth-aws/emulator';
import {Storage as Storage7} from 'storage-7';

const HOUR = 3600 * 1000;

describe('signed URLs of @google-cloud/storage', () => {
  let emulator: Emulator;
  let authClient: AwsAuthClient;

  before(async () => {
    emulator = await startEmulator();
    authClient = AwsAuthClient.fromJSON(emulator.config, {
      projectId: 'my-project',
      awsCredentials: emulator.issueAwsCredentials(),
      awsRegion: 'us-east-1',
    });
    const storage = new Storage({authClient: forGoogleClient(authClient), ...options()});
    await storage.createBucket('my-bucket');
    await storage.bucket('my-bucket').file('a file.txt').save('hello', {resumable: false});
  });

  after(() => emulator.close());

  const options = () => ({
    projectId: 'my-project',
    apiEndpoint: emulator.url,
    universeDomain: 'localhost',
    useAuthWithCustomEndpoint: true,
  });

  // No cast and no `any`: that this compiles is half of the test.
  const majors = {
    8: () => enableSignedUrls(new Storage({authClient: forGoogleClient(authClient), ...options()})),
    7: () =>
      enableSignedUrls(new Storage7({authClient: forGoogleClient(authClient), ...options()})),
  };

  for (const [major, make] of Object.entries(majors)) {
    const signing = () => ({
      expires: Date.now() + HOUR,
      signingEndpoint: `${emulator.url}/v1/projects/-/serviceAccounts/`,
    });

    for (const version of ['v2', 'v4'] as const) {
      it(`${major}: ${version} reads and writes`, async () => {
        const file = make().bucket('my-bucket').file('a file.txt');
        const [write] = await file.getSignedUrl({...signing(), version, action: 'write'});
        const put = {method: 'PUT', body: new TextEncoder().encode(`by ${major}`)};
        assert.equal((await fetch(write, put)).status, 200);
        const [read] = await file.getSignedUrl({...signing(), version, action: 'read'});
        assert.equal(await (await fetch(read)).text(), `by ${major}`);
      });
    }

    it(`${major}: a form uploads`, async () => {
      const file = make().bucket('my-bucket').file(`posted-${major}.txt`);
      const [{url, fields}] = await file.generateSignedPostPolicyV4(signing());
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.set(name, value);
      form.set('file', new Blob(['posted']));
      assert.equal((await fetch(url, {method: 'POST', body: form})).status, 204);
    });
  }
});
