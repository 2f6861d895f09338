import assert from 'node:assert/strict';
import https from 'node:https';
import {connect} from 'node:net';
import nock from 'nock';
import sinon from 'sinon';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {awsIdentityReader} from '../../src/client/aws-identity.js';
import {resolveOptions} from '../../src/client/options.js';
import {federatedTokenSource} from '../../src/client/token-sources.js';
import type {Delivery} from '../../src/google/transport.js';
import {httpResponse, rawServers, type RawServer} from '../support/raw-server.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {rejectionOf} from '../support/thrown.js';
import {emulatedClient} from './emulated-client.js';

nock.restore();

// Nobody in this process knows the authority of these servers: that they are connected to in time is
// what counts, and the refusal of their certificate ends the exchange.
describe('connections that are made ahead', () => {
  const start = rawServers();
  let emulator: Emulator;
  let isOver: boolean;

  beforeEach(async () => {
    isOver = false;
    emulator = await startEmulator();
  });

  afterEach(() => {
    isOver = true;
    return emulator.close();
  });

  /** Resolves once the server has been connected to. */
  async function connected(server: RawServer): Promise<void> {
    while (server.connections() === 0 && !isOver)
      await new Promise(resolve => setImmediate(resolve));
  }

  it('reaches Google STS while the AWS credentials are read', async () => {
    const server = await start(() => undefined, 'https');
    const client = emulatedClient(emulator, {
      tokenUrl: server.url,
      awsCredentials: async () => {
        await connected(server);
        return emulator.issueAwsCredentials();
      },
      timeouts: {totalMillis: 5_000},
    });
    assert.equal((await rejectionOf(client.getAccessToken())).code, 'NETWORK_ERROR');
    assert.equal(server.connections(), 1);
  });

  it('signs when the connection is on its way, since signing keeps the event loop from it', async () => {
    const {accessKeyId, secretAccessKey, sessionToken} = SAMPLE_SECRETS;
    const options = resolveOptions({
      audience: emulator.config.audience,
      awsCredentials: {accessKeyId, secretAccessKey, sessionToken},
      awsRegion: 'us-east-1',
      retry: {maxAttempts: 1},
    });
    const steps: string[] = [];
    let connect: () => void = () => undefined;
    const transporter: Delivery = {
      prepare: url => {
        steps.push(`connect to ${url}`);
        return new Promise(resolve => (connect = resolve));
      },
      deliver: ({url}) => {
        steps.push(`ask ${url}`);
        return Promise.reject(new Error('not reached'));
      },
    };
    const source = federatedTokenSource(
      {
        ...{options, transporter, apiClient: 'gl-node/0', identify: awsIdentityReader(options)},
        clock: {
          now: () => {
            steps.push('sign');
            return Date.now();
          },
          offsetMillis: 0,
          heard: () => false,
        },
      },
      options.scopes,
    );
    const exchange = rejectionOf(Promise.resolve(source()));
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    assert.deepEqual(steps, [`connect to ${options.tokenUrl}`]);
    connect();
    await exchange;
    assert.deepEqual(steps.slice(1), ['sign', `ask ${options.tokenUrl}`]);
  });

  it('reaches IAM Credentials while Google STS is asked', async () => {
    const iam = await start(() => undefined, 'https');
    const sts = await start((socket, request) => {
      assert.match(request.body, /subject_token=/);
      void connected(iam).then(() => socket.write(httpResponse(400, '{"error":"invalid_grant"}')));
    });
    const client = emulatedClient(emulator, {
      tokenUrl: sts.url,
      serviceAccountImpersonationUrl: `https://127.0.0.1:${iam.port}/v1/projects/-/serviceAccounts/demo@my-project.iam.gserviceaccount.com:generateAccessToken`,
    });
    const {code} = await rejectionOf(client.getAccessToken());
    assert.equal(code, 'TOKEN_EXCHANGE_REFUSED');
    assert.equal(iam.connections(), 1);
  });

  describe('are made to nobody', () => {
    let server: RawServer;
    beforeEach(async () => {
      server = await start(() => undefined, 'https');
    });

    const refusal = async () => {
      const client = emulatedClient(emulator, {tokenUrl: server.url, retry: {maxAttempts: 1}});
      return (await rejectionOf(client.getAccessToken())).code;
    };

    /** Whoever was connected before is counted once the server has seen one more. */
    const others = async () => {
      const last = connect(server.port, '127.0.0.1');
      await connected(server);
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
      last.destroy();
      return server.connections() - 1;
    };

    it('where nock answers in place of the network', async () => {
      nock.activate();
      try {
        nock.disableNetConnect();
        assert.equal(await refusal(), 'NETWORK_ERROR');
        nock(new URL(server.url).origin).post('/v1/token').reply(400, {error: 'invalid_grant'});
        assert.equal(await refusal(), 'TOKEN_EXCHANGE_REFUSED');
      } finally {
        nock.cleanAll();
        nock.enableNetConnect();
        nock.restore();
      }
      assert.equal(await others(), 0);
    });

    it('where a stub stands in for https.request()', async () => {
      const stub = sinon.stub(https, 'request').throws(new Error('no network in this test'));
      try {
        assert.equal(await refusal(), 'NETWORK_ERROR');
        sinon.assert.calledOnce(stub);
      } finally {
        stub.restore();
      }
      assert.equal(await others(), 0);
    });
  });
});
