import assert from 'node:assert/strict';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {EventEmitter, once} from 'node:events';
import {Readable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {inspect} from 'node:util';
import {
  AuthClient,
  BaseExternalAccountClient,
  gaxios,
  GoogleAuth,
  type Credentials,
} from 'google-auth-library';
import {defaultPolicy, startEmulator, type Emulator} from '../../src/emulator/index.js';
import {AwsAuthClient, isAwsAuthError} from '../../src/index.js';
import {rejectionOf} from '../support/thrown.js';
import {emulatedClient, emulatedStorage, federatedClient} from './emulated-client.js';

const EMAIL = 'demo@my-project.iam.gserviceaccount.com';

describe('AwsAuthClient', () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.close());

  const operations = (): string[] => emulator.requests.map(record => record.operation);
  const bucketsUrl = (): string => `${emulator.url}/storage/v1/b?project=my-project`;

  it("is one of google-auth-library's external account clients", () => {
    const client = emulatedClient(emulator);
    assert.ok(client instanceof BaseExternalAccountClient);
    assert.ok(client instanceof AuthClient);
    assert.ok(client instanceof EventEmitter);
    assert.equal(client.projectId, 'my-project');
    assert.equal(client.projectNumber, '123456789012');
    assert.equal(client.universeDomain, 'googleapis.com');
    assert.equal(client.getServiceAccountEmail(), EMAIL);
    assert.equal(federatedClient(emulator).getServiceAccountEmail(), null);
    assert.deepEqual(emulator.requests, [], 'nothing is asked at construction');
  });

  it('gets a token through AWS, Google STS and IAM Credentials, once for many callers', async () => {
    const client = emulatedClient(emulator);
    const tokens = await Promise.all(Array.from({length: 1000}, () => client.getAccessToken()));
    assert.equal(new Set(tokens.map(({token}) => token)).size, 1);
    assert.equal(tokens[0]?.res, null);
    assert.deepEqual(operations(), ['GetCallerIdentity', 'token', 'generateAccessToken']);
    await client.getAccessToken();
    assert.equal(emulator.requests.length, 3, 'the kept token is used');
  });

  it('acts as the federated principal where no service account is named', async () => {
    const client = federatedClient(emulator);
    const response = await client.request<{kind: string}>({url: bucketsUrl()});
    assert.equal(response.data.kind, 'storage#buckets');
    assert.deepEqual(operations(), ['GetCallerIdentity', 'token', 'storage.buckets.list']);
  });

  it('passes scopes, lifetime and delegates on', async () => {
    const scope = 'https://www.googleapis.com/auth/devstorage.read_only';
    const client = emulatedClient(emulator, {scopes: [scope], tokenLifetimeSeconds: 900});
    const storage = emulatedStorage(emulator, client);
    await storage.getBuckets();
    await assert.rejects(storage.createBucket('not-allowed'), {code: 403});
    const granted = emulator.requests.find(record => record.operation === 'generateAccessToken');
    assert.equal(granted?.lifetimeSeconds, 900);
    assert.equal(granted.serviceAccount, EMAIL);
  });

  it('goes through a chain of delegates', async () => {
    const pool =
      'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/*';
    const middle = 'middle@my-project.iam.gserviceaccount.com';
    await using chained = await startEmulator({
      policy: {
        google: {
          projectId: 'my-project',
          projectNumber: '123456789012',
          workloadIdentityPools: [
            {
              poolId: 'aws-pool',
              providers: [{providerId: 'aws-test-account', aws: {accountId: '111122223333'}}],
            },
          ],
          serviceAccounts: [
            {
              email: EMAIL,
              bindings: [
                {
                  role: 'roles/iam.serviceAccountTokenCreator',
                  members: [`serviceAccount:${middle}`],
                },
              ],
            },
            {
              email: middle,
              bindings: [{role: 'roles/iam.serviceAccountTokenCreator', members: [pool]}],
            },
          ],
        },
      },
    });
    await emulatedClient(chained, {delegates: [middle]}).getAccessToken();
    await assert.rejects(emulatedClient(chained).getAccessToken(), {code: 'IMPERSONATION_DENIED'});
  });

  it('gives headers with the token and the quota project', async () => {
    const client = emulatedClient(emulator, {quotaProjectId: 'who-pays'});
    const headers = await client.getRequestHeaders();
    const {token} = await client.getAccessToken();
    assert.ok(headers instanceof Headers);
    assert.deepEqual(Object.fromEntries(headers), {
      authorization: `Bearer ${token}`,
      'x-goog-user-project': 'who-pays',
    });
    headers.set('authorization', 'changed by a caller');
    assert.equal((await client.getRequestHeaders()).get('authorization'), `Bearer ${token}`);
  });

  it('authorises request() and fetch() and leaves the options as they were', async () => {
    const client = emulatedClient(emulator);
    const options = Object.freeze({url: bucketsUrl(), headers: Object.freeze({'x-mine': '1'})});
    assert.equal((await client.request(options)).status, 200);
    assert.deepEqual(options.headers, {'x-mine': '1'});
    assert.equal((await client.fetch(bucketsUrl())).status, 200);
    const byCallback = await new Promise((resolve, reject) => {
      client.request({url: bucketsUrl()}, (error, response) => {
        if (error) reject(error);
        else resolve(response?.status);
      });
    });
    assert.equal(byCallback, 200);
  });

  it('tells of new tokens, and survives a listener that throws', async () => {
    const client = emulatedClient(emulator);
    const seen: Credentials[] = [];
    client.on('tokens', tokens => seen.push(tokens));
    client.on('tokens', () => {
      throw new Error('a fault of the application');
    });
    const warned = new Promise<Error>(resolve => process.once('warning', resolve));
    const {token} = await client.getAccessToken();
    await client.getAccessToken();
    assert.equal(seen.length, 1);
    assert.equal(seen[0]?.access_token, token);
    assert.equal(seen[0].token_type, 'Bearer');
    assert.ok((seen[0].expiry_date ?? 0) > Date.now() + 3_000_000);
    assert.match((await warned).message, /"tokens" event threw: a fault of the application/);
  });

  it('shows the current token as credentials, and takes one from outside', async () => {
    const client = emulatedClient(emulator);
    assert.deepEqual(client.credentials, {});
    const {token} = await client.getAccessToken();
    assert.equal(client.credentials.access_token, token);
    client.setCredentials({access_token: 'from-outside', expiry_date: Date.now() + 1000});
    assert.equal((await client.getAccessToken()).token, 'from-outside');
    client.credentials = {};
    assert.notEqual((await client.getAccessToken()).token, 'from-outside');
  });

  it('gets a new token when the old one has ended, and keeps no caller waiting before', async () => {
    let now = Date.now();
    await using moving = await startEmulator({clock: () => now});
    const client = emulatedClient(moving, {clock: () => now});
    const first = await client.getAccessToken();
    now += 3600_000 - 60_000;
    assert.equal((await client.getAccessToken()).token, first.token, 'due: the old one at once');
    now += 60_000;
    assert.notEqual((await client.getAccessToken()).token, first.token);
  });

  it('gets one new token for all callers whose token was revoked, and tries once more', async () => {
    const client = emulatedClient(emulator);
    await client.getAccessToken();
    emulator.revokeTokens();
    const before = emulator.requests.length;
    const answers = await Promise.all(
      Array.from({length: 20}, () => client.request({url: bucketsUrl()})),
    );
    assert.ok(answers.every(({status}) => status === 200));
    const exchanged = emulator.requests
      .slice(before)
      .filter(({service}) => service === 'google-sts' || service === 'iam-credentials')
      .map(({operation, status}) => `${operation} ${String(status)}`);
    assert.deepEqual(exchanged, [
      'generateAccessToken 401',
      'token 200',
      'generateAccessToken 200',
    ]);
  });

  it('does not exchange again and again for an API that refuses every token', async () => {
    const client = emulatedClient(emulator);
    emulator.failNext({service: 'storage', status: 401, times: 20});
    for (let call = 0; call < 5; call += 1) {
      await assert.rejects(client.request({url: bucketsUrl()}), {status: 401});
    }
    const exchanges = emulator.requests.filter(({service}) => service === 'iam-credentials');
    assert.equal(exchanges.length, 2, 'the first token, and one in its place');
  });

  it('tries again on 403 only where forceRefreshOnFailure is set', async () => {
    for (const forceRefreshOnFailure of [true, false]) {
      const client = emulatedClient(emulator, {forceRefreshOnFailure});
      emulator.failNext({service: 'storage', status: 403});
      const asked = client.request({url: bucketsUrl()});
      if (forceRefreshOnFailure) assert.equal((await asked).status, 200);
      else await assert.rejects(asked, {status: 403});
    }
  });

  it('gives clients of other scopes and service accounts that share the federated token', async () => {
    const other = 'other@my-project.iam.gserviceaccount.com';
    const policy = defaultPolicy();
    const [demo] = policy.google.serviceAccounts;
    assert.ok(demo);
    await using shared = await startEmulator({
      policy: {
        ...policy,
        google: {...policy.google, serviceAccounts: [demo, {...demo, email: other}]},
      },
    });
    const client = emulatedClient(shared);
    const reader = client.withScopes('https://www.googleapis.com/auth/devstorage.read_only');
    const second = client.withServiceAccount(other, {tokenLifetimeSeconds: 900});
    const tokens = await Promise.all(
      [client, reader, second].map(async each => (await each.getAccessToken()).token),
    );
    assert.equal(new Set(tokens).size, 3);
    const count = (service: string) =>
      shared.requests.filter(record => record.service === service).length;
    assert.deepEqual([count('google-sts'), count('iam-credentials')], [1, 3]);
    assert.equal(second.getServiceAccountEmail(), other);
    assert.equal(reader.getServiceAccountEmail(), EMAIL);
    assert.ok(!JSON.stringify(second).includes(EMAIL));
    await assert.rejects(
      emulatedStorage(shared, reader).createBucket('a-bucket'),
      {code: 403},
      'the scope is that of the derived client',
    );
    assert.throws(() => client.withServiceAccount('nobody'), {code: 'INVALID_OPTION'});
  });

  it('derives no client of nobody, which would act as another than was meant', () => {
    // As an environment variable that is not set, in JavaScript.
    const nobody = undefined as unknown as string;
    const direct = federatedClient(emulator);
    const scopes = 'https://www.googleapis.com/auth/calendar.readonly';
    for (const client of [direct, direct.withServiceAccount(EMAIL)]) {
      assert.throws(() => client.withServiceAccount(nobody), {code: 'INVALID_OPTION'});
      assert.throws(() => client.withSubject(nobody, {scopes}), {code: 'INVALID_OPTION'});
      // The default may be wider than what the client has.
      assert.throws(() => client.withScopes(nobody), {code: 'INVALID_OPTION'});
    }
  });

  it('exchanges once for all that a service account gives: tokens, ID tokens and signatures', async () => {
    const client = emulatedClient(emulator, {oauthTokenUrl: emulator.oauthTokenUrl});
    const reader = client.withScopes('https://www.googleapis.com/auth/devstorage.read_only');
    const user = client.withSubject('alice@example.com', {
      scopes: 'https://www.googleapis.com/auth/calendar.readonly',
    });
    await Promise.all([
      client.getAccessToken(),
      reader.getAccessToken(),
      client.fetchIdToken('https://hello-abc-uc.a.run.app'),
      client.fetchIdToken('https://another-abc-uc.a.run.app'),
      // signBlob
      new GoogleAuth({authClient: client}).sign(
        'a text',
        `${emulator.url}/v1/projects/-/serviceAccounts/`,
      ),
      // signJwt, and a token of the user's for it
      user.getAccessToken(),
    ]);
    const asked = operations().filter(operation => operation !== 'GetCallerIdentity');
    assert.deepEqual(asked.toSorted(), [
      'generateAccessToken',
      'generateAccessToken',
      'generateIdToken',
      'generateIdToken',
      'signBlob',
      'signJwt',
      'token',
      'token',
    ]);
    assert.equal(emulator.requests.filter(({service}) => service === 'google-sts').length, 1);
  });

  it('keeps a token from outside to the client that it was given to', async () => {
    const direct = federatedClient(emulator);
    const derived = direct.withServiceAccount(EMAIL, {
      serviceAccountImpersonationUrl: emulator.config.service_account_impersonation_url,
    });
    const twin = direct.withScopes('https://www.googleapis.com/auth/cloud-platform');
    direct.setCredentials({access_token: 'from-outside', expiry_date: Date.now() + 600_000});
    assert.equal((await direct.getAccessToken()).token, 'from-outside');
    assert.notEqual((await twin.getAccessToken()).token, 'from-outside');
    assert.equal((await derived.request({url: bucketsUrl()})).status, 200);
    assert.deepEqual(
      operations().filter(operation => operation !== 'storage.buckets.list'),
      ['GetCallerIdentity', 'token', 'generateAccessToken'],
      'the others share theirs, and none was tried with that token',
    );
  });

  it('derives clients from the options as they were, whatever became of the object', async () => {
    const options = {
      audience: emulator.audience,
      tokenUrl: emulator.config.token_url,
      awsCredentials: emulator.issueAwsCredentials(),
      awsRegion: 'us-east-1',
    };
    const client = new AwsAuthClient(options);
    options.tokenUrl = 'https://sts.googleapis.com/v1/token';
    const derived = client.withScopes('https://www.googleapis.com/auth/devstorage.read_only');
    assert.equal((await derived.request({url: bucketsUrl()})).status, 200);
    assert.equal(derived.toJSON().token_url, emulator.config.token_url);
  });

  it('lets one caller give up, and goes on for the others', async () => {
    const client = emulatedClient(emulator);
    emulator.failNext({service: 'google-sts', delayMillis: 100});
    const controller = new AbortController();
    const impatient = client.request({url: bucketsUrl(), signal: controller.signal});
    const patient = client.request({url: bucketsUrl()});
    controller.abort();
    await assert.rejects(impatient, {code: 'ABORTED'});
    assert.equal((await patient).status, 200);
  });

  it('lets one caller give up whose token is being replaced, and goes on for the others', async () => {
    const client = emulatedClient(emulator);
    await client.getAccessToken();
    emulator.revokeTokens();
    const order: string[] = [];
    client.once('tokens', () => order.push('another token'));
    const controller = new AbortController();
    const channel = 'tracing:google-auth-aws:impersonation:start';
    let patient: Promise<{status: number}> | undefined;
    const onReplacing = () => {
      unsubscribe(channel, onReplacing);
      patient = client.request({url: bucketsUrl()});
      controller.abort();
    };
    subscribe(channel, onReplacing);
    const impatient = client.request({url: bucketsUrl(), signal: controller.signal});
    await assert.rejects(
      impatient.finally(() => order.push('gave up')),
      {code: 'ABORTED'},
    );
    assert.equal((await patient)?.status, 200);
    assert.deepEqual(order, ['gave up', 'another token']);
  });

  it('does not send a stream twice, and has another token for the next request', async () => {
    const client = emulatedClient(emulator, {forceRefreshOnFailure: true});
    const {token: revoked} = await client.getAccessToken();
    emulator.revokeTokens();
    const {Readable} = await import('node:stream');
    const renewed = once(client, 'tokens');
    const before = emulator.requests.length;
    const upload = () =>
      client.request({
        url: `${emulator.url}/storage/v1/b?project=my-project`,
        method: 'POST',
        data: Readable.from(['{"name":"b-1234"}']),
        headers: {'content-type': 'application/json'},
      });
    await assert.rejects(upload(), {status: 401});
    const uploads = emulator.requests.slice(before).filter(({service}) => service === 'storage');
    assert.equal(uploads.length, 1);
    await renewed;
    assert.notEqual((await client.getAccessToken()).token, revoked);
    assert.equal((await upload()).status, 200);
  });

  it('leaves no rejection to nobody where the token that a stream was sent with cannot be replaced', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const client = emulatedClient(emulator);
    await client.getAccessToken();
    emulator.revokeTokens();
    emulator.failNext({service: 'iam-credentials', status: 403, times: 2});
    const data = Readable.from(['{"name":"b-1234"}']);
    await assert.rejects(client.request({url: bucketsUrl(), method: 'POST', data}), {status: 401});
    // It waits for the same replacement, or for one more.
    await assert.rejects(client.request({url: bucketsUrl()}), {code: 'IMPERSONATION_DENIED'});
    await turn();
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });

  it('takes a new federated token when the kept one was revoked', async () => {
    let now = Date.now();
    await using moving = await startEmulator({clock: () => now});
    const client = emulatedClient(moving, {clock: () => now, tokenLifetimeSeconds: 600});
    await client.getAccessToken();
    moving.revokeTokens();
    now += 600_000;
    await client.getAccessToken();
    assert.deepEqual(
      moving.requests.map(({operation, status}) => `${operation} ${String(status)}`),
      [
        'GetCallerIdentity 200',
        'token 200',
        'generateAccessToken 200',
        'generateAccessToken 401',
        'GetCallerIdentity 200',
        'token 200',
        'generateAccessToken 200',
      ],
    );
  });

  it('carries the exchange through a transporter that the user gave, unchanged', async () => {
    const transporter = new gaxios.Gaxios();
    const urls: string[] = [];
    transporter.interceptors.request.add({
      resolved: config => {
        urls.push(String(config.url));
        return Promise.resolve(config);
      },
    });
    const client = emulatedClient(emulator, {transporter});
    await client.getAccessToken();
    assert.deepEqual(
      urls.map(url => new URL(url).pathname),
      ['/v1/token', `/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken`],
    );
    assert.equal(transporter.interceptors.request.size, 1, 'no interceptor was added to it');
    assert.equal(transporter.interceptors.response.size, 0);
  });

  it('passes transporterOptions to the default transporter', async () => {
    let used = 0;
    const client = emulatedClient(emulator, {
      transporterOptions: {
        fetchImplementation: (...args) => {
          used += 1;
          return fetch(...args);
        },
      },
    });
    await client.getAccessToken();
    assert.equal(used, 2);
  });

  it('works inside GoogleAuth, with its project id and service account', async () => {
    const auth = new GoogleAuth({authClient: emulatedClient(emulator)});
    assert.equal(await auth.getProjectId(), 'my-project');
    const {client_email: email} = await auth.getCredentials();
    assert.equal(email, EMAIL);
    assert.match((await auth.getRequestHeaders()).get('authorization') ?? '', /^Bearer \S+$/);
  });

  it('gives the subject token that an exchange needs', async () => {
    const token = await emulatedClient(emulator).retrieveSubjectToken();
    const request: unknown = JSON.parse(decodeURIComponent(token));
    assert.ok(typeof request === 'object' && request !== null && 'url' in request);
    assert.equal(
      request.url,
      'https://sts.us-east-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    );
  });

  it('looks for AWS credentials in the chain of the AWS SDK where none are given', async () => {
    const kept = process.env;
    process.env = {
      ...Object.fromEntries(Object.entries(kept).filter(([name]) => !name.startsWith('AWS_'))),
      ...emulator.env,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    try {
      await AwsAuthClient.fromJSON(emulator.config).getAccessToken();
    } finally {
      process.env = kept;
    }
    assert.equal(emulator.requests[0]?.service, 'aws-container-credentials');
  });

  it('knows the errors of another copy of the package', () => {
    const other = Object.assign(new Error('from elsewhere'), {
      [Symbol.for('google-auth-aws.AwsAuthError')]: true,
    });
    assert.ok(isAwsAuthError(other));
    assert.ok(!isAwsAuthError(new Error('from elsewhere')));
    assert.ok(!isAwsAuthError(null));
  });

  it('takes no token from outside that a header cannot carry, and does not quote it', () => {
    const client = emulatedClient(emulator);
    for (const token of ['a secret', 'a-secret\n', 'a-secret\u2026']) {
      assert.throws(
        () => client.setCredentials({access_token: token}),
        (error: unknown) => {
          assert.ok(isAwsAuthError(error));
          assert.equal(error.code, 'INVALID_OPTION');
          assert.doesNotMatch(inspect(error), /secret/);
          return true;
        },
      );
    }
    assert.deepEqual(client.credentials, {});
  });

  it('gets a new token for a 401 that the caller lets pass, too', async () => {
    for (const responseType of ['json', 'stream'] as const) {
      const client = emulatedClient(emulator);
      emulator.failNext({service: 'storage', status: 401});
      const validateStatus = () => true;
      const {status} = await client.request({url: bucketsUrl(), responseType, validateStatus});
      assert.equal(status, 200);
    }
    emulator.failNext({service: 'storage', status: 404});
    const {status} = await emulatedClient(emulator).fetch({
      url: new URL(bucketsUrl()),
      validateStatus: () => true,
    });
    assert.equal(status, 404, 'no other refusal is tried again');
  });

  it('frees the connection of an answer whose token cannot be replaced', async () => {
    const answers: Readable[] = [];
    const transporter = new gaxios.Gaxios();
    transporter.interceptors.response.add({
      resolved: response => {
        if (response.data instanceof Readable) answers.push(response.data);
        return Promise.resolve(response);
      },
    });
    const client = federatedClient(emulator, {transporter, retry: {maxAttempts: 1}});
    client.setCredentials({access_token: 'revoked'});
    emulator.failNext({service: 'google-sts', reset: 'before'});
    const validateStatus = () => true;
    const request = client.request({url: bucketsUrl(), responseType: 'stream', validateStatus});
    assert.equal((await rejectionOf(request)).code, 'NETWORK_ERROR');
    assert.deepEqual(
      answers.map(({destroyed}) => destroyed),
      [true],
    );
  });

  it('derives a client of another account where the URL has parameters', () => {
    const client = new AwsAuthClient({
      audience: emulator.audience,
      serviceAccountImpersonationUrl: `https://iam.example/v1/projects/-/serviceAccounts/${EMAIL}:generateAccessToken?a=1`,
    });
    const other = client.withServiceAccount('other@my-project.iam.gserviceaccount.com');
    assert.equal(
      other.toJSON().service_account_impersonation_url,
      'https://iam.example/v1/projects/-/serviceAccounts/other@my-project.iam.gserviceaccount.com:generateAccessToken?a=1',
    );
  });

  it('exchanges once for the same scopes in whatever order', async () => {
    const client = federatedClient(emulator);
    const [one, other] = ['drive.readonly', 'calendar.readonly'].map(
      name => `https://www.googleapis.com/auth/${name}`,
    );
    assert.ok(one !== undefined && other !== undefined);
    await client.withScopes([one, other]).getAccessToken();
    await client.withScopes([other, one]).getAccessToken();
    assert.equal(operations().filter(operation => operation === 'token').length, 1);
  });

  it('exchanges a scope once, and keeps the hundred that were asked for last', async () => {
    const client = federatedClient(emulator);
    const ask = (scope: number) =>
      client.withScopes(`https://www.googleapis.com/auth/${scope}`).getAccessToken();
    const exchanges = () => operations().filter(operation => operation === 'token').length;
    for (let scope = 1; scope <= 101; scope += 1) await ask(scope);
    await ask(2);
    assert.equal(exchanges(), 101);
    await ask(1);
    assert.equal(exchanges(), 102);
  });
});
