import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Storage} from '@google-cloud/storage';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {AwsAuthClient, createExternalAccountConfig} from '../../src/index.js';
import {startCloudsProxy, type CloudsProxy} from '../support/clouds-proxy.js';
import {runNode} from '../support/run-node.js';

const OK =
  /^OK: (\d+) bytes to gs:\/\/([^/]+)\/(\S+) and back, as demo@my-project\.iam\.gserviceaccount\.com, on arn:aws:sts::111122223333:assumed-role\/demo-role\/\S+$/;

describe('the demo', function () {
  this.timeout(60_000);

  it('tells the six steps and ends with the OK line, without colour where there is no terminal', async () => {
    const {status, stdout, stderr} = await runNode(['samples/demo.ts'], {});
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const lines = stdout.trimEnd().split('\n');
    const ok = OK.exec(lines.at(-1) ?? '');
    assert.ok(ok, `last line: ${lines.at(-1) ?? ''}`);
    assert.ok(Number(ok[1]) >= 8 * 1024 * 1024);
    assert.deepEqual(
      lines.filter(line => /^\d\/6 /.test(line)).map(line => line.slice(0, 3)),
      ['1/6', '2/6', '3/6', '4/6', '5/6', '6/6'],
    );
    for (const line of lines.filter(line => /^\d\/6 /.test(line)))
      assert.match(line, / [\d.]+\sms$/);
    assert.ok(!stdout.includes('\u001b'));
    for (const line of lines.slice(0, -1)) assert.ok(line.length <= 100, `a long line: ${line}`);
  });

  it("takes no part of this shell's own AWS identity", async () => {
    const {status, stdout} = await runNode(['samples/demo.ts'], {
      AWS_ACCESS_KEY_ID: 'AKIAELSEWHERE0000000',
      AWS_SECRET_ACCESS_KEY: 'of-another-account',
      AWS_PROFILE: 'of-another-account',
    });
    assert.equal(status, 0);
    assert.match(stdout, /1\/6 Get AWS credentials.*\n.*ECS container's credential endpoint/);
  });

  it("reaches the emulator by none of this shell's proxies", async () => {
    const {status, stderr} = await runNode(['samples/demo.ts'], {
      // Where nobody listens.
      HTTPS_PROXY: 'http://127.0.0.1:9',
      http_proxy: 'http://127.0.0.1:9',
    });
    assert.deepEqual([status, stderr], [0, '']);
  });

  describe('with a credential file', () => {
    let emulator: Emulator;
    let proxy: CloudsProxy;
    let folder: string;
    let config: string;

    before(async () => {
      emulator = await startEmulator();
      proxy = await startCloudsProxy(emulator.url);
      folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-demo-test-'));
      config = join(folder, 'config.json');
      const {audience} = emulator;
      const serviceAccountEmail = 'demo@my-project.iam.gserviceaccount.com';
      await writeFile(
        config,
        JSON.stringify(createExternalAccountConfig({audience, serviceAccountEmail})),
      );
    });

    after(async () => {
      await proxy.close();
      await emulator.close();
      await rm(folder, {recursive: true});
    });

    const run = () =>
      runNode(['samples/demo.ts', '--config', config, '--bucket', 'some-bucket'], {
        ...emulator.env,
        ...proxy.env,
        STORAGE_EMULATOR_HOST: undefined,
        GOOGLE_CLOUD_PROJECT: 'my-project',
      });

    it('makes the round trip with the clouds of that file, and leaves nothing behind', async () => {
      const {status, stdout, stderr} = await run();
      assert.equal(stderr, '');
      assert.equal(status, 0);
      assert.match(stdout, /4\/6 Ask AWS who signed it\n.*not to be seen from here/);
      assert.match(stdout, /created the bucket some-bucket/);
      assert.match(stdout, /deleted the objects and the bucket/);
      assert.match(stdout.trimEnd().split('\n').at(-1) ?? '', OK);
    });

    it('leaves a bucket that was there', async () => {
      const storage = new Storage({
        authClient: AwsAuthClient.fromJSON(emulator.config, {
          awsCredentials: emulator.issueAwsCredentials(),
        }),
        projectId: 'my-project',
        apiEndpoint: emulator.url.replace('127.0.0.1', 'localhost'),
        universeDomain: 'localhost',
        useAuthWithCustomEndpoint: true,
      });
      await storage.createBucket('some-bucket');
      const {status, stdout} = await run();
      assert.equal(status, 0);
      assert.ok(!stdout.includes('created the bucket'));
      const [files] = await storage.bucket('some-bucket').getFiles();
      assert.deepEqual(files, []);
    });
  });

  it('fails with a plain reason and a status', async () => {
    const missing = await runNode(
      ['samples/demo.ts', '--config', '/nowhere.json', '--bucket', 'b'],
      {},
    );
    assert.deepEqual([missing.status, missing.stdout], [1, '']);
    assert.match(missing.stderr, /^\nFAILED: There is no credential file at "\/nowhere\.json"/);
    assert.ok(!missing.stderr.includes('    at '));

    const wrong = await runNode(['samples/demo.ts', '--config', 'x'], {});
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--config goes with --bucket/);
  });
});
