import assert from 'node:assert/strict';
import {createServer, type RequestListener} from 'node:http';
import {syncBuiltinESMExports} from 'node:module';
import {afterEach} from 'mocha';
import nock from 'nock';
import {instanceRegion} from '../../src/aws/instance-region.js';
import type {Emulator, EmulatorOptions} from '../../src/emulator/index.js';
import {emulators} from '../emulator/support/running.js';

// It takes hold of every request as soon as it is imported; the other tests are about real ones.
nock.restore();

const TOKEN = '/latest/api/token';
const PLACE = '/latest/meta-data/placement/region';

describe('the region of an EC2 instance', () => {
  const startEmulator = emulators();
  const endings: (() => void)[] = [];

  afterEach(() => {
    for (const end of endings.splice(0)) end();
  });

  const regionOf = ({url}: Pick<Emulator, 'url'>) =>
    instanceRegion({AWS_EC2_METADATA_SERVICE_ENDPOINT: url});
  const ofInstance = async (instanceMetadata: EmulatorOptions['instanceMetadata'] = {}) =>
    regionOf(await startEmulator({instanceMetadata}));
  const serve = async (answer: RequestListener) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      answer(request, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    endings.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return {asked, url: `http://127.0.0.1:${address.port}`};
  };

  it('is asked by IMDSv2, with a token, and of placement/region', async () => {
    const emulator = await startEmulator({
      instanceMetadata: {region: 'us-west-2', availabilityZone: 'us-west-2-lax-1a'},
    });
    assert.equal(await regionOf(emulator), 'us-west-2');
    assert.deepEqual(
      emulator.requests.map(({method, path, status}) => [method, path, status]),
      [
        ['PUT', TOKEN, 200],
        ['GET', PLACE, 200],
      ],
    );
  });

  for (const [mode, base] of [
    [undefined, 'http://169.254.169.254'],
    ['IPv4', 'http://169.254.169.254'],
    ['IPv6', 'http://[fd00:ec2::254]'],
  ] as const) {
    it(`is asked at ${base} where the mode is ${mode ?? 'not set'}`, async () => {
      nock.activate();
      nock.disableNetConnect();
      syncBuiltinESMExports();
      endings.push(() => {
        nock.cleanAll();
        nock.enableNetConnect();
        nock.restore();
        syncBuiltinESMExports();
      });
      nock(base).put(TOKEN).reply(200, 'a-token').get(PLACE).reply(200, 'us-west-2');
      const environment = {AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: mode};
      assert.equal(await instanceRegion(environment), 'us-west-2');
    });
  }

  it('is not asked without a token, even where IMDSv1 would answer', async () => {
    const emulator = await startEmulator({instanceMetadata: {allowV1: true}});
    emulator.failNext({service: 'aws-instance-metadata', status: 403});
    assert.equal(await regionOf(emulator), undefined);
    assert.equal(emulator.requests.length, 1);
  });

  it('is unknown where the service is switched off', async () => {
    assert.equal(await ofInstance({disabled: true}), undefined);
  });

  it('is unknown where the token does not come as far as here', async () => {
    assert.equal(await ofInstance({hops: 3, hopLimit: 2}), undefined);
  });

  it('is unknown where nobody answers, and where that is no address', async () => {
    for (const url of ['http://127.0.0.1:9', 'http://127.0.0.1:1/x']) {
      assert.equal(await regionOf({url}), undefined);
    }
  });

  it('is unknown where the answer breaks off', async () => {
    const emulator = await startEmulator();
    for (const reset of ['before', 'headers', 'body'] as const) {
      emulator.failNext({service: 'aws-instance-metadata', reset});
      assert.equal(await regionOf(emulator), undefined);
    }
  });

  it('is unknown where the answer is empty, and comes without the spaces around it', async () => {
    for (const [body, region] of [
      ['', undefined],
      [' \n', undefined],
      ['eu-west-1\n', 'eu-west-1'],
    ] as const) {
      const service = await serve((request, response) => {
        response.end(request.method === 'PUT' ? 'token' : body);
      });
      assert.equal(await regionOf(service), region);
    }
  });

  it('is unknown where the answer never ends: no more than a kilobyte is read', async () => {
    const service = await serve((request, response) => {
      if (request.method === 'PUT') {
        response.end('token');
        return;
      }
      const timer = setInterval(() => response.write('x'.repeat(600)), 1);
      response.on('close', () => clearInterval(timer));
    });
    assert.equal(await regionOf(service), undefined);
  });

  it('is unknown where the answer is a redirect, which is not followed', async () => {
    const service = await serve((_, response) => {
      response.writeHead(302, {location: '/elsewhere'}).end();
    });
    assert.equal(await regionOf(service), undefined);
    assert.deepEqual(service.asked, [`PUT ${TOKEN}`]);
  });

  it('is unknown where the token is no header’s value', async () => {
    const service = await serve((_, response) => response.end('a\nb'));
    assert.equal(await regionOf(service), undefined);
  });
});
