import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import type {RequestRecord} from '../../src/emulator/index.js';
import {fields, send} from './support/http.js';
import {Clock, emulators} from './support/running.js';
import {
  amzDate,
  encodeSubjectToken,
  exchangeParameters,
  federatedToken,
  postForm,
  subjectTokenRequest,
} from './support/signing.js';

describe('the records of requests', () => {
  const start = emulators();

  it('tell the way of a token, with no secret in them', async () => {
    const clock = new Clock();
    const told: RequestRecord[] = [];
    const emulator = await start({clock: clock.now, onRequest: record => told.push(record)});
    const {pathname} = new URL(emulator.env.AWS_CONTAINER_CREDENTIALS_FULL_URI);
    const credentials = await send(emulator.url, {
      path: pathname,
      headers: {authorization: emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN},
    });
    const {AccessKeyId, SecretAccessKey, Token} = fields(credentials.text);
    const keys = {
      accessKeyId: String(AccessKeyId),
      secretAccessKey: String(SecretAccessKey),
      sessionToken: String(Token),
    };
    const subject = subjectTokenRequest(emulator, keys, {date: amzDate(clock.time)});
    const federated = await federatedToken(emulator, {subject_token: encodeSubjectToken(subject)});
    const account = 'demo@my-project.iam.gserviceaccount.com';
    const generated = await send(emulator.url, {
      method: 'POST',
      path: `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
      headers: {authorization: `Bearer ${federated}`},
      body: JSON.stringify({scope: ['https://www.googleapis.com/auth/cloud-platform']}),
    });
    const {accessToken} = fields(generated.text);
    const list = await send(emulator.url, {
      path: `/storage/v1/b?project=my-project&access_token=${String(accessToken)}`,
      headers: {authorization: `Bearer ${String(accessToken)}`},
    });
    assert.equal(list.status, 200);

    const taskId = pathname.split('/').at(-1) ?? '';
    const arn = `arn:aws:sts::111122223333:assumed-role/demo-role/${taskId}`;
    const {host} = new URL(emulator.url);
    const {audience} = emulator;
    const principal = `principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/subject/${arn}`;
    const usual = {from: 'client', status: 200, startedAt: clock.time, host} as const;
    assert.deepEqual(
      emulator.requests.map(({millis, ...rest}) => {
        assert.ok(millis >= 0);
        return rest;
      }),
      [
        {
          ...usual,
          service: 'aws-container-credentials',
          operation: 'GetCredentials',
          method: 'GET',
          path: pathname,
          arn,
          lifetimeSeconds: 21_600,
        },
        {
          ...usual,
          service: 'aws-sts',
          operation: 'GetCallerIdentity',
          from: 'google-sts',
          host: 'sts.us-east-1.amazonaws.com',
          method: 'POST',
          path: '/?Action=GetCallerIdentity&Version=2011-06-15',
          arn,
        },
        {
          ...usual,
          service: 'google-sts',
          operation: 'token',
          method: 'POST',
          path: '/v1/token',
          audience,
          arn,
          subject: arn,
          principal,
          lifetimeSeconds: 3600,
        },
        {
          ...usual,
          service: 'iam-credentials',
          operation: 'generateAccessToken',
          method: 'POST',
          path: `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`,
          principal,
          serviceAccount: account,
          lifetimeSeconds: 3600,
        },
        {
          ...usual,
          service: 'storage',
          operation: 'storage.buckets.list',
          method: 'GET',
          path: '/storage/v1/b?project=my-project&access_token=***',
        },
      ],
    );
    assert.deepEqual(told, emulator.requests);
    const shown = inspect(emulator.requests, {depth: null, maxStringLength: null});
    for (const secret of [
      keys.secretAccessKey,
      keys.sessionToken,
      emulator.env.AWS_CONTAINER_AUTHORIZATION_TOKEN,
      federated,
      String(accessToken),
      /Signature=(\w+)/.exec(JSON.stringify(subject))?.[1] ?? assert.fail(),
    ]) {
      assert.ok(!shown.includes(secret));
    }
  });

  it('tell why a request was refused', async () => {
    const emulator = await start();
    await postForm(emulator, {});
    emulator.revokeAwsCredentials();
    const keys = emulator.issueAwsCredentials({lifetimeSeconds: -1});
    await postForm(emulator, exchangeParameters(emulator, keys));
    await send(emulator.url, {path: '/nowhere?a=b'});
    await send(emulator.url, {method: 'POST', path: '/?Action=Other&Version=1'});
    assert.deepEqual(
      emulator.requests.map(({service, operation, status, error, path}) =>
        [service, operation, status, error, path].join(' '),
      ),
      [
        'google-sts token 400 invalid_request /v1/token',
        'aws-sts GetCallerIdentity 403 ExpiredToken /?Action=GetCallerIdentity&Version=2011-06-15',
        'google-sts token 400 invalid_grant /v1/token',
        'unknown unknown 404  /nowhere?a=***',
        'aws-sts unknown 400 InvalidAction /?Action=Other&Version=1',
      ],
    );
  });

  for (const [method, path, operation] of [
    ['GET', '/storage/v1/b?project=p', 'storage.buckets.list'],
    ['POST', '/storage/v1/b?project=p', 'storage.buckets.insert'],
    ['GET', '/storage/v1/b/x', 'storage.buckets.get'],
    ['DELETE', '/storage/v1/b/x', 'storage.buckets.delete'],
    ['GET', '/b/x', 'storage.buckets.get'],
    ['GET', '/storage/v1/b/x/iam', 'storage.buckets.iam'],
    ['GET', '/storage/v1/b/x/o', 'storage.objects.list'],
    ['GET', '/storage/v1/b/x/o/y%2Fz', 'storage.objects.get'],
    ['GET', '/storage/v1/b/x/o/y?alt=media', 'storage.objects.download'],
    ['GET', '/download/storage/v1/b/x/o/y?alt=media', 'storage.objects.download'],
    ['PATCH', '/storage/v1/b/x/o/y', 'storage.objects.patch'],
    ['PUT', '/storage/v1/b/x/o/y', 'storage.objects.update'],
    ['DELETE', '/storage/v1/b/x/o/y', 'storage.objects.delete'],
    ['POST', '/storage/v1/b/x/o/y/copyTo/b/x/o/z', 'storage.objects.copy'],
    ['POST', '/storage/v1/b/x/o/y/rewriteTo/b/x/o/z', 'storage.objects.rewrite'],
    ['POST', '/storage/v1/b/x/o/y/moveTo/o/z', 'storage.objects.move'],
    ['POST', '/storage/v1/b/x/o/y/compose', 'storage.objects.compose'],
    ['POST', '/upload/storage/v1/b/x/o?uploadType=resumable', 'storage.objects.insert'],
    ['PUT', '/upload/storage/v1/b/x/o?upload_id=secret', 'storage.objects.insert'],
  ] as const) {
    it(`name ${method} ${path} ${operation}`, async () => {
      const emulator = await start();
      await send(emulator.url, {method, path});
      const [record] = emulator.requests;
      assert.equal(record?.service, 'storage');
      assert.equal(record.operation, operation);
      assert.ok(!record.path.includes('secret'));
    });
  }

  it('cannot be changed', async () => {
    const emulator = await start();
    await send(emulator.url, {path: '/'});
    const [record] = emulator.requests;
    assert.ok(record);
    assert.throws(() => Object.assign(record, {status: 1}), TypeError);
  });
});
