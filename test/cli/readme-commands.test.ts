import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, it} from 'mocha';
import {runCommand} from './run-command.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

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
});
