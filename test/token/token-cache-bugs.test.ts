import assert from 'node:assert/strict';
import {setImmediate as turn} from 'node:timers/promises';
import {gaxios} from 'google-auth-library';
import {AwsAuthClient} from '../../src/index.js';
import {TokenCache, type TokenSource} from '../../src/token/token-cache.js';
import {ManualClock} from '../support/manual-clock.js';
import {ScriptedSource, type NumberedToken} from '../support/scripted-source.js';

const HOUR = 3_600_000;
const MINUTE = 60_000;

// Each was shipped by a good team in code that does what this cache does.
describe('the token cache does not have the bug', () => {
  let clock: ManualClock;
  let source: ScriptedSource;
  let cache: TokenCache<NumberedToken>;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);

  const cacheOf = (from: TokenSource<NumberedToken>) =>
    new TokenCache(from, {clock: clock.read, refreshAheadMillis: 5 * MINUTE});

  beforeEach(() => {
    clock = new ManualClock();
    source = new ScriptedSource(clock.read);
    cache = cacheOf(source.get);
    unhandled.length = 0;
    process.on('unhandledRejection', onUnhandled);
  });

  afterEach(async () => {
    await turn();
    process.off('unhandledRejection', onUnhandled);
    assert.deepEqual(unhandled, [], 'no rejection is left to nobody');
  });

  const hold = async (lifeMillis = HOUR): Promise<NumberedToken> => {
    const waiting = cache.get();
    const token = source.grant(source.calls, lifeMillis);
    await waiting;
    return token;
  };

  it('a rejected promise is kept for ever (aws-sdk-js-v3 #2067)', async () => {
    const first = cache.get();
    source.refuse(1, new Error('once'));
    await assert.rejects(first, /once/);
    const second = cache.get();
    const token = source.grant(2, HOUR);
    assert.equal(await second, token);
    assert.equal(await cache.get(), token);
  });

  it('a lock is not released after a failure (aws-sdk-js-v3 #7690)', async () => {
    await hold();
    clock.pass(HOUR);
    for (let number = 2; number <= 5; number += 1) {
      const waiting = [cache.get(), cache.get()];
      assert.equal(source.calls, number, 'one call for all, and one for each round');
      source.refuse(number);
      for (const each of await Promise.allSettled(waiting)) assert.equal(each.status, 'rejected');
    }
    const waiting = cache.get();
    const token = source.grant(6, HOUR);
    assert.equal(await waiting, token);
  });

  it('a lock is not released when the source throws at once', async () => {
    let fails = true;
    const token = source.token(0, HOUR);
    cache = cacheOf(() => {
      if (fails) throw new TypeError('at once');
      return Promise.resolve(token);
    });
    await assert.rejects(cache.get(), {name: 'TypeError', message: 'at once'});
    await assert.rejects(cache.refresh(), {name: 'TypeError', message: 'at once'});
    fails = false;
    assert.equal(await cache.get(), token);
  });

  it('the cache is rebuilt on every call (aws-sdk-js-v3 #8184)', async () => {
    const cloud = new CannedCloud();
    const client = clientOf(cloud, 'demo');
    for (let call = 0; call < 5; call += 1) {
      assert.equal((await client.getAccessToken()).token, 'a-token-of-demo');
      await client.getRequestHeaders();
    }
    assert.deepEqual(cloud.asked, ['token', 'demo']);
  });

  it('a background refresh ends as an unhandled rejection (aws-sdk-js-v3 #8280)', async () => {
    const token = await hold();
    clock.pass(HOUR - MINUTE);
    assert.equal(await cache.get(), token);
    source.refuse(2);
    await turn();
    assert.deepEqual(unhandled, []);
  });

  it('a refresh error throws a good token away (google-cloud-rust #5825)', async () => {
    const token = await hold();
    clock.pass(HOUR - MINUTE);
    for (let round = 0; round < 4; round += 1) {
      assert.equal(await cache.get(), token);
      if (source.calls > 1) source.refuse(source.calls);
      await turn();
      assert.equal(await cache.get(), token);
      assert.equal(cache.peek(), token);
      clock.pass(10_000);
    }
  });

  it('a refresh error throws a good token away, when the refresh was asked for', async () => {
    const token = await hold();
    const refreshed = cache.refresh();
    source.refuse(2, new Error('asked for'));
    await assert.rejects(refreshed, /asked for/);
    assert.equal(await cache.get(), token);
  });

  it('an older reload overwrites a newer one (jose 9a1a913)', async () => {
    const older = cache.get();
    const newer = source.token(99, HOUR);
    cache.set(newer);
    source.grant(1, 2 * HOUR);
    await older;
    assert.equal(await cache.get(), newer);
    assert.equal(cache.peek(), newer);
  });

  it('an older reload frees the place of a newer one (jose 9a1a913)', async () => {
    const older = cache.get();
    cache.set(undefined);
    const newer = cache.get();
    assert.equal(source.calls, 2);
    source.grant(1, HOUR);
    await older;
    assert.equal(cache.peek(), undefined, 'what was taken away does not come back');
    const waiting = cache.get();
    assert.equal(source.calls, 2, 'the newer one is still under way');
    const token = source.grant(2, HOUR);
    assert.deepEqual(await Promise.all([newer, waiting]), [token, token]);
  });

  it('the failure of an older reload counts against a newer token (jose 9a1a913)', async () => {
    const older = cache.get();
    const newer = source.token(99, HOUR);
    cache.set(newer);
    source.refuse(1, Object.assign(new Error('late'), {retryAfterMillis: 10 * HOUR}));
    assert.equal(await older, newer, 'nobody gets an error where there is a token');
    clock.pass(HOUR - MINUTE);
    assert.equal(await cache.get(), newer);
    assert.equal(source.calls, 2, 'its refresh does not wait');
    source.grant(2, HOUR);
  });

  it('the failure of an older reload frees the place of a newer one (jose 9a1a913)', async () => {
    const older = cache.get();
    cache.set(undefined);
    const newer = cache.get();
    source.refuse(1);
    await assert.rejects(older);
    const waiting = cache.get();
    assert.equal(source.calls, 2, 'the newer one is still under way');
    const token = source.grant(2, HOUR);
    assert.deepEqual(await Promise.all([newer, waiting]), [token, token]);
  });

  it('a refresh that never ends holds everybody up, though a token was put in', async () => {
    void cache.get();
    const token = source.token(99, HOUR);
    cache.set(token);
    assert.equal(await cache.get(), token);
    clock.pass(HOUR);
    const waiting = cache.get();
    const next = source.grant(2, HOUR);
    assert.equal(await waiting, next);
  });

  it('requests in flight are shared between clients of different configuration (octokit auth-app)', async () => {
    const cloud = new CannedCloud();
    const tokens = await Promise.all(
      ['one', 'two', 'one'].map(name => clientOf(cloud, name).getAccessToken()),
    );
    assert.deepEqual(
      tokens.map(({token}) => token),
      ['a-token-of-one', 'a-token-of-two', 'a-token-of-one'],
    );
    assert.deepEqual(cloud.asked.toSorted(), ['one', 'one', 'token', 'token', 'token', 'two']);
  });

  describe('a thundering herd', () => {
    it('asks once and shares the token', async () => {
      const herd = Array.from({length: 1000}, () => cache.get());
      const token = source.grant(1, HOUR);
      assert.ok((await Promise.all(herd)).every(each => each === token));
      assert.equal(source.calls, 1);
    });

    it('asks once and shares the failure, which the next herd does not see', async () => {
      const herd = Array.from({length: 1000}, () => cache.get());
      const error = new Error('for all');
      source.refuse(1, error);
      for (const each of await Promise.allSettled(herd)) {
        assert.ok(each.status === 'rejected' && each.reason === error);
      }
      assert.equal(source.calls, 1);
      const next = cache.get();
      const token = source.grant(2, HOUR);
      assert.equal(await next, token);
    });
  });

  it('what a source throws in place of an error is changed, or breaks it', async () => {
    for (const thrown of [undefined, null, 'text', {retryAfterMillis: 'soon'}]) {
      const waiting = cache.get();
      source.refuse(source.calls, thrown);
      const [outcome] = await Promise.allSettled([waiting]);
      assert.deepEqual(outcome, {status: 'rejected', reason: thrown});
    }
    await hold();
  });
});

/** Both of Google's token endpoints, in one transporter that clients share. */
class CannedCloud extends gaxios.Gaxios {
  /** `token`, or the service account's name, in the order of the requests. */
  readonly asked: string[] = [];

  constructor() {
    super();
    this.defaults.fetchImplementation = url => {
      assert.ok(url instanceof URL);
      const account = /serviceAccounts\/([^@]+)@/.exec(url.pathname)?.[1];
      this.asked.push(account ?? 'token');
      return Promise.resolve(
        Response.json(
          account === undefined
            ? {access_token: 'federated', token_type: 'Bearer', expires_in: 3600}
            : {
                accessToken: `a-token-of-${account}`,
                expireTime: new Date(Date.now() + HOUR).toISOString(),
              },
        ),
      );
    };
  }
}

function clientOf(transporter: gaxios.Gaxios, account: string): AwsAuthClient {
  return new AwsAuthClient({
    audience:
      '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
    awsCredentials: {accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'a-secret-key'},
    awsRegion: 'us-east-1',
    serviceAccountEmail: `${account}@my-project.iam.gserviceaccount.com`,
    transporter,
  });
}
