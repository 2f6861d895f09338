import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, it} from 'mocha';
import {AwsAuthClient} from '../../src/index.js';
import {runCommand} from './run-command.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const NAMES = [
  ...['config', 'setup', 'whoami', 'doctor', 'token', 'id-token'],
  ...['check-policy', 'emulator'],
];

function shellBlocks(): readonly string[] {
  return [...README.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, text = '']) => text);
}

describe('the commands of the README', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'readme-'));
  });
  after(() => rmSync(folder, {recursive: true}));

  it('set up, and check what they set up', async () => {
    const commands = shellBlocks()
      .flatMap(text => text.replaceAll('\\\n', ' ').split('\n'))
      .filter(line => /^npx google-auth-aws (?:setup|check-policy) /.test(line));
    assert.ok(commands.length >= 3);
    for (const line of commands) {
      const [command = '', file] = line.split(' > ');
      const argv = command.split(/\s+/).slice(2);
      const {status, stdout, stderr} = await runCommand(argv, {cwd: folder});
      assert.equal(status, 0, `${line}\n${stdout}${stderr}`);
      if (file !== undefined) writeFileSync(path.join(folder, file), stdout);
    }
  });

  it('write the credential file', async () => {
    const line = shellBlocks()
      .flatMap(text => text.replaceAll('\\\n', ' ').split('\n'))
      .find(text => text.startsWith('npx google-auth-aws config '));
    const {status, stderr} = await runCommand((line ?? '').split(/\s+/).slice(2), {cwd: folder});
    assert.equal(status, 0, stderr);
    const file: unknown = JSON.parse(readFileSync(path.join(folder, 'gcp.json'), 'utf8'));
    assert.ok(AwsAuthClient.fromJSON(file).getServiceAccountEmail()?.startsWith('demo-app@'));
  });

  it('have no flag that the command has not', async () => {
    const text = README.replaceAll('\\\n', ' ');
    const mentions = [...text.matchAll(/(?:google-auth-aws |`)([a-z-]+)((?: [^\n`]*)?)/g)].filter(
      ([, name = '', rest = '']) => NAMES.includes(name) && rest.includes('--'),
    );
    assert.ok(mentions.length >= 10);
    for (const [mention, name = '', rest = ''] of mentions) {
      const {stdout} = await runCommand([name, '--help']);
      for (const [flag] of rest.matchAll(/--[a-z][a-z0-9-]*/g)) {
        assert.match(stdout, new RegExp(`^ +(?:-\\w, )?${flag}\\b`, 'm'), mention);
      }
    }
  });
});
