import assert from 'node:assert/strict';
import {AsyncLocalStorage} from 'node:async_hooks';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {setImmediate as turn, setTimeout as sleep} from 'node:timers/promises';
import {inspect} from 'node:util';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {AwsCredentials} from '../../src/index.js';
import {rejectionOf} from '../support/thrown.js';
import {federatedClient} from './emulated-client.js';

const HOUR = 3_600_000;
const CHANNEL = 'tracing:google-auth-aws:aws-credentials:asyncEnd';

/** What a function that should give credentials does instead, and what the error says of it. */
const FAILURES: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'throws at once',
    () => {
      throw new TypeError('a bug in the provider');
    },
    /a bug in the provider/,
  ],
  ['rejects', () => Promise.reject(new Error('the vault is sealed')), /the vault is sealed/],
  ...[undefined, null, 'only text', 42, {code: 'ENOVAULT'}, Object.create(null)].map(
    (thrown: unknown) =>
      [
        `throws what is no error: ${inspect(thrown)}`,
        () => {
          throw thrown;
        },
        /not an Error was thrown/,
      ] as const,
  ),
  ['never answers', () => new Promise(() => undefined), /did not answer within \d+ ms/],
];

describe('a credential function', () => {
  let now: number;
  let emulator: Emulator;
  let ask: () => unknown;
  let calls: number;
  let readings: number;
  let unhandled: unknown[];
  // Not those of another test, whose refresh may still be under way.
  const own = new AsyncLocalStorage<true>();
  const onReading = () => {
    if (own.getStore()) readings += 1;
  };
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);

  beforeEach(async () => {
    now = Date.now();
    calls = 0;
    readings = 0;
    unhandled = [];
    process.on('unhandledRejection', onUnhandled);
    subscribe(CHANNEL, onReading);
    emulator = await startEmulator({clock: () => now});
  });

  afterEach(async () => {
    await emulator.close();
    await turn();
    process.off('unhandledRejection', onUnhandled);
    unsubscribe(CHANNEL, onReading);
    assert.deepEqual(unhandled, []);
  });

  const works = () => Promise.resolve(emulator.issueAwsCredentials());
  const client = () =>
    federatedClient(emulator, {
      clock: () => now,
      timeouts: {totalMillis: 150},
      awsCredentials: () => {
        calls += 1;
        return ask() as Promise<AwsCredentials>;
      },
    });

  for (const [title, fails, words] of FAILURES) {
    it(`that ${title}: the caller is told, Google is not asked, and the next call is a new try`, async () => {
      const authClient = client();
      ask = fails;
      const error = await rejectionOf(authClient.getAccessToken());
      assert.deepEqual(
        [error.code, error.step, error.transient],
        ['AWS_CREDENTIALS_UNAVAILABLE', 'aws-credentials', false],
      );
      assert.match(error.message, words);
      assert.equal(calls, 1);
      assert.deepEqual(emulator.requests, []);
      ask = works;
      assert.match((await authClient.getAccessToken()).token, /^ya29\./);
    });

    it(`that ${title}, while a good token is due: nobody hears of it`, async () => {
      const authClient = client();
      ask = works;
      const old = await own.run(true, () => authClient.getAccessToken());
      now += HOUR - 240_000;
      ask = fails;
      assert.deepEqual(await own.run(true, () => authClient.getAccessToken()), old);
      while (readings < 2) await sleep(2);
      await turn();
      assert.deepEqual(await authClient.getAccessToken(), old);
      // Longer than the pause after a failure, and not as long as the token.
      now += 60_000;
      ask = works;
      const fresh = new Promise(resolve => authClient.once('tokens', resolve));
      assert.deepEqual(await authClient.getAccessToken(), old);
      await fresh;
      assert.notDeepEqual(await authClient.getAccessToken(), old);
      assert.equal(calls, 3);
    });
  }

  it('that answers after its caller has gone serves the next', async () => {
    const authClient = client();
    let answer: (credentials: AwsCredentials) => void = () => undefined;
    ask = () => new Promise<AwsCredentials>(resolve => (answer = resolve));
    const controller = new AbortController();
    const url = `${emulator.url}/storage/v1/b?project=my-project`;
    const impatient = authClient.request({url, signal: controller.signal});
    const patient = authClient.getAccessToken();
    while (calls === 0) await turn();
    controller.abort();
    assert.equal((await rejectionOf(impatient)).code, 'ABORTED');
    answer(emulator.issueAwsCredentials());
    assert.match((await patient).token, /^ya29\./);
    assert.equal(calls, 1);
  });

  it('that fails after its only caller has gone leaves nothing behind', async () => {
    const authClient = client();
    let refuse: (error: Error) => void = () => undefined;
    ask = () => new Promise((_, reject) => (refuse = reject));
    const controller = new AbortController();
    const request = authClient.request({url: emulator.url, signal: controller.signal});
    while (calls === 0) await turn();
    controller.abort();
    assert.equal((await rejectionOf(request)).code, 'ABORTED');
    refuse(new Error('too late'));
    await turn();
    ask = works;
    assert.match((await authClient.getAccessToken()).token, /^ya29\./);
  });
});
