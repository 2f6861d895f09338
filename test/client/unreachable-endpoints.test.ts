import assert from 'node:assert/strict';
import {subscribe, unsubscribe} from 'node:diagnostics_channel';
import sinon from 'sinon';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {CredentialFileOverrides, StepTrace} from '../../src/index.js';
import {answering, rawServers} from '../support/raw-server.js';
import {assertHidden, printed} from '../support/secrets.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios} from '../support/token-request.js';
import {emulatedClient} from './emulated-client.js';

// A label of a name has 63 characters at most (RFC 1035 section 2.3.4): the resolver refuses this one by
// itself, and asks no server.
const NO_NAME = `${'a'.repeat(64)}.googleapis.com`;

/** Which endpoint is somewhere else, and how its errors name it. */
const ENDPOINTS = [
  {
    step: 'token-exchange',
    server: 'Google STS',
    at: (origin: string) => ({tokenUrl: `${origin}/v1/token`}),
    exchanges: 0,
  },
  {
    step: 'impersonation',
    server: 'IAM Credentials',
    at: (origin: string) => ({
      serviceAccountImpersonationUrl: `${origin}/v1/projects/-/serviceAccounts/demo@my-project.iam.gserviceaccount.com:generateAccessToken`,
    }),
    exchanges: 1,
  },
] as const;

const DELIVERIES = [
  {delivery: 'node:https', given: () => ({})},
  {
    delivery: 'a Gaxios',
    given: () => ({transporter: directGaxios({noProxy: ['127.0.0.1', NO_NAME]})}),
  },
  {
    delivery: "a Gaxios with Node's own fetch",
    given: () => ({
      transporter: directGaxios({noProxy: ['127.0.0.1', NO_NAME], fetchImplementation: fetch}),
    }),
  },
] as const;

const CASES = ENDPOINTS.flatMap(endpoint => DELIVERIES.map(each => ({...endpoint, ...each})));

describe('an endpoint that cannot be reached', () => {
  const start = rawServers();
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
    // The pauses are random; nobody here waits for them.
    sinon.stub(Math, 'random').returns(0);
  });

  afterEach(async () => {
    sinon.restore();
    await emulator.close();
  });

  /** What the caller is told, and the attempts that it took. */
  const failure = async (step: string, overrides: CredentialFileOverrides) => {
    const attempts: (number | undefined)[] = [];
    const channel = `tracing:google-auth-aws:${step}:asyncEnd`;
    const onAttempt = (message: unknown) => {
      attempts.push((message as StepTrace).attempt);
    };
    subscribe(channel, onAttempt);
    try {
      const awsCredentials = emulator.issueAwsCredentials();
      const client = emulatedClient(emulator, {...overrides, awsCredentials});
      const error = await rejectionOf(client.getAccessToken());
      const {secretAccessKey, sessionToken} = awsCredentials;
      assertHidden(printed(error), {secretAccessKey, sessionToken});
      assert.deepEqual(client.credentials, {}, 'nothing is kept of it');
      return {error, attempts};
    } finally {
      unsubscribe(channel, onAttempt);
    }
  };

  const exchanges = () => emulator.requests.filter(({service}) => service === 'google-sts').length;

  for (const {step, server, at, exchanges: expected, delivery, given} of CASES) {
    it(`${server}, whose name does not resolve, through ${delivery}`, async () => {
      const overrides = {...given(), ...at(`https://${NO_NAME}`)};
      const {error, attempts} = await failure(step, overrides);
      assert.deepEqual(
        [error.code, error.step, error.transient],
        ['NETWORK_ERROR', step, true],
        error.message,
      );
      // Most resolvers say ENOTFOUND; EAI_AGAIN and EAI_FAIL are known, too.
      const words = [
        `^${server} \\(${NO_NAME}\\) could not be reached: (?:ENOTFOUND|EAI_[A-Z]+)\\. `,
        `The name ${NO_NAME} did not resolve: check DNS, and the host name if you set one yourself\\.$`,
      ];
      assert.match(error.message, new RegExp(words.join('')));
      assert.deepEqual(attempts, [1, 2, 3, 4]);
      assert.equal(exchanges(), expected);
    });

    it(`${server}, whose certificate nobody vouches for, through ${delivery}: it is sent nothing, and once`, async () => {
      const stranger = await start(answering(200, '{}'), 'https');
      const overrides = {...given(), ...at(new URL(stranger.url).origin)};
      const {error, attempts} = await failure(step, overrides);
      assert.deepEqual(
        [error.code, error.step, error.transient],
        ['NETWORK_ERROR', step, false],
        error.message,
      );
      assert.match(error.message, new RegExp(`^${server} \\(127\\.0\\.0\\.1:${stranger.port}\\) `));
      assert.match(error.message, /UNABLE_TO_VERIFY_LEAF_SIGNATURE/);
      assert.match(error.message, /NODE_EXTRA_CA_CERTS/);
      assert.deepEqual(stranger.requests, []);
      assert.deepEqual(attempts, [1]);
      assert.equal(exchanges(), expected);
    });
  }
});
