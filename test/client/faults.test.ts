import assert from 'node:assert/strict';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import {createServer, type AddressInfo} from 'node:net';
import {setImmediate as turn, setTimeout as sleep} from 'node:timers/promises';
import sinon from 'sinon';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {StepTrace} from '../../src/index.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios} from '../support/token-request.js';
import {ENDPOINTS, FAULT_ROWS, type FaultRow} from './fault-rows.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const DELIVERIES = [
  {delivery: 'node:https', given: {}},
  {delivery: 'a Gaxios', given: {transporter: directGaxios()}},
] as const;

const CASES = ENDPOINTS.flatMap(endpoint => DELIVERIES.map(each => ({endpoint, ...each})));

for (const {endpoint, delivery, given} of CASES) {
  const {service, step, client: clientOf, answer} = endpoint;

  describe(`a fault of ${service}, through ${delivery}`, () => {
    let now: number;
    let emulator: Emulator;
    let unhandled: unknown[];
    let attemptsEnded: number;
    const onUnhandled = (reason: unknown) => void unhandled.push(reason);
    const onAttemptEnd = (message: unknown) => {
      if ((message as StepTrace).target === new URL(emulator.url).host) attemptsEnded += 1;
    };
    const channel = `tracing:google-auth-aws:${step}:asyncEnd`;

    beforeEach(async () => {
      now = Date.now();
      unhandled = [];
      attemptsEnded = 0;
      // The pauses are random; nobody here waits for them.
      sinon.stub(Math, 'random').returns(0);
      process.on('unhandledRejection', onUnhandled);
      subscribe(channel, onAttemptEnd);
      emulator = await startEmulator({clock: () => now});
    });

    afterEach(async () => {
      await emulator.close();
      unsubscribe(channel, onAttemptEnd);
      process.off('unhandledRejection', onUnhandled);
      sinon.restore();
      assert.deepEqual(unhandled, [], 'no rejection is left to nobody');
    });

    const client = ({isSlow}: Pick<FaultRow, 'isSlow'> = {}) =>
      clientOf(emulator, {
        clock: () => now,
        ...given,
        ...(isSlow === true ? {timeouts: {attemptMillis: 300}} : {}),
      });

    const requests = () => emulator.requests.filter(record => record.service === service).length;

    /** Waits for the end of what nobody waits for. */
    const attempts = async (count: number): Promise<void> => {
      while (attemptsEnded < count) await sleep(2);
      for (let round = 0; round < 5; round += 1) await turn();
      assert.equal(attemptsEnded, count);
    };

    describe('where there is no token', () => {
      for (const row of FAULT_ROWS) {
        it(`${row.title}: ${row.code ?? 'a token in the end'}`, async () => {
          const authClient = client(row);
          emulator.failNext(row.fault(endpoint));
          if (row.code === undefined) {
            assert.match((await authClient.getAccessToken()).token, /^ya29\./);
          } else {
            const error = await rejectionOf(authClient.getAccessToken());
            assert.deepEqual(
              {code: error.code, step: error.step, transient: error.transient},
              {code: row.code, step, transient: row.isTransient},
              error.message,
            );
            if (row.isLongPause === true) assert.ok((error.retryAfterMillis ?? 0) >= HOUR);
            assert.deepEqual(authClient.credentials, {});
            assert.match((await authClient.getAccessToken()).token, /^ya29\./, 'the next call');
          }
          // What hangs is recorded when its connection ends.
          await emulator.close();
          assert.equal(requests(), row.requests + (row.code === undefined ? 0 : 1));
        });
      }

      it('an outage and a limit are tried again, each with a request of its own', async () => {
        for (const status of [408, 429, 500, 502, 503, 504, 599]) {
          const before = requests();
          emulator.failNext({service, status});
          assert.match((await client().getAccessToken()).token, /^ya29\./, `${status}`);
          assert.equal(requests(), before + 2, `${status}`);
        }
      });

      it('a refusal is the caller’s, at once', async () => {
        for (const status of [400, 401, 403, 404, 409, 422]) {
          const before = requests();
          // IAM Credentials refuses a federated token that was revoked by a 401: one new one is tried.
          const times = service === 'iam-credentials' && status === 401 ? 2 : 1;
          emulator.failNext({service, status, times});
          const {transient, step: failed} = await rejectionOf(client().getAccessToken());
          assert.deepEqual([failed, transient], [step, false], `${status}`);
          assert.equal(requests(), before + times, `${status}`);
        }
      });

      it('a redirect is not followed: the other host hears nothing', async () => {
        let connections = 0;
        const other = createServer(socket => {
          connections += 1;
          socket.destroy();
        });
        await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
        const {port} = other.address() as AddressInfo;
        emulator.failNext({service, redirectTo: `http://127.0.0.1:${port}/v1/token`, status: 307});
        const error = await rejectionOf(client().getAccessToken());
        await new Promise(resolve => other.close(resolve));
        assert.deepEqual([error.code, error.step], ['REDIRECT_REFUSED', step]);
        assert.equal(connections, 0);
        assert.equal(requests(), 1);
      });

      it('a content type that is wrong does no harm to what is right', async () => {
        for (const type of ['text/html', 'application/octet-stream', 'nonsense']) {
          const headers = {'content-type': type};
          emulator.failNext({service, status: 200, headers, body: JSON.stringify(answer())});
          assert.equal((await client().getAccessToken()).token, 'a-token-by-hand');
        }
      });

      it('an expiry in the year 9999 is a token like any other', async () => {
        emulator.failNext({service, status: 200, body: answer(endpoint.year9999)});
        const authClient = client();
        const {token} = await authClient.getAccessToken();
        assert.equal(token, 'a-token-by-hand');
        assert.ok(Number.isFinite(authClient.credentials.expiry_date));
        now += HOUR / 2;
        assert.equal((await authClient.getAccessToken()).token, token);
        // What is asked for lives an hour at most; Google STS is believed.
        now += HOUR;
        const later = (await authClient.getAccessToken()).token;
        assert.equal(later === token, service === 'google-sts');
      });
    });

    describe('where a good token is due', () => {
      for (const row of FAULT_ROWS) {
        it(`${row.title}: the old token, and then a new one`, async () => {
          const authClient = client(row);
          const token = async () => (await authClient.getAccessToken()).token;
          const old = await token();
          now += HOUR - 4 * MINUTE;
          emulator.failNext(row.fault(endpoint));
          const callers = await Promise.all(Array.from({length: 20}, token));
          assert.deepEqual(new Set(callers), new Set([old]));
          await attempts(1 + row.requests);
          if (row.code !== undefined) {
            assert.equal(await token(), old, 'the failure is nobody’s');
            now += 2 * MINUTE;
            assert.equal(await token(), old);
            if (row.isLongPause === true) now += 2 * MINUTE;
            else await attempts(2 + row.requests);
          }
          const fresh = await token();
          assert.notEqual(fresh, old);
          assert.match(fresh, /^ya29\./);
          await emulator.close();
          assert.equal(requests(), row.requests + (row.code === undefined ? 1 : 2));
        });
      }
    });
  });
}
