import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {describe, it} from 'mocha';
import {runCommand} from './run-command.js';

const {version} = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as {version: string};

// As the help itself lists them.
async function commands(): Promise<string[]> {
  const {stdout} = await runCommand(['--help']);
  const list = /\nCommands:\n([^]*?)\n\n/.exec(stdout)?.[1] ?? '';
  const names = [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(match => match[1] ?? '');
  return names.filter(name => name !== 'help');
}

describe('google-auth-aws', () => {
  it('tells its version', async () => {
    for (const flag of ['--version', '-V']) {
      assert.deepEqual(await runCommand([flag]), {status: 0, stdout: `${version}\n`, stderr: ''});
    }
  });

  it('tells its commands, with an example', async () => {
    const {status, stdout, stderr} = await runCommand(['--help']);
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /Example:\n {2}google-auth-aws config/);
    const names = await commands();
    for (const name of ['config', 'whoami', 'doctor', 'token', 'id-token']) {
      assert.ok(names.includes(name), name);
    }
  });

  it('tells of each command how it is used, with an example, in both ways', async () => {
    for (const name of await commands()) {
      const {status, stdout, stderr} = await runCommand([name, '--help']);
      assert.equal(status, 0, name);
      assert.equal(stderr, '', name);
      assert.match(stdout, new RegExp(`^Usage: google-auth-aws ${name} `));
      assert.match(stdout, /\nExamples?:\n {2}/, name);
      assert.match(stdout, /--debug/, name);
      assert.deepEqual(await runCommand(['help', name]), {status, stdout, stderr});
    }
  });

  it('fits a terminal 40 columns wide, but for what must be copied', async () => {
    for (const args of [[], ...(await commands()).map(name => [name])]) {
      const {stdout} = await runCommand([...args, '--help'], {columns: 40});
      const prose = stdout.slice(0, stdout.search(/\nExamples?:/));
      const long = prose.split('\n').filter(line => line.length > 40 && /\S \S/.test(line.trim()));
      assert.deepEqual(
        long.filter(line => !/^(?: {2}-|Usage: )/.test(line)),
        [],
      );
    }
  });

  describe('used wrongly, ends with 2, says how on stderr and nothing on stdout:', () => {
    for (const [args, says] of [
      [['confg'], /unknown command 'confg'\n\(Did you mean config\?\)/],
      [['nothing-like-it'], /unknown command 'nothing-like-it'/],
      [['--verison'], /unknown option '--verison'\n\(Did you mean --version\?\)/],
      [
        ['config', '--projet-number', '1'],
        /unknown option '--projet-number'\n\(Did you mean --project-number\?\)/,
      ],
      // A required flag that is misspelt is no flag that is missing.
      [['id-token', '--audence', 'x'], /'--audence'\n\(Did you mean --audience\?\)/],
      [['check-policy', '--polciy', 'x'], /'--polciy'\n\(Did you mean --policy\?\)/],
      [['id-token'], /--audience is missing: the URL of the service/],
      [['check-policy'], /--policy is missing: a file/],
      [['check-policy', '--policy', 'x'], /--arn is missing: the AWS identity/],
      [['token', '--jsn'], /unknown option '--jsn'\n\(Did you mean --json\?\)/],
      [['token', '--config'], /argument missing/],
      [['token', 'surplus'], /too many arguments: "surplus" belongs to no option/],
      [
        ['setup', '--project', '--project-number', '123456789012'],
        /"123456789012" belongs to no option\. Is there an option without its value before it/,
      ],
      [['setup', '--role', 'my', 'role'], /"role" belongs to no option.*not in quotes/],
      [[], /^Usage: google-auth-aws/],
    ] as const) {
      it(args.join(' ') || 'nothing', async () => {
        const {status, stdout, stderr} = await runCommand(args);
        assert.equal(status, 2);
        assert.equal(stdout, '');
        assert.match(stderr, says);
        assert.doesNotMatch(stderr, /\n {4}at /);
      });
    }
  });

  it('prints a stack with --debug alone', async () => {
    const args = ['token', '--config', '/nowhere/gcp.json'];
    const plain = await runCommand(args);
    assert.equal(plain.status, 1);
    assert.match(plain.stderr, /^google-auth-aws: There is no credential file at "\/nowhere/);
    assert.doesNotMatch(plain.stderr, /\n {4}at /);
    const debug = await runCommand([...args, '--debug']);
    assert.equal(debug.status, 1);
    assert.ok(debug.stderr.startsWith(plain.stderr));
    assert.match(debug.stderr, /\n {4}at /);
  });

  it('wraps what it says to the terminal, and nothing where there is none', async () => {
    const args = ['token', '--config', '/nowhere/gcp.json'];
    const {stderr: plain} = await runCommand(args);
    assert.equal(plain.trimEnd().split('\n').length, 1);
    const {stderr: narrow} = await runCommand(args, {columns: 40});
    assert.ok(
      narrow.split('\n').every(line => line.length <= 40 || !line.includes(' ')),
      narrow,
    );
    assert.equal(narrow.replaceAll('\n', ' '), plain.replaceAll('\n', ' '));
  });

  it('wraps what it says of wrong flags, too', async () => {
    for (const args of [
      ['emulator', '--port', '80a'],
      ['setup', '--format', 'yaml'],
      ['config', '--service-account-token-lifetime-second', '7'],
    ]) {
      const {status, stderr} = await runCommand(args, {columns: 40});
      assert.equal(status, 2);
      assert.ok(
        stderr.split('\n').every(line => line.length <= 40 || !line.includes(' ')),
        stderr,
      );
    }
  });
});
