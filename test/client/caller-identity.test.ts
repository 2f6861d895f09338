import assert from 'node:assert/strict';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {getCallerIdentity, isAwsAuthError, type AwsAuthError} from '../../src/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {emulatedClient} from './emulated-client.js';

const ARN = 'arn:aws:sts::111122223333:assumed-role/demo-role/';

async function failure(promise: Promise<unknown>): Promise<AwsAuthError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isAwsAuthError(error), String(error));
    return error;
  }
  throw new assert.AssertionError({message: 'it should have failed'});
}

describe('who AWS says the caller is', () => {
  const aws = awsEnvironment();
  let emulator: Emulator;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    emulator = await startEmulator({clock: () => now});
    aws.set({AWS_ENDPOINT_URL_STS: emulator.url});
  });
  afterEach(() => emulator.close());

  it('is told with the source and the region, and nobody of Google is asked', async () => {
    aws.set(emulator.awsSetup('container').env);
    const identity = await getCallerIdentity();
    assert.ok(identity.arn.startsWith(ARN), identity.arn);
    assert.equal(identity.accountId, '111122223333');
    assert.match(identity.userId, /^AROA\w+:/);
    assert.equal(identity.source, 'container');
    assert.equal(identity.region, 'us-east-1');
    assert.equal(identity.regionSource, 'AWS_REGION');
    assert.ok(Math.abs(identity.clockOffsetMillis ?? Infinity) < 60_000);
    assert.ok(emulator.requests.every(({service}) => !service.startsWith('google')));
  });

  it('is told by a client with its own credentials', async () => {
    const identity = await emulatedClient(emulator).getCallerIdentity();
    assert.ok(identity.arn.startsWith(ARN), identity.arn);
    assert.equal(identity.source, 'option');
  });

  it('is told in XML, too, by what knows no JSON', async () => {
    const [Arn, Account, UserId] = [`${ARN}xml`, '111122223333', 'AROAEXAMPLE:xml'];
    const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>${Arn}</Arn>
    <UserId>${UserId}</UserId>
    <Account>${Account}</Account>
  </GetCallerIdentityResult>
</GetCallerIdentityResponse>`;
    emulator.failNext({
      service: 'aws-sts',
      status: 200,
      headers: {'content-type': 'text/xml'},
      body,
    });
    const {arn, accountId, userId} = await emulatedClient(emulator).getCallerIdentity();
    assert.deepEqual([arn, accountId, userId], [Arn, Account, UserId]);
  });

  it('is told to a transporter, too', async () => {
    // A proxy variable leads to Gaxios; NO_PROXY past the proxy.
    aws.set({
      ...emulator.awsSetup('environment').env,
      HTTPS_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: '127.0.0.1',
    });
    assert.ok((await getCallerIdentity()).arn.startsWith(ARN));
  });

  for (const minutes of [-60, -10, 10, 60]) {
    it(`is told where AWS’s clock is ${minutes} minutes ahead, and by how much`, async () => {
      const awsCredentials = emulator.issueAwsCredentials();
      const local = now;
      now += minutes * 60_000;
      const {clockOffsetMillis, arn} = await getCallerIdentity({
        awsCredentials,
        awsRegion: 'us-east-1',
        clock: () => local,
      });
      assert.ok(arn.startsWith(ARN));
      assert.ok(Math.abs((clockOffsetMillis ?? 0) - minutes * 60_000) <= 1000);
    });
  }

  it('asks AWS_ENDPOINT_URL where AWS_ENDPOINT_URL_STS is not set, and neither where they are ignored', async () => {
    aws.set({
      ...emulator.awsSetup('environment').env,
      AWS_ENDPOINT_URL_STS: '',
      AWS_ENDPOINT_URL: emulator.url,
    });
    assert.ok((await getCallerIdentity()).arn.startsWith(ARN));
    aws.set({AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', HTTPS_PROXY: 'http://127.0.0.1:9'});
    const asked = emulator.requests.length;
    const error = await failure(getCallerIdentity({retry: {maxAttempts: 1}}));
    assert.equal(error.code, 'NETWORK_ERROR');
    assert.match(error.message, /sts\.us-east-1\.amazonaws\.com/);
    assert.equal(emulator.requests.length, asked);
  });

  it('refuses an endpoint to which the session token would travel in the open', async () => {
    aws.set({
      ...emulator.awsSetup('environment').env,
      AWS_ENDPOINT_URL_STS: 'http://sts.example.com',
    });
    const error = await failure(getCallerIdentity());
    assert.equal(error.code, 'INVALID_OPTION');
    assert.match(
      error.message,
      /^The environment variable "AWS_ENDPOINT_URL_STS" is "http:\/\/sts\.example\.com": a token /,
    );
  });

  for (const [title, change] of [
    ['an ARN that a terminal obeys', {Arn: `${ARN}\u001b[2J`}],
    ['an ARN of two lines', {Arn: `${ARN}x\n${ARN}y`}],
    ['an ARN that is none', {Arn: 'demo-role'}],
    ['an account that a shell runs', {Account: '111122223333;touch x'}],
    ['a user id that a terminal obeys', {UserId: 'AROA:\u009b2J'}],
  ] as const) {
    it(`is no answer where it has ${title}`, async () => {
      const GetCallerIdentityResult = {
        Arn: `${ARN}session`,
        Account: '111122223333',
        UserId: 'AROAEXAMPLE:session',
        ...change,
      };
      emulator.failNext({
        service: 'aws-sts',
        status: 200,
        body: {GetCallerIdentityResponse: {GetCallerIdentityResult}},
      });
      const error = await failure(emulatedClient(emulator).getCallerIdentity());
      assert.equal(error.code, 'INVALID_RESPONSE');
    });
  }

  describe('refuses in AWS’s words, with what to do:', () => {
    it('keys that it does not know', async () => {
      const awsCredentials = emulator.issueAwsCredentials();
      emulator.revokeAwsCredentials();
      const error = await failure(getCallerIdentity({awsCredentials, awsRegion: 'us-east-1'}));
      assert.equal(error.code, 'AWS_IDENTITY_REJECTED');
      assert.equal(error.step, 'caller-identity');
      assert.equal(error.reason, 'InvalidClientTokenId');
      assert.equal(error.status, 403);
      assert.match(error.what, /The security token included in the request is invalid/);
      assert.match(error.fix, /aws sts get-caller-identity/);
      assert.equal(error.message, `${error.what} ${error.fix}`);
      for (const secret of [awsCredentials.secretAccessKey, awsCredentials.sessionToken]) {
        assert.ok(!JSON.stringify(error).includes(secret) && !String(error.stack).includes(secret));
      }
    });

    it('a secret that does not fit', async () => {
      const awsCredentials = {...emulator.issueAwsCredentials(), secretAccessKey: 'x'.repeat(40)};
      const error = await failure(getCallerIdentity({awsCredentials, awsRegion: 'us-east-1'}));
      assert.equal(error.reason, 'SignatureDoesNotMatch');
    });

    it('a session that has ended', async () => {
      const awsCredentials = emulator.issueAwsCredentials();
      now += 7 * 3600_000;
      const error = await failure(
        getCallerIdentity({awsCredentials, awsRegion: 'us-east-1', clock: () => now}),
      );
      assert.equal(error.reason, 'ExpiredToken');
      assert.match(error.fix, /aws sso login/);
    });

    for (const [fault, code, transient] of [
      [{status: 503, body: 'busy'}, 'SERVER_ERROR', true],
      [{status: 408, body: ''}, 'SERVER_ERROR', true],
      [{status: 429, body: ''}, 'RATE_LIMITED', true],
      [
        {
          status: 400,
          body: '<Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error>',
        },
        'RATE_LIMITED',
        true,
      ],
      [{status: 403, body: '<html>proxy</html>'}, 'INVALID_RESPONSE', false],
      [{status: 200, body: '{}'}, 'INVALID_RESPONSE', false],
      [{redirectTo: 'https://example.com/'}, 'REDIRECT_REFUSED', false],
      [{reset: 'before'}, 'NETWORK_ERROR', true],
    ] as const) {
      it(`${code} for ${JSON.stringify(fault)}`, async () => {
        emulator.failNext({service: 'aws-sts', ...fault});
        const error = await failure(
          getCallerIdentity({
            awsCredentials: emulator.issueAwsCredentials(),
            awsRegion: 'us-east-1',
            retry: {maxAttempts: 1},
          }),
        );
        assert.equal(error.code, code);
        assert.equal(error.step, 'caller-identity');
        assert.equal(error.transient, transient);
        assert.doesNotMatch(error.message, /Google/, 'it is AWS that is asked');
      });
    }

    it('and is asked again after an outage', async () => {
      emulator.failNext({service: 'aws-sts', status: 503});
      const identity = await getCallerIdentity({
        awsCredentials: emulator.issueAwsCredentials(),
        awsRegion: 'us-east-1',
      });
      assert.ok(identity.arn.startsWith(ARN));
    });
  });
});
