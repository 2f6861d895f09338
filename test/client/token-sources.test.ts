import assert from 'node:assert/strict';
import sinon from 'sinon';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {AwsAuthError} from '../../src/index.js';
import {emulatedClient} from './emulated-client.js';

const errorOf = (code: string, message: string) =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

describe('what keeps Google STS from hearing AWS STS', () => {
  let emulator: Emulator;

  // The pauses are random; nobody here waits for them.
  beforeEach(async () => {
    sinon.stub(Math, 'random').returns(0);
    emulator = await startEmulator();
  });

  afterEach(async () => {
    sinon.restore();
    await emulator.close();
  });

  for (const [title, fault, code, reason] of [
    [
      'AWS STS throttles, by a 400',
      {status: 400, body: errorOf('Throttling', 'Rate exceeded')},
      'RATE_LIMITED',
      'Throttling',
    ],
    [
      'AWS STS is down',
      {status: 503, body: errorOf('ServiceUnavailable', 'Service unavailable')},
      'SERVER_ERROR',
      'ServiceUnavailable',
    ],
    ['AWS STS breaks the connection', {reset: 'before'}, 'SERVER_ERROR', 'invalid_grant'],
  ] as const) {
    it(`passes, and the exchange is tried again: ${title}`, async () => {
      emulator.failNext({service: 'aws-sts', ...fault, times: 2});
      assert.match((await emulatedClient(emulator).getAccessToken()).token, /^ya29\./);
    });

    it(`is no fault of the credentials: ${title}`, async () => {
      emulator.failNext({service: 'aws-sts', ...fault});
      const client = emulatedClient(emulator, {retry: {maxAttempts: 1}});
      await assert.rejects(client.getAccessToken(), (error: AwsAuthError) => {
        assert.deepEqual(
          [error.code, error.step, error.transient, error.reason],
          [code, 'token-exchange', true, reason],
          error.message,
        );
        assert.match(error.what, /AWS STS in us-east-1/);
        assert.doesNotMatch(
          error.message,
          /signature|credentials this process|provider's settings/,
        );
        return true;
      });
    });
  }
});
