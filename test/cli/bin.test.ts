import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {after, before, describe, it} from 'mocha';
import {defaultPolicy, startEmulator} from '../../src/emulator/index.js';
import {APART} from '../emulator/support/running.js';
import {startCloudsProxy} from '../support/clouds-proxy.js';
import {runNode} from '../support/run-node.js';

const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url));
const NAME =
  'projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

/** Runs a line of shell in which `$CMD` is the built command. */
function shell(line: string): {status: number | null; stdout: string; stderr: string} {
  const {GOOGLE_APPLICATION_CREDENTIALS: _, ...env} = process.env;
  const {status, stdout, stderr} = spawnSync('sh', ['-c', line], {
    env: {...env, CMD: `${process.execPath} ${BIN}`, NAME},
    encoding: 'utf8',
  });
  return {status, stdout, stderr};
}

describe('the built command, as a process', function () {
  before(function () {
    assert.ok(existsSync(BIN), 'there is no dist/: npm run build first');
    if (process.platform === 'win32') this.skip();
  });

  it('ends with the status of what it did', () => {
    assert.equal(shell('$CMD --version').status, 0);
    assert.equal(shell('$CMD token --config /nowhere').status, 1);
    assert.equal(shell('$CMD confg').status, 2);
  });

  it('ends where something goes on that never ends, such as a request for AWS credentials', () => {
    const holding = ['--import', 'data:text/javascript,setInterval(() => {}, 1e9)'];
    for (const [args, status] of [
      [['config', NAME], 0],
      [['confg'], 2],
    ] as const) {
      const ran = spawnSync(process.execPath, [...holding, BIN, ...args], {timeout: 20_000});
      assert.equal(ran.status, status);
      assert.equal(ran.stdout.length > 0, status === 0);
    }
  });

  it('is quiet where the reader of its pipe has gone', () => {
    // The reader ends at once, and the command writes afterwards.
    const {stderr} = shell('$CMD config $NAME | true');
    assert.equal(stderr, '');
  });

  describe('where the reader of its output has gone before it writes,', () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'bin-test-'));
      const policy = {google: {...defaultPolicy().google, serviceAccounts: []}};
      writeFileSync(path.join(folder, 'policy.json'), JSON.stringify(policy));
    });
    after(() => {
      rmSync(folder, {recursive: true});
    });

    // The end to write to stays, and nobody has the other one.
    const PIPE = 'rm -f pipe && mkfifo pipe && exec 3<>pipe 4>pipe 3<&-';
    const check = '$CMD check-policy --policy policy.json --arn arn:aws:sts';
    const setup =
      '$CMD setup --project my-project --project-number 123456789012 --aws-account 111122223333';
    for (const [what, line, status] of [
      ['ends check-policy with its answer, yes', `${check}::111122223333:assumed-role/a/b >&4`, 0],
      ['ends check-policy with its answer, no', `${check}::999922223333:assumed-role/a/b >&4`, 1],
      [
        'ends setup with 0: it wrote all of its script',
        `${setup} --role demo-role >&4 2>/dev/null`,
        0,
      ],
      ['ends the help with 0', '$CMD setup --help >&4', 0],
    ] as const) {
      it(what, () => {
        const ran = shell(`cd '${folder}' && ${PIPE} && ${line}`);
        assert.deepEqual(ran, {status, stdout: '', stderr: ''});
      });
    }

    // Node.js tells of it in a later turn: by then a command may have come to its end, or not yet.
    it('does not end doctor, which writes before it has found what is wrong, with 0', () => {
      const {status, stdout} = shell(`cd '${folder}' && ${PIPE} && $CMD doctor --config x >&4`);
      assert.ok(status === 141 || status === 1, String(status));
      assert.equal(stdout, '');
    });

    it('ends setup, which has warnings before its script, with 141, or with 0 and the whole script', () => {
      const {status, stdout} = shell(`cd '${folder}' && ${PIPE} && ${setup} --role a 2>&4`);
      if (status === 0) assert.match(stdout, /^#!.*\n[^]*gcp\.json'\n$/);
      else assert.deepEqual({status, stdout}, {status: 141, stdout: ''});
    });
  });

  it('works with its standard input closed', () => {
    const {status, stdout, stderr} = shell('$CMD config $NAME <&-');
    assert.deepEqual({status, stderr}, {status: 0, stderr: ''});
    assert.match(stdout, /external_account/);
  });

  it('fails, and says so, where the output cannot be written', function () {
    if (!existsSync('/dev/full')) return;
    const {status, stderr} = shell('$CMD config $NAME > /dev/full');
    assert.equal(status, 1);
    assert.match(stderr, /^google-auth-aws: the output cannot be written: ENOSPC/);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });

  it('needs no file where the flags name the provider, and asks Google’s own hosts', async () => {
    await using emulator = await startEmulator();
    // Google and AWS by their own names, for a process that trusts the test's authority.
    const clouds = await startCloudsProxy(emulator.url);
    try {
      const {status, stdout, stderr} = await runNode(
        [
          ...['dist/cli/bin.js', 'token', '--project-number', '123456789012'],
          ...['--pool', 'aws-pool', '--provider', 'aws-test-account'],
        ],
        {...APART, ...emulator.env, ...clouds.env},
      );
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^ya29\.d\.\S+\n$/);
      assert.deepEqual(clouds.hosts, ['sts.googleapis.com:443']);
    } finally {
      await clouds.close();
    }
  });

  it('ends without a word where the reader of a long output goes early', () => {
    const many = Array.from({length: 400}, (_, i) => `--grant roles/a${i}`).join(' ');
    const {stdout, stderr} = shell(
      `$CMD setup --project my-project --project-number 1 --aws-account 111122223333 --whole-pool ${many} --format json 2>/dev/null | head -1`,
    );
    assert.equal(stdout, '{\n');
    assert.equal(stderr, '');
  });

  it('prints no mark and no colour where there is no terminal', () => {
    const {stdout, stderr} = shell('FORCE_COLOR=1 $CMD doctor --config /nowhere');
    for (const mark of ['\u001B', '…']) assert.ok(!(stdout + stderr).includes(mark));
  });
});
