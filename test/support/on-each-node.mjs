// Runs the suite, and the demo, on each Node that the package supports:
// `npm run test:nodes [-- 22 24]`. The Node that runs this script has `npm test`.
//
// The binaries come from npm's node-<platform>-<arch> packages: they have no install script, which
// npm may refuse to run, after which the tests would quietly run on the system's Node.

import {spawnSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const {scripts} = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const asked = process.argv.slice(2);
const majors = asked.length > 0 ? asked : ['20', '22', '24', '26'];
const isWindows = process.platform === 'win32';

function run(command, args, env = process.env) {
  console.log(`$ ${command} ${args.join(' ')}`);
  // npm is a .cmd file on Windows, which only a shell can start.
  const {status, error} = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: 'inherit',
    shell: isWindows,
  });
  if (error) throw error;
  return status === 0;
}

/** The folder that holds the binary of a Node major, installed if it is not there yet. */
function folderOf(major) {
  const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
  const prefix = path.join(root, '.nodes', major);
  const folder = path.join(prefix, 'node_modules', name, 'bin');
  if (!existsSync(folder)) {
    const installed = run('npm', [
      ...[
        'install',
        '--prefix',
        prefix,
        '--no-save',
        '--no-package-lock',
        '--no-audit',
        '--no-fund',
      ],
      `${name}@${major}`,
    ]);
    if (!installed) throw new Error(`${name}@${major} could not be installed.`);
  }
  return folder;
}

const outcomes = [];
for (const major of majors) {
  console.log(`\n=== Node ${major} ===`);
  const env = {...process.env, PATH: [folderOf(major), process.env.PATH].join(path.delimiter)};
  // Asked through npm, as the scripts below are run.
  const {stdout} = spawnSync('npm', ['exec', '--offline', '--call', 'node --version'], {
    ...{cwd: root, env, encoding: 'utf8', shell: isWindows},
  });
  const version = String(stdout).trim();
  if (!version.startsWith(`v${major}.`))
    throw new Error(`PATH leads to Node ${version}, not ${major}.`);
  console.log(version);
  const passed = ['mocha', 'demo']
    .filter(script => script in scripts)
    .map(script => run('npm', ['run', script], env))
    .every(Boolean);
  outcomes.push({version, passed});
}

console.log('');
for (const {version, passed} of outcomes)
  console.log(`${passed ? 'passed' : 'FAILED'} on ${version}`);
process.exitCode = outcomes.every(({passed}) => passed) ? 0 : 1;
