import assert from 'node:assert/strict';
import sinon from 'sinon';
import {tokenCache} from '../../src/client/federation.js';
import {resolveOptions} from '../../src/client/options.js';
import {signingClock} from '../../src/client/server-clock.js';
import {
  idTokenSource,
  type ServiceAccountContext,
} from '../../src/client/service-account-sources.js';
import {actingTokenSource} from '../../src/client/workspace-user-source.js';
import {AwsAuthError} from '../../src/errors.js';
import type {DeliveredResponse, Delivery} from '../../src/google/transport.js';
import {AccessToken} from '../../src/token/access-token.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {rejectionOf} from '../support/thrown.js';

const NOW = Date.UTC(2027, 0, 15, 8);
const MINUTE = 60_000;

/** How an endpoint answers its next request: after so many ms, or never. */
interface Answer {
  readonly afterMillis: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly serverTime?: number;
}

const NEVER: Answer = {afterMillis: Infinity};
const SIGNED: Answer = {afterMillis: 5000, body: {signedJwt: SAMPLE_SECRETS.assertion}};
const GRANTED: Answer = {
  afterMillis: 1000,
  body: {access_token: SAMPLE_SECRETS.userToken, token_type: 'Bearer', expires_in: 3600},
};

// Fake timers: the seconds here are told, not waited for.
describe('the steps of one token share the time for all attempts', () => {
  let timers: sinon.SinonFakeTimers;
  /** `STEP at S s`, for each request. */
  let asked: string[];
  let answers: Record<string, Answer[]>;
  let federated: {afterMillis: number; refusal?: AwsAuthError};
  let exchanges: number;

  beforeEach(() => {
    timers = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
    // The pauses between attempts are random.
    sinon.stub(Math, 'random').returns(0);
    asked = [];
    answers = {};
    federated = {afterMillis: 0};
    exchanges = 0;
  });

  afterEach(() => {
    timers.restore();
    sinon.restore();
  });

  const delivery: Delivery = {
    deliver: ({step}) => {
      asked.push(`${step} at ${String(performance.now() / 1000)} s`);
      const {afterMillis, status = 200, body = {}, serverTime} = answers[step]?.shift() ?? NEVER;
      const response = {status, text: JSON.stringify(body), serverTime};
      return after(afterMillis, {...response, retryAfter: undefined, location: undefined});
    },
    prepare: () => Promise.resolve(),
  };

  function after(millis: number, response: DeliveredResponse): Promise<DeliveredResponse>;
  function after(millis: number): Promise<undefined>;
  function after(millis: number, value?: DeliveredResponse) {
    return new Promise<unknown>(resolve => {
      if (millis < Infinity) setTimeout(() => resolve(value), millis);
    });
  }

  const contextOf = (subject?: string): ServiceAccountContext => {
    const options = resolveOptions({
      audience:
        '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
      serviceAccountEmail: 'demo@my-project.iam.gserviceaccount.com',
      scopes: ['https://www.googleapis.com/auth/calendar.readonly'],
      awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'not-asked-for'},
      clock: () => NOW,
      ...(subject === undefined ? {} : {subject}),
    });
    const {serviceAccount} = options;
    assert.ok(serviceAccount);
    const exchange = async () => {
      exchanges += 1;
      await after(federated.afterMillis);
      if (federated.refusal !== undefined) throw federated.refusal;
      return new AccessToken(SAMPLE_SECRETS.federatedToken, NOW, NOW + 60 * MINUTE);
    };
    return {
      options,
      transporter: delivery,
      apiClient: 'gl-node/0',
      serviceAccount,
      federated: tokenCache(exchange, options),
      federation: {
        awsRole: 'arn:aws:sts::111122223333:assumed-role/demo-role',
        clock: signingClock(() => NOW),
      },
    };
  };

  const account = () =>
    actingTokenSource(
      contextOf(),
      signingClock(() => NOW),
    );
  const user = () =>
    actingTokenSource(
      contextOf('alice@example.com'),
      signingClock(() => NOW),
    );

  /** What a source gives, and when. */
  const outcome = async (source: () => Promise<{readonly value: string}>) => {
    const running = source();
    running.catch(() => undefined);
    await timers.runAllAsync();
    return running;
  };

  const failure = async (source: () => Promise<{readonly value: string}>) => {
    const {code, message} = await rejectionOf(outcome(source));
    return [code, /within \d+ ms/.exec(message)?.[0], performance.now() / 1000];
  };

  for (const [step, source] of [
    ['impersonation', account],
    ['id-token', () => idTokenSource(contextOf(), 'https://hello-abc-uc.a.run.app')],
  ] as const) {
    it(`${step} has what the exchange has left of it`, async () => {
      federated = {afterMillis: 18_000};
      assert.deepEqual(await failure(source()), ['TIMEOUT', 'within 2000 ms', 30]);
      assert.deepEqual(asked, [`${step} at 18 s`, `${step} at 28 s`]);
    });

    it(`${step} has enough for an answer that is on its way, though the exchange took it all`, async () => {
      federated = {afterMillis: 29_900};
      assert.deepEqual(await failure(source()), ['TIMEOUT', 'within 1000 ms', 30.9]);
      assert.deepEqual(asked, [`${step} at 29.9 s`]);
    });
  }

  it('a user’s token is signed for and asked for in the time of one', async () => {
    federated = {afterMillis: 5000};
    answers = {'sign-jwt': [{...SIGNED, status: 503}, SIGNED]};
    assert.deepEqual(await failure(user()), ['TIMEOUT', 'within 5000 ms', 30]);
    assert.deepEqual(asked, [
      'sign-jwt at 5 s',
      'sign-jwt at 10 s',
      'jwt-bearer at 15 s',
      'jwt-bearer at 25 s',
    ]);
  });

  it('a user’s token is had where the last step answers in time', async () => {
    federated = {afterMillis: 24_000};
    answers = {'sign-jwt': [SIGNED], 'jwt-bearer': [{...GRANTED, afterMillis: 999}]};
    const {value} = await outcome(user());
    assert.equal(value, SAMPLE_SECRETS.userToken);
    assert.deepEqual(asked, ['sign-jwt at 24 s', 'jwt-bearer at 29 s']);
  });

  it('a user’s token is asked for, though the steps before took it all', async () => {
    federated = {afterMillis: 29_500};
    answers = {'sign-jwt': [{...SIGNED, afterMillis: 900}], 'jwt-bearer': [NEVER]};
    assert.deepEqual(await failure(user()), ['TIMEOUT', 'within 1000 ms', 31.4]);
    assert.deepEqual(asked, ['sign-jwt at 29.5 s', 'jwt-bearer at 30.4 s']);
  });

  describe('also where the claims told a wrong time', () => {
    const off = {...SIGNED, serverTime: NOW + 3 * MINUTE};
    const refused: Answer = {afterMillis: 9000, status: 400, body: {error: 'invalid_grant'}};

    it('and are signed once more', async () => {
      federated = {afterMillis: 4000};
      answers = {'sign-jwt': [off, off], 'jwt-bearer': [refused]};
      assert.deepEqual(await failure(user()), ['TIMEOUT', 'within 7000 ms', 30]);
      assert.deepEqual(asked, [
        'sign-jwt at 4 s',
        'jwt-bearer at 9 s',
        'sign-jwt at 18 s',
        'jwt-bearer at 23 s',
      ]);
    });

    it('and the second signature never comes', async () => {
      federated = {afterMillis: 4000};
      answers = {'sign-jwt': [off, NEVER], 'jwt-bearer': [refused]};
      assert.deepEqual(await failure(user()), ['TIMEOUT', 'within 2000 ms', 30]);
      assert.deepEqual(asked.slice(2), ['sign-jwt at 18 s', 'sign-jwt at 28 s']);
    });

    it('and no third time', async () => {
      answers = {'sign-jwt': [off, off, off], 'jwt-bearer': [refused, refused, refused]};
      assert.equal((await rejectionOf(outcome(user()))).status, 400);
      assert.equal(asked.length, 4);
    });

    it('and not where the refusal is not of the claims', async () => {
      for (const status of [401, 403]) {
        asked = [];
        answers = {'sign-jwt': [off], 'jwt-bearer': [{...refused, status}]};
        assert.equal((await rejectionOf(outcome(user()))).status, status);
        assert.equal(asked.length, 2);
      }
    });

    it('and not for a refusal of the exchange, long after they did', async () => {
      const context = contextOf('alice@example.com');
      const source = actingTokenSource(
        context,
        signingClock(() => NOW),
      );
      answers = {'sign-jwt': [off], 'jwt-bearer': [GRANTED]};
      await outcome(source);
      context.federated.set(undefined);
      federated = {
        afterMillis: 0,
        refusal: new AwsAuthError({
          code: 'TOKEN_EXCHANGE_REFUSED',
          step: 'token-exchange',
          what: 'Google STS refused.',
          fix: 'Correct it.',
          status: 400,
        }),
      };
      assert.equal((await rejectionOf(outcome(source))).code, 'TOKEN_EXCHANGE_REFUSED');
      assert.equal(exchanges, 2, 'it is asked for once');
    });
  });
});
