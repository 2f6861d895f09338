import assert from 'node:assert/strict';
import {createServer, type Socket} from 'node:net';
import sinon from 'sinon';
import {chooseCredentialSource} from '../../src/aws/credential-source.js';
import {assumedRoleSource} from '../../src/aws/assume-role.js';
import {lookUpRegion} from '../../src/aws/region-lookup.js';
import {readCredentials} from '../../src/aws/read-credentials.js';
import type {EmulatorOptions} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {emulators} from '../emulator/support/running.js';
import {assertRejected} from '../support/refusal.js';
import {roleArn} from './each-source.js';

const TIMEOUT = {timeoutMillis: 30_000};
const SAYS = [
  'the EC2 instance metadata service',
  'attach an instance profile',
  'raise the hop limit to 2',
  // Without the instance, the AWS CLI refuses the command.
  'aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --http-put-response-hop-limit 2',
] as const;

describe('instance metadata', () => {
  const environment = awsEnvironment();
  const startEmulator = emulators();
  const endings: (() => void)[] = [];

  afterEach(() => {
    for (const end of endings.splice(0)) end();
    sinon.restore();
  });

  const ask = async () => readCredentials(await chooseCredentialSource(process.env), TIMEOUT);
  const pointTo = async (options: EmulatorOptions) => {
    const emulator = await startEmulator(options);
    environment.set(emulator.awsSetup('instance-metadata', {region: false}).env);
    return emulator;
  };
  /** A service that takes connections and never says anything. */
  const startSilence = async () => {
    const sockets = new Set<Socket>();
    const server = createServer(socket => sockets.add(socket));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    environment.set({AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${address.port}`});
    return sockets;
  };

  it('that refuses connections fails at once', async () => {
    environment.set({AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9'});
    const error = await assertRejected(ask(), {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: SAYS});
    assert.equal(error.step, 'aws-credentials');
    assert.deepEqual(await lookUpRegion(process.env), {region: 'us-east-1', source: 'default'});
  });

  it('that never answers is given up after two seconds in all, whatever the caller’s limit', async () => {
    await startSilence();
    const source = await chooseCredentialSource(process.env);
    assert.equal(source.name, 'instance-metadata');
    assert.equal(source.timeLimitMillis, 2_000);
    const limits = sinon.spy(globalThis, 'setTimeout');
    await assertRejected(readCredentials(source, TIMEOUT), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: [...SAYS, /did not answer within 2000 ms|TimeoutError/],
    });
    assert.ok(limits.calledWith(sinon.match.func, 2_000));
    assert.ok(!limits.calledWith(sinon.match.func, TIMEOUT.timeoutMillis));
  });

  it('that never answers is given up as soon where a role is assumed on top of it', async () => {
    await startSilence();
    const base = await chooseCredentialSource(process.env);
    const source = assumedRoleSource(base, {roleArn: roleArn('top-role')}, () =>
      Promise.resolve('us-east-1'),
    );
    const limits = sinon.spy(globalThis, 'setTimeout');
    await assertRejected(readCredentials(source, TIMEOUT), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: SAYS,
    });
    assert.ok(limits.calledWith(sinon.match.func, 2_000));
  });

  it('that never answers leaves the region to its fallback, and no connection behind', async () => {
    const sockets = await startSilence();
    assert.deepEqual(await lookUpRegion(process.env), {region: 'us-east-1', source: 'default'});
    assert.equal(sockets.size, 1);
    for (const socket of sockets) {
      if (!socket.destroyed) await new Promise(resolve => socket.resume().on('close', resolve));
    }
  });

  it('that is a hop too far away fails, and says how to raise the limit', async () => {
    const emulator = await pointTo({instanceMetadata: {hops: 2}});
    await assertRejected(ask(), {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: SAYS});
    assert.deepEqual(await lookUpRegion(process.env), {region: 'us-east-1', source: 'default'});
    assert.ok(emulator.requests.every(({arn}) => arn === undefined));
  });

  it('within the hop limit is had', async () => {
    await pointTo({instanceMetadata: {hops: 2, hopLimit: 2, region: 'eu-west-3'}});
    assert.match((await ask()).accessKeyId, /^ASIA/);
    assert.deepEqual(await lookUpRegion(process.env), {
      region: 'eu-west-3',
      source: 'instance-metadata',
    });
  });

  for (const [title, instanceMetadata] of [
    ['that is switched off', {disabled: true}],
    ['without an instance profile', {role: false}],
  ] as const) {
    it(`${title} fails`, async () => {
      await pointTo({instanceMetadata});
      await assertRejected(ask(), {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: SAYS});
    });
  }

  for (const [title, body] of [
    ['that answers HTML', '<html>Please log in</html>'],
    ['that answers nothing', ''],
    ['that answers half a JSON', '{"Code": "Success", "SecretAccessKey": "wJalrXUtnF'],
  ] as const) {
    it(`${title} fails`, async () => {
      const emulator = await pointTo({});
      emulator.failNext({service: 'aws-instance-metadata', status: 200, body, times: 9});
      await assertRejected(ask(), {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: SAYS});
    });
  }
});
