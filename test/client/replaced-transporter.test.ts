import assert from 'node:assert/strict';
import {gaxios} from 'google-auth-library';
import sinon from 'sinon';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import type {AwsAuthClient} from '../../src/index.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {emulatedClient, federatedClient} from './emulated-client.js';

const OTHER = 'other@my-project.iam.gserviceaccount.com';

// As google-auth-library has it, `transporter` is a public property: tests of users replace it or what is in it.
describe('a transporter that is changed after construction', () => {
  let emulator: Emulator;
  /** The paths that went by the transporter of the test. */
  const seen: string[] = [];

  const recording = (transporter = new gaxios.Gaxios()): gaxios.Gaxios => {
    transporter.interceptors.request.add({
      resolved: request => {
        seen.push(request.url.pathname.replace(/.*[:/]/, ''));
        return Promise.resolve(request);
      },
    });
    return transporter;
  };

  beforeEach(async () => {
    emulator = await startEmulator();
    seen.length = 0;
  });

  afterEach(async () => {
    sinon.restore();
    await emulator.close();
  });

  it('carries the exchange where another was put in its place', async () => {
    const client = emulatedClient(emulator);
    client.transporter = recording();
    await client.getAccessToken();
    assert.deepEqual(seen, ['token', 'generateAccessToken']);
  });

  it('carries it from then on, and as little as before where it is put back', async () => {
    const client = federatedClient(emulator);
    await client.getAccessToken();
    const own = client.transporter;
    client.transporter = recording();
    client.setCredentials({});
    await client.getAccessToken();
    assert.deepEqual(seen, ['token']);
    client.transporter = own;
    client.setCredentials({});
    await client.getAccessToken();
    assert.deepEqual(seen, ['token']);
  });

  it('carries it where one was given at construction, too', async () => {
    const client = emulatedClient(emulator, {
      transporterOptions: {headers: new Headers({'x-mine': '1'})},
    });
    client.transporter = recording();
    await client.getAccessToken();
    assert.deepEqual(seen, ['token', 'generateAccessToken']);
  });

  it('carries it where it is no more than a function', async () => {
    const client = federatedClient(emulator);
    const data = {
      access_token: SAMPLE_SECRETS.federatedToken,
      token_type: 'Bearer',
      expires_in: 3600,
    };
    Object.assign(client, {
      transporter: {request: () => Promise.resolve({status: 200, headers: {}, data})},
    });
    assert.equal((await client.getAccessToken()).token, SAMPLE_SECRETS.federatedToken);
    assert.deepEqual(emulator.requests, []);
  });

  for (const [title, change] of [
    [
      'its request() was stubbed',
      client => {
        const {transporter} = client;
        const request = transporter.request.bind(transporter);
        sinon.stub(transporter, 'request').callsFake(options => {
          seen.push(new URL(String(options?.url)).pathname.replace(/.*[:/]/, ''));
          return request(options);
        });
      },
    ],
    [
      'request() of its class was stubbed',
      () => {
        const own = new gaxios.Gaxios();
        const request = own.request.bind(own);
        sinon.stub(gaxios.Gaxios.prototype, 'request').callsFake(options => {
          seen.push(new URL(String(options?.url)).pathname.replace(/.*[:/]/, ''));
          return request(options);
        });
      },
    ],
    ['an interceptor was added', client => void recording(client.transporter)],
    [
      'a default was set',
      client => {
        client.transporter.defaults.adapter = (options, defaultAdapter) => {
          seen.push(options.url.pathname.replace(/.*[:/]/, ''));
          return defaultAdapter(options);
        };
      },
    ],
  ] as [string, (client: AwsAuthClient) => void][]) {
    it(`carries it where ${title}`, async () => {
      const client = emulatedClient(emulator);
      change(client);
      await client.getAccessToken();
      assert.deepEqual(seen, ['token', 'generateAccessToken']);
    });
  }

  it('carries what clients that are derived afterwards send, and what they share', async () => {
    const client = emulatedClient(emulator, {transporterOptions: {timeout: 30_000}});
    client.transporter = recording();
    const derived = [client.withScopes('openid'), client.withServiceAccount(OTHER)];
    for (const other of derived) assert.equal(other.transporter, client.transporter);
    await derived[0]?.getAccessToken();
    assert.deepEqual(seen, ['token', 'generateAccessToken']);
  });
});
