import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {EventEmitter, once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {createServer, type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {gcloudVersion, runGcloud} from '../support/gcloud.js';
import {main} from '../../src/cli/main.js';
import {APART} from '../emulator/support/running.js';
import {runNode} from '../support/run-node.js';
import {runCommand} from './run-command.js';
import {RunningEmulator} from './running-emulator.js';

const DIRECT_ACCESS = `google:
  projectId: my-project
  projectNumber: "123456789012"
  workloadIdentityPools:
    - poolId: aws-pool
      providers:
        - providerId: aws-provider
          aws: {accountId: "111122223333"}
          attributeCondition: attribute.aws_role.endsWith('/demo-role')
  serviceAccounts: []
`;

describe('the command emulator', function () {
  // Each runs in a process of its own, and so do its clients.
  this.timeout(60_000);
  let folder = '';
  const running: RunningEmulator[] = [];

  function start(flags: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const emulator = new RunningEmulator(folder, flags, env);
    running.push(emulator);
    return emulator;
  }

  function policyFile(text: string): string {
    const file = path.join(folder, 'policy.yaml');
    writeFileSync(file, text);
    return file;
  }

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "emulator's test-"));
  });
  afterEach(async () => {
    for (const emulator of running.splice(0)) await emulator.end('SIGKILL');
    rmSync(folder, {recursive: true, force: true});
  });

  it('prints variables that a shell evals, and a credential file that is this user’s alone', async () => {
    const {stdout, env} = await start().ready();
    const shell = spawnSync('bash', ['-c', `${stdout}env`], {encoding: 'utf8', env: {}});
    const variables = Object.fromEntries(
      shell.stdout.split('\n').map(line => line.split(/=(.*)/s).slice(0, 2)),
    ) as Record<string, string>;
    for (const name of Object.keys(env)) assert.ok(variables[name], name);
    const url = variables['STORAGE_EMULATOR_HOST'] ?? '';
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(variables['AWS_ENDPOINT_URL_STS'], url);
    assert.ok(variables['AWS_CONTAINER_CREDENTIALS_FULL_URI']?.startsWith(`${url}/`));
    assert.equal(variables['AWS_REGION'], 'us-east-1');
    assert.equal(variables['GOOGLE_CLOUD_PROJECT'], 'my-project');
    assert.equal(variables['GOOGLE_OAUTH_TOKEN_URL'], `${url}/oauth2/v4/token`);
    // Its path has a space and a quote in it.
    const file = variables['GOOGLE_APPLICATION_CREDENTIALS'] ?? '';
    assert.equal(path.dirname(path.dirname(file)), folder);
    assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const config = JSON.parse(readFileSync(file, 'utf8')) as {token_url: string};
    assert.equal(config.token_url, `${url}/v1/token`);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`ends cleanly on ${signal}: status 0, nothing left`, async () => {
      const emulator = await start().ready();
      assert.equal(emulator.folders.length, 1);
      assert.equal(await emulator.end(signal), 0);
      assert.deepEqual(emulator.folders, []);
      assert.match(emulator.stderr, /^The emulator is ready on http:\/\/127\.0\.0\.1:\d+\. .*\n$/);
    });
  }

  it('leaves nothing behind when the reader of its requests goes away', async () => {
    const emulator = await start().ready();
    emulator.child.stderr.destroy();
    const url = emulator.env['STORAGE_EMULATOR_HOST'] ?? '';
    const ended = emulator.end();
    // Each is told to nobody.
    await fetch(`${url}/storage/v1/b?project=my-project`).catch(() => undefined);
    assert.equal(await ended, 141);
    assert.deepEqual(emulator.folders, []);
  });

  it("serves an unmodified google-auth-library's AwsClient in another process, and tells it", async () => {
    const emulator = await start().ready();
    const {status, stdout, stderr} = await runNode(['test/cli/google-auth-library-program.mjs'], {
      ...APART,
      ...evaluated(emulator),
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {client: 'AwsClient', hasToken: true});
    await emulator.end('SIGTERM');
    const role = 'arn:aws:sts::111122223333:assumed-role/demo-role/i-0123456789abcdef0';
    const lines = emulator.stderr.split('\n').slice(1, -1);
    assert.deepEqual(
      lines.map(line => line.replace(/ \d+ms/, '')),
      [
        'aws-instance-metadata PutToken 200',
        'aws-instance-metadata ListSecurityCredentials 200',
        `aws-instance-metadata GetSecurityCredentials 200 ${role}`,
        `google-sts asks aws-sts GetCallerIdentity 200 ${role}`,
        `google-sts token 200 ${role}`,
        'iam-credentials generateAccessToken 200 demo@my-project.iam.gserviceaccount.com',
      ],
    );
  });

  it("serves this package's client and the AWS SDK, by the container's credentials", async () => {
    const emulator = await start().ready();
    const {status, stdout, stderr} = await runNode(['src/cli/bin.ts', 'token'], {
      ...APART,
      ...evaluated(emulator),
    });
    assert.equal(status, 0, stderr);
    assert.ok(stdout.length > 100);
    await emulator.end('SIGTERM');
    assert.match(emulator.stderr, /^aws-container-credentials GetCredentials 200/m);
    assert.ok(!emulator.stderr.includes(stdout.trim()), 'a token is in no line');
    const {AWS_CONTAINER_AUTHORIZATION_TOKEN: secret = ''} = emulator.env;
    assert.ok(secret.length > 20 && !emulator.stderr.includes(secret));
  });

  it('serves an unmodified gcloud, where the machine has one, as a service account and as itself', async function () {
    this.timeout(240_000);
    if ((await gcloudVersion()) === undefined) {
      console.log('      (no gcloud on PATH)');
      return;
    }
    for (const [flags, account, prefix] of [
      [[], 'demo@my-project.iam.gserviceaccount.com', 'ya29.c.'],
      [
        ['--policy', policyFile(DIRECT_ACCESS)],
        'principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/subject/arn:aws:sts::111122223333:assumed-role/demo-role/i-0123456789abcdef0',
        'ya29.d.',
      ],
    ] as const) {
      const emulator = await start(flags).ready();
      const env = evaluated(emulator);
      const home = mkdtempSync(path.join(folder, 'gcloud-'));
      const file = env['GOOGLE_APPLICATION_CREDENTIALS'] ?? '';
      const login = await runGcloud(['auth', 'login', `--cred-file=${file}`], home, env);
      assert.equal(login.status, 0, login.stderr);
      assert.ok(login.stderr.includes(`for: [${account}]`), login.stderr);
      const token = await runGcloud(['auth', 'print-access-token'], home, env);
      assert.equal(token.status, 0, token.stderr);
      assert.ok(token.stdout.startsWith(prefix), token.stderr);
      const list = ['storage', 'buckets', 'list', '--project=my-project'];
      const storage = await runGcloud(list, home, {
        ...env,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${env['STORAGE_EMULATOR_HOST'] ?? ''}/storage/v1/`,
      });
      assert.match(emulator.stderr, /^storage storage\.buckets\.list \d/m, storage.stderr);
      await emulator.end('SIGTERM');
    }
  });

  it("serves a doctor's Workspace user, by the OAuth endpoint that it prints", async () => {
    const emulator = await start().ready();
    const {status, stdout, stderr} = await runNode(
      [
        ...['src/cli/bin.ts', 'doctor', '--subject', 'alice@example.com'],
        ...['--scopes', 'https://www.googleapis.com/auth/calendar.readonly'],
      ],
      {...APART, ...evaluated(emulator)},
    );
    assert.equal(status, 0, stdout + stderr);
    await emulator.end('SIGTERM');
    assert.match(emulator.stderr, /^google-oauth2 token 200 /m);
  });

  it('plays the policy of a file, and tells what is behind a refusal', async () => {
    const text = DIRECT_ACCESS.replace('/demo-role', '/other-role');
    const emulator = await start(['--policy', policyFile(text)]).ready();
    const {status, stderr} = await runNode(['src/cli/bin.ts', 'token'], {
      ...APART,
      ...evaluated(emulator),
    });
    assert.equal(status, 1);
    assert.match(stderr, /attribute condition/);
    await emulator.end('SIGTERM');
    assert.match(
      emulator.stderr,
      /^google-sts token 400 \d+ms unauthorized_client arn:aws:sts::111122223333:assumed-role\/demo-role\/\S+ \(The condition is false\.\)$/m,
    );
  });

  it('says which line of the policy is wrong: it was used wrongly', async () => {
    const text = DIRECT_ACCESS.replace("endsWith('/demo-role')", 'endsWith(1');
    const emulator = start(['--policy', policyFile(text)]);
    assert.equal(await emulator.end(), 2);
    assert.match(emulator.stderr, /policy\.yaml:9:\d+: .*attributeCondition/);
    assert.equal(emulator.stdout, '');
    assert.doesNotMatch(emulator.stderr, /\n {4}at /);
    assert.deepEqual(emulator.folders, []);
    const missing = start(['--policy', 'no-such.yaml']);
    assert.equal(await missing.end(), 2);
    assert.match(
      missing.stderr,
      /no-such\.yaml: The policy cannot be read: there is no such file\./,
    );
  });

  it('says that a port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => other.once('listening', resolve));
    const {port} = other.address() as AddressInfo;
    const emulator = start(['--port', String(port)]);
    assert.equal(await emulator.end(), 1);
    other.close();
    assert.equal(
      emulator.stderr,
      `google-auth-aws: Port ${port} of 127.0.0.1 is in use. Give another --port, or none for any that is free.\n`,
    );
    assert.equal(emulator.stdout, '');
    assert.deepEqual(emulator.folders, []);
  });

  for (const again of ['SIGINT', 'SIGTERM'] as const) {
    it(`leaves no folder where ${again} comes again while it ends, as npx and timeout send it`, async function () {
      if (process.platform === 'win32') this.skip();
      const hold = path.join(folder, 'hold');
      execFileSync('mkfifo', [hold]);
      const emulator = await start([], {
        NODE_OPTIONS: `--import=${new URL('held-removal-program.mjs', import.meta.url).href}`,
        HOLD_REMOVAL: hold,
      }).ready();
      const ended = emulator.end('SIGTERM');
      try {
        // Opens once the other end is open: the command has got the signal, and has its folder still.
        const removal = await Promise.race([open(hold, 'w'), ended]);
        assert.ok(typeof removal === 'object' && removal !== null, 'it removes its folder');
        assert.equal(emulator.folders.length, 1);
        emulator.child.kill(again);
        await removal.close();
        assert.equal(await ended, 0);
        assert.deepEqual(emulator.folders, []);
      } finally {
        // An opening that still waits for the other end would hold this process.
        await (await open(hold, 'r+')).close();
      }
    });
  }

  it('takes the port that it is given', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => other.once('listening', resolve));
    const {port} = other.address() as AddressInfo;
    await new Promise(resolve => other.close(resolve));
    const emulator = await start(['--port', String(port)]).ready();
    assert.equal(emulator.env['STORAGE_EMULATOR_HOST'], `http://127.0.0.1:${port}`);
  });

  it('takes out of the shell what would come before it', async () => {
    const {stdout} = await start([], {
      AWS_PROFILE: 'production',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      HTTPS_PROXY: 'http://proxy.example:3128',
      NO_PROXY: 'localhost,.example.com',
    }).ready();
    assert.match(stdout, /^unset AWS_ACCESS_KEY_ID AWS_PROFILE\n/);
    assert.match(stdout, /^export NO_PROXY=localhost,\.example\.com,127\.0\.0\.1$/m);
    assert.match(stdout, /^export no_proxy=localhost,\.example\.com,127\.0\.0\.1$/m);
    const {stdout: plain} = await start().ready();
    assert.doesNotMatch(plain, /unset|proxy/i);
  });

  it('runs in this process as well, until it is interrupted', async () => {
    let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
    const interrupted = new Promise<NodeJS.Signals>(resolve => (interrupt = resolve));
    let stdout = '';
    const lines: string[] = [];
    const told = new EventEmitter();
    const ready = once(told, 'line');
    const stream = (write: (text: string) => void) => ({write, isTTY: false, columns: undefined});
    const status = main(['emulator'], {
      stdin: process.stdin,
      stdout: stream(text => (stdout += text)),
      stderr: stream(text => {
        lines.push(text);
        told.emit('line');
      }),
      env: {},
      cwd: process.cwd(),
      interrupted: () => interrupted,
    });
    await ready;
    const [, file = ''] = /^export GOOGLE_APPLICATION_CREDENTIALS=(.*)$/m.exec(stdout) ?? [];
    const [, url = ''] = /^export STORAGE_EMULATOR_HOST=(.*)$/m.exec(stdout) ?? [];
    assert.ok(statSync(file).isFile());
    await (await fetch(`${url}/nothing?token=secret`)).text();
    await (await fetch(`${url}/v1/token`)).text();
    await (await fetch(`${url}/storage/v1/b?project=my-project`)).text();
    interrupt('SIGINT');
    assert.equal(await status, 0);
    assert.throws(() => statSync(path.dirname(file)), {code: 'ENOENT'});
    await assert.rejects(fetch(url));
    assert.equal(process.listeners('exit').filter(it => it.name === 'remove').length, 0);
    assert.match(lines[1] ?? '', /^unknown GET \/nothing\?token=\S* 404 \d+ms\n$/);
    assert.doesNotMatch(lines.join(''), /secret/);
    assert.match(lines[2] ?? '', /^google-sts token 405 \d+ms/);
    // The client's own words for it are of no help.
    assert.match(
      lines[3] ?? '',
      /^storage storage\.buckets\.list 401 .*\(was a token sent\? .*useAuthWithCustomEndpoint: true and universeDomain: "127\.0\.0\.1" alone\)\n$/,
    );
  });

  for (const port of ['65536', '-1', '80a', '']) {
    it(`is used wrongly with --port ${JSON.stringify(port)}`, async () => {
      const {status, stderr} = await runCommand(['emulator', `--port=${port}`]);
      assert.equal(status, 2);
      assert.match(stderr, /from 0, for any free one, to 65535/);
    });
  }
});

/** The variables, as a shell reads them. */
function evaluated({stdout}: RunningEmulator): Readonly<Record<string, string>> {
  const script = `${stdout}exec ${JSON.stringify(process.execPath)} -p 'JSON.stringify(process.env)'`;
  const {stdout: json} = spawnSync('bash', ['-c', script], {encoding: 'utf8', env: {}});
  return JSON.parse(json) as Record<string, string>;
}
