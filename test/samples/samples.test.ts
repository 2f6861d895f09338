import assert from 'node:assert/strict';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import type {IncomingMessage} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Storage} from '@google-cloud/storage';
import {OAuth2Client} from 'google-auth-library';
import {AwsAuthClient} from '../../src/index.js';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {send} from '../emulator/support/http.js';
import {startCloudsProxy, type CloudsProxy} from '../support/clouds-proxy.js';
import {startServer, type LocalServer} from '../support/local-server.js';
import {runNode} from '../support/run-node.js';

// The samples run as they stand, with Google's real host names, through a proxy that leads to the
// emulator: what is tested is the text that a reader copies.
describe('samples', function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let proxy: CloudsProxy;
  let api: LocalServer;
  let home: string;
  let storage: Storage;

  before(async () => {
    emulator = await startEmulator();
    api = await startServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(calendarsFor(request)));
    });
    proxy = await startCloudsProxy(emulator.url, {'www.googleapis.com': api.url});
    home = await mkdtemp(join(tmpdir(), 'google-auth-aws-samples-'));
    storage = new Storage({
      authClient: AwsAuthClient.fromJSON(emulator.config, {
        projectId: 'my-project',
        awsCredentials: emulator.issueAwsCredentials(),
      }),
      projectId: 'my-project',
      apiEndpoint: emulator.url.replace('127.0.0.1', 'localhost'),
      universeDomain: 'localhost',
      useAuthWithCustomEndpoint: true,
    });
    await storage.createBucket('my-bucket');
    await storage
      .bucket('my-bucket')
      .file('greeting.txt')
      .save('hello from the other cloud', {resumable: false});
  });

  after(async () => {
    await proxy.close();
    await api.close();
    await emulator.close();
    await rm(home, {recursive: true, force: true});
  });

  const run = (sample: string, env: Record<string, string | undefined> = {}) =>
    runNode([`samples/${sample}`], {
      ...emulator.env,
      ...proxy.env,
      // It would lead past the proxy.
      STORAGE_EMULATOR_HOST: undefined,
      HOME: home,
      ...env,
    });

  it('quickstart.ts lists the buckets', async () => {
    const result = await run('quickstart.ts');
    assert.equal(result.stderr, '');
    assert.equal(result.stdout, 'my-bucket\n');
    assert.equal(result.status, 0);
    assert.deepEqual([...new Set(proxy.hosts)].sort(), [
      'iamcredentials.googleapis.com:443',
      'storage.googleapis.com:443',
      'sts.googleapis.com:443',
    ]);
  });

  it('without-impersonation.ts reads an object as the federated principal', async () => {
    const before = emulator.requests.length;
    const result = await run('without-impersonation.ts');
    assert.deepEqual(
      [result.stdout, result.status],
      ['hello from the other cloud\n', 0],
      result.stderr,
    );
    const services = emulator.requests.slice(before).map(record => record.service);
    assert.ok(services.includes('google-sts') && !services.includes('iam-credentials'));
  });

  it('from-credential-file.ts writes a credential file and uses it', async () => {
    const result = await run('from-credential-file.ts');
    assert.deepEqual([result.stdout, result.status], ['my-bucket exists\n', 0], result.stderr);
  });

  it('custom-aws-credentials.ts signs with the named profile in the named region', async () => {
    const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials({
      sessionName: 'from-a-profile',
    });
    const credentials = join(home, 'aws-credentials');
    await writeFile(
      credentials,
      `[to-google]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token=${sessionToken}\n`,
    );
    const before = emulator.requests.length;
    const result = await run('custom-aws-credentials.ts', {
      AWS_SHARED_CREDENTIALS_FILE: credentials,
    });
    assert.deepEqual(
      [result.stdout, result.status],
      ['from-aws.txt: 27 bytes\n', 0],
      result.stderr,
    );
    const asked = emulator.requests.slice(before).find(record => record.service === 'aws-sts');
    assert.equal(asked?.host, 'sts.eu-west-1.amazonaws.com');
    assert.match(asked.arn ?? '', /assumed-role\/demo-role\/from-a-profile$/);
  });

  it('opentelemetry.ts makes a span of each step, below its own, with no secret', async () => {
    emulator.failNext({service: 'google-sts', status: 503});
    const result = await run('opentelemetry.ts');
    assert.deepEqual([result.stderr, result.status], ['', 0]);
    const spans = [...result.stdout.matchAll(/^\{\n[^]*?^\}/gm)].map(([span]) => ({
      name: /^ {2}name: '(.*)'/m.exec(span)?.[1],
      id: /^ {2}id: '(\w+)'/m.exec(span)?.[1],
      parent: /^ {2}parentSpanContext: \{[^]*?spanId: '(\w+)'/m.exec(span)?.[1],
      attempt: /attributes: \{\s+attempt: (\d)/.exec(span)?.[1],
      error: /^ {2}status: \{ code: 2, message: '(\w+)' \}/m.exec(span)?.[1],
    }));
    const own = spans.find(({name}) => name === 'list buckets');
    assert.ok(own?.id);
    assert.deepEqual(
      spans.filter(span => span !== own).map(({id: _, ...rest}) => rest),
      [
        ['aws-credentials'],
        ['aws-region'],
        ['sign'],
        ['token-exchange', '1', 'SERVER_ERROR'],
        // The container has other keys by now.
        ['aws-credentials'],
        ['aws-region'],
        ['sign'],
        ['token-exchange', '2'],
        ['impersonation'],
      ].map(([step, attempt = '1', error]) => ({
        name: `google-auth-aws ${String(step)}`,
        parent: own.id,
        attempt,
        error,
      })),
    );
    assert.match(result.stdout, /target: 'iamcredentials\.googleapis\.com'/);
    assert.doesNotMatch(result.stdout, /ya29|Signature=|ASIA/);
  });

  it('opentelemetry.ts ends its own span as failed where there is no token', async () => {
    emulator.failNext({service: 'google-sts', status: 403});
    const {stdout, status} = await run('opentelemetry.ts');
    assert.equal(status, 1);
    const [, own] =
      /^\{\n(?:(?!^\}).*\n)*? {2}name: 'list buckets',\n([^]*?)^\}/m.exec(stdout) ?? [];
    assert.match(own ?? '', /^ {2}status: \{ code: 2 \}/m);
  });

  it('opentelemetry.ts knows every step that the README names', async () => {
    const readme = await readFile('README.md', 'utf8');
    const [, table = ''] = /^\| Step \|.*\n([^]*?)\n\n/m.exec(readme) ?? [];
    const steps = table
      .split('\n')
      .flatMap(row => [...(row.split('|')[1] ?? '').matchAll(/`([\w-]+)`/g)])
      .map(([, step = '']) => step);
    const sample = await readFile('samples/opentelemetry.ts', 'utf8');
    assert.equal(steps.length, 9);
    assert.deepEqual(
      steps.filter(step => !sample.includes(`'${step}'`)),
      [],
    );
  });

  it('cloud-run-id-token.ts is let in by a service that checks its token', async () => {
    const callers: (string | undefined)[] = [];
    const keys = {oauth2FederatedSignonPemCertsUrl: `${emulator.url}/oauth2/v1/certs`};
    const verifier = new OAuth2Client({endpoints: keys});
    const service = await startServer((request, response) => {
      const idToken = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      verifier.verifyIdToken({idToken, audience: service.url}).then(
        ticket => {
          callers.push(ticket.getPayload()?.email);
          response.end('hello');
        },
        () => response.writeHead(403).end(),
      );
    });
    try {
      const result = await runNode(['samples/cloud-run-id-token.ts', service.url], {
        ...emulator.env,
        ...proxy.env,
        HOME: home,
      });
      assert.deepEqual([result.stdout, result.status], ['200 hello\n', 0], result.stderr);
      assert.deepEqual(callers, ['demo@my-project.iam.gserviceaccount.com']);
    } finally {
      await service.close();
    }
  });

  it("workspace-user.ts asks an API with the user's token", async () => {
    const before = emulator.requests.length;
    const result = await run('workspace-user.ts');
    assert.deepEqual([result.stdout, result.status], ['Alice\nHolidays\n', 0], result.stderr);
    const asked = emulator.requests.slice(before).find(({service}) => service === 'google-oauth2');
    assert.equal(asked?.host, 'oauth2.googleapis.com');
    assert.equal(asked.principal, 'user:alice@example.com');
  });

  it('test-with-emulator.ts passes, and so do all four of its tests', async () => {
    const result = await runNode(['--test-reporter=tap', 'samples/test-with-emulator.ts'], {
      HOME: home,
    });
    assert.equal(result.status, 0, result.stdout + result.stderr);
    assert.match(result.stdout, /^# pass 4$/m);
    assert.match(result.stdout, /^# fail 0$/m);
  });

  it('signed-url.ts prints a URL that reads an object until it ends', async () => {
    const result = await run('signed-url.ts');
    assert.deepEqual([result.stderr, result.status], ['', 0]);
    const {host, pathname, search} = new URL(result.stdout.trim());
    assert.equal(host + pathname, 'storage.googleapis.com/my-bucket/greeting.txt');
    assert.match(search, /&X-Goog-Expires=900&/);
    const read = (path: string) => send(emulator.url, {path, headers: {host}});
    assert.equal((await read(pathname + search)).text, 'hello from the other cloud');
    assert.equal((await read(`${pathname}${search}0`)).status, 400);
    assert.equal((await read(pathname)).status, 403);
  });

  it('has a test for every sample', async () => {
    // What is left out of tsconfig.json needs packages of test/matrix, and has its test there.
    const project = await readFile('tsconfig.json', 'utf8');
    const samples = (await readdir('samples'))
      .filter(name => name.endsWith('.ts') && !project.includes(`"samples/${name}"`))
      .sort();
    assert.deepEqual(samples, [
      'cloud-run-id-token.ts',
      'custom-aws-credentials.ts',
      'demo.ts',
      'from-credential-file.ts',
      'opentelemetry.ts',
      'quickstart.ts',
      'signed-url.ts',
      'test-with-emulator.ts',
      'without-impersonation.ts',
      'workspace-user.ts',
    ]);
  });
});

/** What Google Calendar answers a user; the token is told by its form. */
function calendarsFor({url, headers}: IncomingMessage): object {
  const isUser = headers.authorization?.startsWith('Bearer ya29.a.') === true;
  return isUser && url === '/calendar/v3/users/me/calendarList'
    ? {items: [{summary: 'Alice'}, {summary: 'Holidays'}]}
    : {items: []};
}
