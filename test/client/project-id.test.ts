import assert from 'node:assert/strict';
import {chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {GoogleAuth, gaxios} from 'google-auth-library';
import {GoogleAuth as GoogleAuth10} from 'google-auth-library-10';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {AwsAuthClient, forGoogleClient, type CredentialFileOverrides} from '../../src/index.js';
import {emulatedStorage} from './emulated-client.js';

const VARIABLES = [
  'GCLOUD_PROJECT',
  'GOOGLE_CLOUD_PROJECT',
  'gcloud_project',
  'google_cloud_project',
  'GOOGLE_CLOUD_QUOTA_PROJECT',
  'GCE_METADATA_HOST',
  'PATH',
];
const MISSING_OVERRIDES = {projectId: undefined, quotaProjectId: undefined};

describe('projects of the environment', () => {
  let emulator: Emulator;
  const saved = VARIABLES.map(name => [name, process.env[name]] as const);
  const restore = () => {
    for (const [name, value] of saved) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());
  beforeEach(() => {
    for (const name of VARIABLES.filter(variable => variable !== 'PATH')) delete process.env[name];
  });
  afterEach(restore);

  const client = (overrides: CredentialFileOverrides, file: object = emulator.config) =>
    AwsAuthClient.fromJSON(file, {
      ...MISSING_OVERRIDES,
      awsCredentials: emulator.issueAwsCredentials(),
      awsRegion: 'us-east-1',
      ...overrides,
    });
  const derivedOf = (own: AwsAuthClient) => [
    own.withScopes('openid'),
    own.withServiceAccount('demo@my-project.iam.gserviceaccount.com'),
    own.withSubject('alice@example.com', {scopes: 'openid'}),
  ];
  const billed = async (overrides: CredentialFileOverrides, file?: object) =>
    (await client(overrides, file).getRequestHeaders()).get('x-goog-user-project');

  it('says who pays: the option before GOOGLE_CLOUD_QUOTA_PROJECT, and that before the file', async () => {
    const file = {...emulator.config, quota_project_id: 'of-the-file'};
    assert.equal(await billed({}, file), 'of-the-file');
    process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = 'of-the-environment';
    assert.equal(await billed({}, file), 'of-the-environment');
    assert.equal(await billed({}), 'of-the-environment');
    assert.equal(await billed({quotaProjectId: 'of-the-code'}, file), 'of-the-code');
    process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = '';
    assert.equal(await billed({}, file), 'of-the-file');
    assert.equal(await billed({}), null);
  });

  it('says who pays on request(), fetch() and the calls of @google-cloud/storage 8', async () => {
    process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = 'of-the-environment';
    const seen: (string | undefined)[] = [];
    const api = createServer((request, response) => {
      seen.push([request.headers['x-goog-user-project']].flat()[0]);
      response.setHeader('content-type', 'application/json').end('{"kind":"storage#buckets"}');
    });
    await new Promise<void>(resolve => api.listen(0, '127.0.0.1', resolve));
    try {
      const address = api.address();
      assert.ok(typeof address === 'object' && address !== null);
      const url = `http://127.0.0.1:${address.port}`;
      const payer = client({});
      await payer.request({url});
      await payer.fetch(url);
      await emulatedStorage({url}, payer).getBuckets();
      assert.deepEqual(seen, Array(3).fill('of-the-environment'));
    } finally {
      api.closeAllConnections();
      api.close();
    }
  });

  it('says which project: the option, GCLOUD_PROJECT, GOOGLE_CLOUD_PROJECT', () => {
    assert.equal(client({}).projectId ?? null, null);
    process.env['GOOGLE_CLOUD_PROJECT'] = 'google-cloud-project';
    assert.equal(client({}).projectId, 'google-cloud-project');
    process.env['GCLOUD_PROJECT'] = 'gcloud-project';
    assert.equal(client({}).projectId, 'gcloud-project');
    assert.equal(client({projectId: 'of-the-code'}).projectId, 'of-the-code');
    assert.equal(client({}).withScopes('openid').projectId, 'gcloud-project');
  });

  it('reads the environment’s project just as google-auth-library does', async () => {
    // An API key alone, so that nothing but the environment and the client can name a project.
    const ofTheLibrary = (authClient?: AwsAuthClient) =>
      new GoogleAuth(authClient ? {authClient} : {apiKey: 'a-key'}).getProjectId();
    const names = [
      'google_cloud_project',
      'gcloud_project',
      'GOOGLE_CLOUD_PROJECT',
      'GCLOUD_PROJECT',
    ];
    for (const name of names) {
      process.env[name] = `of-${name.replaceAll('_', '-').toLowerCase()}`;
      assert.equal(client({}).projectId, await ofTheLibrary(), name);
    }
    for (const name of names.toReversed().slice(0, -1)) {
      process.env[name] = '';
      assert.equal(client({}).projectId, await ofTheLibrary(), `${name} empty`);
    }
  });

  it('leaves what code and the environment name to GoogleAuth’s own order', async () => {
    const inCode = client({projectId: 'of-the-client', quotaProjectId: 'client-pays'});
    process.env['GOOGLE_CLOUD_PROJECT'] = 'of-the-environment';
    process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = 'environment-pays';
    assert.equal(await inCode.getProjectId(), 'of-the-client');
    const projectId = 'of-google-auth';
    assert.equal(await new GoogleAuth({authClient: inCode, projectId}).getProjectId(), projectId);
    // The variable is for credentials that the library finds itself: a client in hand keeps its own.
    const auth = new GoogleAuth({authClient: inCode});
    assert.equal(await auth.getProjectId(), 'of-the-environment');
    assert.equal((await auth.getRequestHeaders()).get('x-goog-user-project'), 'client-pays');
    await auth.getApplicationDefault();
    assert.equal((await auth.getRequestHeaders()).get('x-goog-user-project'), 'client-pays');
  });

  it('says who pays on each client that is derived', async () => {
    const file = {...emulator.config, quota_project_id: 'of-the-file'};
    process.env['GOOGLE_CLOUD_QUOTA_PROJECT'] = 'of-the-environment';
    for (const [overrides, payer] of [
      [{}, 'of-the-environment'],
      [{quotaProjectId: 'of-the-code'}, 'of-the-code'],
    ] as const) {
      const own = client(overrides, file);
      for (const derived of derivedOf(own)) assert.equal(derived.quotaProjectId, payer);
      own.quotaProjectId = 'set-later';
      for (const derived of derivedOf(own)) assert.equal(derived.quotaProjectId, 'set-later');
    }
  });

  it('takes the client’s project over the one that a request names, as the library does', async () => {
    const seen: (string | null)[] = [];
    const transporter = new gaxios.Gaxios();
    transporter.interceptors.request.add({
      resolved: async options => {
        if (options.url.hostname !== 'api.example.com') return options;
        seen.push(new Headers(options.headers).get('x-goog-user-project'));
        const answer = Object.assign(new Response(), {data: {}, config: options});
        options.adapter = async <T>() => answer as unknown as gaxios.GaxiosResponse<T>;
        return options;
      },
    });
    const request = {
      url: 'https://api.example.com/',
      headers: new Headers({'x-goog-user-project': 'of-the-request'}),
    };
    await client({transporter}).request(request);
    const own = client({transporter, quotaProjectId: 'of-the-code'});
    await own.request(request);
    own.quotaProjectId = 'set-later';
    await own.request(request);
    assert.deepEqual(seen, ['of-the-request', 'of-the-code', 'set-later']);
  });

  it('names the variable that holds no project', () => {
    for (const name of VARIABLES.filter(variable => /project/i.test(variable))) {
      process.env[name] = 'not a project';
      assert.throws(() => client({}), {
        code: 'INVALID_OPTION',
        message: new RegExp(`^The environment variable "${name}" is "not a project"`),
      });
      delete process.env[name];
    }
  });

  it('finds the id of the pool’s project by its number, for whoever names none', async () => {
    const asked: string[] = [];
    const transporter = new gaxios.Gaxios();
    transporter.interceptors.request.add({
      resolved: async options => {
        asked.push(options.url.href);
        const answer = Object.assign(new Response(), {data: {projectId: 'found'}, config: options});
        const isProject = options.url.hostname.startsWith('cloudresourcemanager.');
        if (isProject)
          options.adapter = async <T>() => answer as unknown as gaxios.GaxiosResponse<T>;
        return options;
      },
    });
    const without = client({transporter});
    assert.equal(await without.getProjectId(), 'found');
    assert.match(
      asked.at(-1) ?? '',
      /^https:\/\/cloudresourcemanager\.googleapis\.com\/v1\/projects\/\d+$/,
    );
    assert.equal(without.projectId, 'found');
    const count = asked.length;
    assert.equal(await new GoogleAuth({authClient: without}).getProjectId(), 'found');
    assert.equal(asked.length, count);
    for (const derived of derivedOf(without)) assert.equal(derived.projectId, 'found');
  });

  for (const [name, projectIdOf] of [
    ['11', (auth: AwsAuthClient) => new GoogleAuth({authClient: auth}).getProjectId()],
    [
      '10',
      (auth: AwsAuthClient) => new GoogleAuth10({authClient: forGoogleClient(auth)}).getProjectId(),
    ],
  ] as const) {
    it(`keeps GoogleAuth ${name} from running gcloud and asking the metadata server`, async () => {
      const folder = mkdtempSync(path.join(tmpdir(), 'google-auth-aws-'));
      const ran = path.join(folder, 'ran');
      const gcloud = path.join(folder, 'gcloud');
      writeFileSync(gcloud, `#!/bin/sh\necho ran > '${ran}'\n`);
      chmodSync(gcloud, 0o755);
      process.env['PATH'] = `${folder}${path.delimiter}${process.env['PATH'] ?? ''}`;
      const {host} = new URL(emulator.url);
      process.env['GCE_METADATA_HOST'] = host;
      const before = emulator.requests.length;
      try {
        assert.equal(await projectIdOf(client({projectId: 'my-project'})), 'my-project');
        assert.equal(existsSync(ran), false);
        assert.equal(emulator.requests.length, before);
        // What would happen without it, so that this test can fail.
        await projectIdOf(client({})).catch(() => undefined);
        assert.equal(existsSync(ran), true);
        assert.ok(emulator.requests.length > before);
      } finally {
        rmSync(folder, {recursive: true});
      }
    });
  }
});
