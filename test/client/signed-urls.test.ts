import {Storage} from '@google-cloud/storage';
import {gaxios, GoogleAuth} from 'google-auth-library';
import {GoogleAuth as OtherGoogleAuth} from 'google-auth-library-10';
import assert from 'node:assert/strict';
import {AwsAuthError, enableSignedUrls, type AwsAuthClient} from '../../src/index.js';
import {defaultPolicy, type EmulatorPolicy, type ServiceAccount} from '../../src/emulator/index.js';
import {emulators} from '../emulator/support/running.js';
import {emulatedClient, emulatedStorage, federatedClient} from './emulated-client.js';

const ACCOUNT = 'demo@my-project.iam.gserviceaccount.com';
const OTHER_ACCOUNT = 'other@my-project.iam.gserviceaccount.com';
const HOUR = 3600 * 1000;
const COMMAND = `gcloud iam service-accounts add-iam-policy-binding ${ACCOUNT} --member=serviceAccount:${ACCOUNT} --role=roles/iam.serviceAccountTokenCreator`;

describe('signed URLs', () => {
  const start = emulators();

  /** An emulator with an object in a bucket, and everything to sign its URL with. */
  async function set(policy?: Partial<EmulatorPolicy>) {
    const emulator = await start(policy === undefined ? {} : {policy});
    const storage = emulatedStorage(emulator, emulatedClient(emulator));
    await storage.createBucket('my-bucket');
    await storage.bucket('my-bucket').file('a file.txt').save('hello', {resumable: false});
    const signingEndpoint = `${emulator.url}/v1/projects/-/serviceAccounts/`;
    const read = (version: 'v2' | 'v4') =>
      ({action: 'read', version, expires: Date.now() + HOUR, signingEndpoint}) as const;
    return {emulator, storage, signingEndpoint, read};
  }

  const withAccount = (change: (account: ServiceAccount) => ServiceAccount) => {
    const {google} = defaultPolicy();
    const serviceAccounts = google.serviceAccounts.map(change);
    return {google: {...google, serviceAccounts}};
  };
  // Nobody but the AWS role may sign as the account.
  const unboundPolicy = withAccount(account => ({
    ...account,
    bindings: (account.bindings ?? []).map(({role, members}) => ({
      role,
      members: members.filter(member => !member.startsWith('serviceAccount:')),
    })),
  }));

  for (const version of ['v2', 'v4'] as const) {
    it(`${version}: the client alone is enough, for reading and writing`, async () => {
      const {emulator, storage, read} = await set();
      const file = storage.bucket('my-bucket').file('a file.txt');
      const [url] = await file.getSignedUrl(read(version));
      const answer = await fetch(url);
      assert.deepEqual([answer.status, await answer.text()], [200, 'hello']);

      const [write] = await file.getSignedUrl({
        ...read(version),
        action: 'write',
        contentType: 'a/b',
      });
      const put = {method: 'PUT', body: 'changed', headers: {'content-type': 'a/b'}};
      assert.equal((await fetch(write, put)).status, 200);
      assert.equal(await (await fetch(url)).text(), 'changed');

      const signed = emulator.requests.filter(({operation}) => operation === 'signBlob');
      assert.deepEqual(
        signed.map(({principal, serviceAccount}) => ({principal, serviceAccount})),
        [1, 2].map(() => ({principal: `serviceAccount:${ACCOUNT}`, serviceAccount: ACCOUNT})),
      );
      const asked = emulator.requests.filter(({path}) => path.startsWith('/my-bucket/'));
      assert.deepEqual(
        asked.map(({operation, principal}) => `${operation} ${String(principal)}`),
        ['get', 'insert', 'get'].map(verb => `storage.objects.${verb} serviceAccount:${ACCOUNT}`),
      );
      assert.doesNotMatch(
        JSON.stringify(emulator.requests),
        new RegExp(new URL(url).search.slice(-40)),
      );
    });

    it(`${version}: enableSignedUrls() lets another copy of google-auth-library sign`, async () => {
      const {emulator, read} = await set();
      const {storage} = otherCopy(emulator, emulatedClient(emulator));
      assert.equal(enableSignedUrls(storage), storage);
      const [url] = await storage
        .bucket('my-bucket')
        .file('a file.txt')
        .getSignedUrl(read(version));
      assert.equal(await (await fetch(url)).text(), 'hello');
    });

    it(`${version}: without the role, the error holds the command that gives it`, async () => {
      const {storage, read} = await set(unboundPolicy);
      const file = storage.bucket('my-bucket').file('a file.txt');
      const error = await failureOf(file.getSignedUrl(read(version)));
      assert.ok(error instanceof Error);
      assert.match(
        error.message,
        /^Permission 'iam\.serviceAccounts\.signBlob' denied on resource/,
      );
      assert.ok(error.message.endsWith(COMMAND), error.message);
      assert.equal(error.stack?.split(COMMAND).length, 2, error.stack);
    });

    it(`${version}: without a service account, the error says that it takes one`, async () => {
      const {emulator, read} = await set();
      const storage = emulatedStorage(emulator, federatedClient(emulator));
      const file = storage.bucket('my-bucket').file('a file.txt');
      const error = await failureOf(file.getSignedUrl(read(version)));
      assert.ok(error instanceof Error);
      assert.match(
        error.message,
        /signed by a service account, and this client acts as the federated/,
      );
      assert.match(error.message, /Set "serviceAccountEmail"/);
    });

    it(`${version}: a signer that has lost his access is refused`, async () => {
      const {emulator, storage, read} = await set();
      const [url] = await storage
        .bucket('my-bucket')
        .file('a file.txt')
        .getSignedUrl(read(version));
      const port = Number(new URL(emulator.url).port);
      await emulator.close();
      // The same cloud, a moment later: the account's key is the same.
      const policy = withAccount(account => ({...account, storageRoles: []}));
      await start({port, policy});
      const answer = await fetch(url);
      assert.equal(answer.status, 403);
      assert.match(
        await answer.text(),
        /<Code>AccessDenied<.*does not have storage\.objects\.get access/,
      );
    });

    it(`${version}: the key of another account does not sign for this one`, async () => {
      const {google} = defaultPolicy();
      const serviceAccounts = [...google.serviceAccounts, {email: OTHER_ACCOUNT}];
      const {storage, read} = await set({google: {...google, serviceAccounts}});
      const [url] = await storage
        .bucket('my-bucket')
        .file('a file.txt')
        .getSignedUrl(read(version));
      const other = url.replace(encodeURIComponent(ACCOUNT), encodeURIComponent(OTHER_ACCOUNT));
      const answer = await fetch(other);
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), /<Code>SignatureDoesNotMatch</);
    });
  }

  for (const copy of ['the same', 'another'] as const) {
    it(`generateSignedPostPolicyV4() makes a form, with ${copy} copy of google-auth-library`, async () => {
      const {emulator, storage: own, signingEndpoint} = await set();
      const storage =
        copy === 'the same'
          ? enableSignedUrls(own)
          : enableSignedUrls(otherCopy(emulator, emulatedClient(emulator)).storage);
      const file = storage.bucket('my-bucket').file('posted.txt');
      const [{url, fields}] = await file.generateSignedPostPolicyV4({
        expires: Date.now() + HOUR,
        signingEndpoint,
        conditions: [['content-length-range', 0, 10]],
      });
      const post = async (content: string) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.set(name, value);
        form.set('file', new Blob([content]));
        return (await fetch(url, {method: 'POST', body: form})).status;
      };
      assert.equal(await post('posted'), 204);
      assert.equal(await post('more than ten bytes'), 400);
      assert.equal(
        (await own.bucket('my-bucket').file('posted.txt').download())[0].toString(),
        'posted',
      );
    });
  }

  it('generateSignedPostPolicyV4() without a service account fails with our error', async () => {
    const {emulator, signingEndpoint} = await set();
    const file = emulatedStorage(emulator, federatedClient(emulator)).bucket('my-bucket').file('x');
    const form = file.generateSignedPostPolicyV4({expires: Date.now() + HOUR, signingEndpoint});
    const error = await failureOf(form);
    assert.ok(error instanceof AwsAuthError);
    assert.equal(error.code, 'SERVICE_ACCOUNT_REQUIRED');
  });

  it('keeps the refusal of signBlob a GaxiosError, with what it holds', async () => {
    const {emulator, signingEndpoint} = await set(unboundPolicy);
    const url = `${signingEndpoint}${ACCOUNT}:signBlob`;
    const request = {url, method: 'POST', data: {payload: 'eA=='}} as const;
    const error = await failureOf(emulatedClient(emulator).request(request));
    assert.ok(error instanceof gaxios.GaxiosError);
    assert.equal(error.status, 403);
    assert.equal(error.response?.status, 403);
    assert.ok(error.message.endsWith(COMMAND));
    assert.equal(error.message.split(COMMAND).length, 2);
  });

  it('adds nothing to the refusals of other accounts and other methods', async () => {
    const {emulator, signingEndpoint} = await set(unboundPolicy);
    const client = emulatedClient(emulator);
    for (const name of [`${OTHER_ACCOUNT}:signBlob`, `${ACCOUNT}:signJwt`]) {
      const data = {payload: name.endsWith('Jwt') ? '{}' : 'eA=='};
      const error = await failureOf(
        client.request({url: signingEndpoint + name, method: 'POST', data}),
      );
      assert.ok(error instanceof Error);
      assert.match(error.message, /denied on resource \(or it may not exist\)\.$/);
    }
  });

  it('says which scope it takes to sign', async () => {
    const {emulator, read} = await set();
    const scopes = ['https://www.googleapis.com/auth/devstorage.read_only'];
    const storage = emulatedStorage(emulator, emulatedClient(emulator, {scopes}));
    const file = storage.bucket('my-bucket').file('a file.txt');
    const error = await failureOf(file.getSignedUrl(read('v4')));
    assert.ok(error instanceof Error);
    assert.match(
      error.message,
      /insufficient authentication scopes\. To sign takes the scope .*cloud-platform/,
    );
  });

  it('leaves getServiceAccountEmail() null for everybody else', async () => {
    const emulator = await start();
    assert.equal(federatedClient(emulator).getServiceAccountEmail(), null);
    assert.equal(emulatedClient(emulator).getServiceAccountEmail(), ACCOUNT);
    const auth = new GoogleAuth({authClient: federatedClient(emulator)});
    const error = await failureOf(auth.getCredentials());
    assert.ok(error instanceof AwsAuthError);
    assert.equal(error.code, 'SERVICE_ACCOUNT_REQUIRED');
  });

  describe('enableSignedUrls()', () => {
    it('answers getCredentials() by promise and by callback', async () => {
      const emulator = await start();
      const {auth, storage} = otherCopy(emulator, emulatedClient(emulator));
      enableSignedUrls(enableSignedUrls(storage));
      assert.equal((await auth.getCredentials()).client_email, ACCOUNT);
      const credentials = await new Promise((resolve, reject) => {
        auth.getCredentials((error, value) => (error === null ? resolve(value) : reject(error)));
      });
      assert.deepEqual(credentials, {client_email: ACCOUNT, universe_domain: 'googleapis.com'});
    });

    it('takes no client without a service account', async () => {
      const emulator = await start();
      assert.throws(
        () => enableSignedUrls(emulatedStorage(emulator, federatedClient(emulator))),
        (error: unknown) =>
          error instanceof AwsAuthError && error.code === 'SERVICE_ACCOUNT_REQUIRED',
      );
    });

    it('takes no Storage with another auth client', () => {
      for (const storage of [new Storage(), new Storage({authClient: new GoogleAuth()})]) {
        assert.throws(
          () => enableSignedUrls(storage),
          (error: unknown) =>
            error instanceof AwsAuthError &&
            error.code === 'INVALID_OPTION' &&
            error.message.includes(
              'whose auth client is null, not an AwsAuthClient. Make it with new Storage',
            ),
        );
      }
    });

    it('takes nothing that is no Storage', async () => {
      const emulator = await start();
      const storage = emulatedStorage(emulator, emulatedClient(emulator));
      const bucket = storage.bucket('my-bucket');
      for (const wrong of [
        undefined,
        null,
        'storage',
        {},
        {authClient: null},
        {authClient: {}},
        bucket,
      ]) {
        assert.throws(
          // @ts-expect-error -- whoever writes JavaScript can do it.
          () => enableSignedUrls(wrong),
          (error: unknown) =>
            error instanceof AwsAuthError &&
            error.code === 'INVALID_OPTION' &&
            error.message.includes('not a Storage of @google-cloud/storage'),
        );
      }
    });
  });
});

/** A Storage whose google-auth-library is another copy than the client's. */
function otherCopy(emulator: {readonly url: string}, authClient: AwsAuthClient) {
  const storage = emulatedStorage(emulator, authClient);
  const auth = Object.assign(new OtherGoogleAuth(), {cachedCredential: authClient});
  Object.defineProperty(storage, 'authClient', {value: auth});
  return {auth, storage};
}

/** What a promise is rejected with, by whomever. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.fail('the promise was kept'),
    (error: unknown) => error,
  );
}
