import assert from 'node:assert/strict';
import {once} from 'node:events';
import {connect} from 'node:net';
import {fromInstanceMetadata} from '@aws-sdk/credential-providers';
import {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type InstanceMetadataOptions,
  type RequestRecord,
} from '../../src/emulator/index.js';
import {assertIdentity, awsEnvironment} from './support/aws-environment.js';
import {fields, send, type Answer} from './support/http.js';
import {Clock, emulators} from './support/running.js';

const TOKEN = '/latest/api/token';
const CREDENTIALS = '/latest/meta-data/iam/security-credentials/';
const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';

async function tokenOf(emulator: Emulator, seconds = 60): Promise<string> {
  const headers = {[TTL]: String(seconds)};
  const answer = await send(emulator.url, {method: 'PUT', path: TOKEN, headers});
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/plain');
  assert.equal(answer.headers[TTL], String(seconds));
  assert.match(answer.text, /^AQAE[\w-]{50,}==$/);
  return answer.text;
}

function get(emulator: Emulator, path: string, token?: string): Promise<Answer> {
  const headers = token === undefined ? {} : {'x-aws-ec2-metadata-token': token};
  return send(emulator.url, {path, headers});
}

function assertRefused(answer: Answer, status: number, title: string, name?: string) {
  assert.equal(answer.status, status, name);
  assert.equal(answer.headers['content-type'], 'text/html', name);
  assert.ok(answer.text.includes(`<title>${status} - ${title}</title>`), name);
}

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>(settle => {
    resolve = settle;
  });
  return {promise, resolve: (value: T) => resolve(value)};
}

describe('the emulated instance metadata service', () => {
  const start = emulators();
  const environment = awsEnvironment();

  it("gives the role's name, and its credentials", async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now, awsCredentialsLifetimeSeconds: 900});
    const token = await tokenOf(emulator);
    for (const path of [CREDENTIALS, CREDENTIALS.slice(0, -1)]) {
      assert.equal((await get(emulator, path, token)).text, 'demo-role');
    }
    const answer = await get(emulator, `${CREDENTIALS}demo-role`, token);
    const {AccessKeyId, SecretAccessKey, Token, ...rest} = fields(answer.text);
    assert.match(String(AccessKeyId), /^ASIA[A-Z2-7]{16}$/);
    assert.match(String(SecretAccessKey), /^[A-Za-z0-9+/]{40}$/);
    assert.ok(String(Token).length > 500);
    assert.deepEqual(rest, {
      Code: 'Success',
      LastUpdated: '2026-01-02T03:04:05Z',
      Type: 'AWS-HMAC',
      Expiration: '2026-01-02T03:19:05Z',
    });
    const record = emulator.requests.at(-1);
    assert.equal(
      record?.arn,
      'arn:aws:sts::111122223333:assumed-role/demo-role/i-0123456789abcdef0',
    );
    assert.equal(record.lifetimeSeconds, 900);
  });

  for (const [name, options, region, zone] of [
    ['a zone of its region', {region: 'eu-west-1'}, 'eu-west-1', 'eu-west-1a'],
    [
      'a Local Zone, whose name less its last letter is no region',
      {region: 'us-west-2', instanceMetadata: {availabilityZone: 'us-west-2-lax-1a'}},
      'us-west-2',
      'us-west-2-lax-1a',
    ],
    [
      'another region than the environment says',
      {region: 'eu-west-1', instanceMetadata: {region: 'ap-south-1'}},
      'ap-south-1',
      'ap-south-1a',
    ],
  ] as const satisfies readonly (readonly [string, EmulatorOptions, string, string])[]) {
    it(`says where it is: ${name}`, async () => {
      const emulator = await start(options);
      const token = await tokenOf(emulator);
      const read = async (path: string) => (await get(emulator, `/latest/${path}`, token)).text;
      assert.equal(await read('meta-data/placement/region'), region);
      assert.equal(await read('meta-data/placement/availability-zone'), zone);
      assert.match(await read('meta-data/instance-id'), /^i-[0-9a-f]{17}$/);
      const document = fields(await read('dynamic/instance-identity/document'));
      assert.equal(document['region'], region);
      assert.equal(document['availabilityZone'], zone);
      assert.equal(document['accountId'], '111122223333');
    });
  }

  it('wants a token: known, and not past its end', async () => {
    const clock = new Clock();
    const emulator = await start({clock: clock.now});
    const other = await start({clock: clock.now});
    const token = await tokenOf(emulator, 60);
    const foreign = await tokenOf(other, 60);
    for (const given of [undefined, '', 'x', `${token}x`, foreign, token.slice(0, -1)]) {
      for (const path of [CREDENTIALS, '/latest/meta-data/placement/region', '/latest/none']) {
        assertRefused(await get(emulator, path, given), 401, 'Unauthorized', given);
      }
    }
    clock.pass(59);
    assert.equal((await get(emulator, CREDENTIALS, token)).status, 200);
    clock.pass(1);
    assertRefused(await get(emulator, CREDENTIALS, token), 401, 'Unauthorized');
    assert.equal(emulator.requests.at(-1)?.error, 'Unauthorized');
    assert.ok(!JSON.stringify(emulator.requests).includes(token));
  });

  it('gives a token for 1 to 21600 seconds', async () => {
    const emulator = await start();
    await tokenOf(emulator, 1);
    await tokenOf(emulator, 21_600);
    const wrong: readonly Readonly<Record<string, string>>[] = [
      {},
      ...['', '0', '-1', '21601', '1.5', '1e3', 'x', '60, 60', '999999999999'].map(text => ({
        [TTL]: text,
      })),
    ];
    for (const headers of wrong) {
      const answer = await send(emulator.url, {method: 'PUT', path: TOKEN, headers});
      assertRefused(answer, 400, 'Bad Request', JSON.stringify(headers));
    }
  });

  it('forgets the oldest token where it would keep too many', async () => {
    const emulator = await start();
    const first = await tokenOf(emulator);
    for (let i = 0; i < 999; i += 1) await tokenOf(emulator);
    assert.equal((await get(emulator, CREDENTIALS, first)).status, 200);
    await tokenOf(emulator);
    assert.equal((await get(emulator, CREDENTIALS, first)).status, 401);
  });

  it('gives none to a proxy', async () => {
    const emulator = await start();
    for (const forwarded of ['', '10.0.0.1']) {
      const headers = {[TTL]: '60', 'x-forwarded-for': forwarded};
      const answer = await send(emulator.url, {method: 'PUT', path: TOKEN, headers});
      assertRefused(answer, 403, 'Forbidden', forwarded);
    }
  });

  for (const [method, path, status, title] of [
    ['GET', TOKEN, 405, 'Method Not Allowed'],
    ['POST', TOKEN, 405, 'Method Not Allowed'],
    ['POST', CREDENTIALS, 405, 'Method Not Allowed'],
    ['PUT', `${TOKEN}/`, 403, 'Forbidden'],
    ['PUT', CREDENTIALS, 403, 'Forbidden'],
  ] as const) {
    it(`answers ${status} to ${method} ${path}`, async () => {
      const emulator = await start();
      const token = await tokenOf(emulator);
      const headers = {[TTL]: '60', 'x-aws-ec2-metadata-token': token};
      assertRefused(await send(emulator.url, {method, path, headers}), status, title);
    });
  }

  it('has no other role, and nothing else', async () => {
    const emulator = await start();
    const token = await tokenOf(emulator);
    for (const path of [
      `${CREDENTIALS}other`,
      `${CREDENTIALS}demo-role/`,
      `${CREDENTIALS}DEMO-ROLE`,
      '/latest/meta-data/',
      '/latest/user-data',
    ]) {
      assertRefused(await get(emulator, path, token), 404, 'Not Found', path);
    }
  });

  it('has no credentials without an instance profile', async () => {
    const emulator = await start({instanceMetadata: {role: false}});
    const token = await tokenOf(emulator);
    for (const path of [CREDENTIALS, `${CREDENTIALS}demo-role`]) {
      assertRefused(await get(emulator, path, token), 404, 'Not Found', path);
    }
    assert.equal((await get(emulator, '/latest/meta-data/placement/region', token)).status, 200);
  });

  it('is nowhere but at its own addresses', async () => {
    const emulator = await start();
    for (const [host, status] of [
      ['169.254.169.254', 401],
      ['[fd00:ec2::254]', 401],
      ['rebound.example', 404],
    ] as const) {
      const answer = await send(emulator.url, {path: CREDENTIALS, headers: {host}});
      assert.equal(answer.status, status, host);
    }
  });

  it('answers without a token where IMDSv1 is on, but never with a wrong one', async () => {
    const emulator = await start({instanceMetadata: {allowV1: true}});
    assert.equal((await get(emulator, CREDENTIALS)).text, 'demo-role');
    assertRefused(await get(emulator, CREDENTIALS, 'x'), 401, 'Unauthorized');
  });

  it('answers 403 to everything when it is off', async () => {
    const emulator = await start({instanceMetadata: {disabled: true, allowV1: true}});
    const headers = {[TTL]: '60'};
    assertRefused(
      await send(emulator.url, {method: 'PUT', path: TOKEN, headers}),
      403,
      'Forbidden',
    );
    assertRefused(await get(emulator, CREDENTIALS), 403, 'Forbidden');
  });

  it('loses the token on its way to a container, and all else gets there', async () => {
    const {promise, resolve} = deferred<RequestRecord>();
    const emulator = await start({
      instanceMetadata: {hops: 2},
      onRequest: record => {
        if (record.operation === 'PutToken') resolve(record);
      },
    });
    const {hostname, port} = new URL(emulator.url);
    const socket = connect(Number(port), hostname);
    const heard: string[] = [];
    socket.on('data', chunk => heard.push(String(chunk)));
    await once(socket, 'connect');
    socket.write(`PUT ${TOKEN} HTTP/1.1\r\nHost: ${hostname}\r\n${TTL}: 60\r\n\r\n`);
    assertRefused(await get(emulator, CREDENTIALS), 401, 'Unauthorized');
    socket.destroy();
    const record = await promise;
    assert.deepEqual(heard, []);
    assert.equal(record.status, undefined);
    assert.equal(record.error, 'HopLimit');
  });

  it("lets the AWS SDK's provider in a container through from a hop limit of 2 on", async () => {
    const near = await start({instanceMetadata: {hops: 2, hopLimit: 2}});
    environment.set(near.awsSetup('instance-metadata').env);
    await assertIdentity(near, await fromInstanceMetadata()(), /assumed-role\/demo-role\/i-/);

    const far = await start({instanceMetadata: {hops: 2}});
    environment.set(far.awsSetup('instance-metadata').env);
    await assert.rejects(fromInstanceMetadata({timeout: 50})(), {statusCode: 401});
  });

  for (const [name, instanceMetadata, message] of [
    ['a role that does not exist', {role: 'other'}, /"instanceMetadata\.role"/],
    ['a region that is none', {region: 'mars'}, /"instanceMetadata\.region"/],
    [
      'a zone of another region',
      {availabilityZone: 'eu-west-1a'},
      /"instanceMetadata\.availabilityZone"/,
    ],
    ['a zone without a letter', {availabilityZone: 'us-east-1'}, /availabilityZone/],
    ['a hop limit of 0', {hopLimit: 0}, /"instanceMetadata\.hopLimit"/],
    ['a hop limit of 65', {hopLimit: 65}, /"instanceMetadata\.hopLimit"/],
    ['half a hop', {hops: 1.5}, /"instanceMetadata\.hops"/],
    ['a switch that is a text', {allowV1: 'false'}, /"instanceMetadata\.allowV1"/],
    ['another switch that is a number', {disabled: 1}, /"instanceMetadata\.disabled"/],
  ] as const) {
    it(`refuses ${name} as an option`, async () => {
      const given = instanceMetadata as InstanceMetadataOptions;
      await assert.rejects(startEmulator({instanceMetadata: given}), {name: 'TypeError', message});
    });
  }
});
