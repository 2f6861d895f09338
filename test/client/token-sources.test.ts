import assert from 'node:assert/strict';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {AwsAuthError} from '../../src/index.js';
import {emulatedClient} from './emulated-client.js';

const errorOf = (code: string, message: string) =>
  `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

describe('what keeps Google STS from hearing AWS STS', () => {
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
  });

  afterEach(() => emulator.close());

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
    it(`is no fault of the credentials: ${title}`, async () => {
      emulator.failNext({service: 'aws-sts', ...fault});
      const client = emulatedClient(emulator);
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
      const exchanges = emulator.requests.filter(({service}) => service === 'google-sts');
      assert.equal(exchanges.length, 1, 'a 400 is not tried again');
      assert.match((await client.getAccessToken()).token, /^ya29\./, 'but by whoever asks anew');
    });
  }
});
