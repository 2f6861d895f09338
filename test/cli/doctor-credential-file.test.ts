import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertHidden} from '../support/secrets.js';
import {examine, POOL, setUp, type PrintedStep} from './doctor-fixture.js';
import {runCommand} from './run-command.js';

/** What bash makes of the command that the doctor prints. */
function wordsOf({remedies = []}: PrintedStep): readonly string[] {
  assert.equal(remedies.length, 1);
  const command = `printf '%s\\0' ${remedies[0]?.command ?? ''}`;
  return execFileSync('bash', ['-c', command], {encoding: 'utf8'}).split('\0').slice(0, -1);
}

describe('google-auth-aws doctor stops at a credential file', () => {
  const aws = awsEnvironment();
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
    await setUp(emulator, aws);
  });
  afterEach(() => emulator.close());

  for (const [title, content, code, means] of [
    ['that is not there', undefined, 'CREDENTIAL_FILE_NOT_FOUND', /correct the path/],
    ['that is no JSON', '{', 'CREDENTIAL_FILE_INVALID', /Make it anew/],
  ] as const) {
    it(title, async () => {
      const file = join(aws.folder, "it's `id` $HOME.json");
      if (content !== undefined) await writeFile(file, content);
      const {ran, last} = await examine(aws, '--config', file);
      assert.equal(ran.status, 1);
      assert.equal(last.id, 'configuration');
      assert.equal(last.code, code);
      assert.match(last.meaning ?? '', means);
      // What is there is replaced with --force alone.
      const force = content === undefined ? [] : ['--force'];
      assert.deepEqual(wordsOf(last).slice(-2 - force.length), ['--output-file', file, ...force]);
    });
  }

  it('whose content stands where its path belongs, and shows none of it', async () => {
    aws.set({GOOGLE_APPLICATION_CREDENTIALS: '{"private_key": "MIIEvQIBADANBgkqhki"}'});
    const {stdout, stderr, status} = await runCommand(['doctor']);
    assert.equal(status, 2);
    assert.match(stderr, /GOOGLE_APPLICATION_CREDENTIALS/);
    assertHidden(stdout + stderr, {key: 'MIIEvQIBADANBgkqhki'});
  });

  for (const [title, content, means] of [
    ['that is a key', {type: 'service_account'}, /delete the key/],
    ['that is a person’s login', {type: 'authorized_user'}, /a person’s login/],
    [
      'that is for another cloud',
      {type: 'external_account', subject_token_type: 'urn:ietf:params:oauth:token-type:jwt'},
      /For other clouds/,
    ],
  ] as const) {
    it(`${title}, and has nobody write over it`, async () => {
      const file = join(aws.folder, 'other.json');
      await writeFile(file, JSON.stringify(content));
      const {last} = await examine(aws, '--config', file);
      assert.equal(last.code, 'CREDENTIAL_FILE_INVALID');
      assert.match(last.meaning ?? '', means);
      assert.deepEqual(wordsOf(last).slice(-2), ['--output-file', 'gcp.json']);
    });
  }

  it('that names the project by its id, with the command that tells its number', async () => {
    const audience = `//${POOL.replace('123456789012', 'my-project')}/providers/aws-test-account`;
    await setUp(emulator, aws, {...emulator.config, audience});
    const {last} = await examine(aws);
    assert.equal(last.code, 'INVALID_AUDIENCE');
    assert.equal(last.meaning, 'Print the number.');
    assert.equal(
      last.remedies?.[0]?.command,
      'gcloud projects describe my-project --format="value(projectNumber)"',
    );
  });

  it('that leads to somebody else, before anything is sent', async () => {
    await setUp(emulator, aws, {
      ...emulator.config,
      token_url: 'https://sts.evil.example/v1/token',
    });
    const {last} = await examine(aws);
    assert.equal(last.code, 'UNTRUSTED_URL');
    assert.deepEqual(emulator.requests, []);
  });
});
