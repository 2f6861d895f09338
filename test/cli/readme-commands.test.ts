import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, it} from 'mocha';
import {runCommand} from './run-command.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  );
}

describe('the commands of the README', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'readme-'));
  });
  after(() => rmSync(folder, {recursive: true}));

  it('set up, and check what they set up', async () => {
    const commands = blocks('sh')
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

  it('check the policy that it shows', async () => {
    const [policy = '', ...others] = blocks('yaml').filter(text => text.startsWith('google:'));
    assert.deepEqual(others, []);
    writeFileSync(path.join(folder, 'policy.yaml'), policy);
    const check = async (role: string) => {
      const arn = `arn:aws:sts::111122223333:assumed-role/${role}/my-session`;
      return runCommand(['check-policy', '--policy', 'policy.yaml', '--arn', arn], {cwd: folder});
    };
    assert.equal((await check('team-a')).status, 0);
    const {status, stdout} = await check('other');
    assert.equal(status, 1);
    assert.match(stdout, /Not true: attribute\.aws_role\.startsWith\(/);
  });
});
