// `npm run test:matrix [-- <arguments for mocha>]`: installs the clients, compiles every call to them and
// the samples that need them, and runs the tests of this folder.

import {spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const root = path.resolve(folder, '../..');
if (!existsSync(path.join(root, 'dist')))
  throw new Error('The clients get what was built: npm run build first.');

function run(script, args) {
  const {status, error} = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

run(path.join(folder, 'install.mjs'), []);

// A sample is compiled and run where its packages are found. The root's tsconfig.json leaves those out that
// import packages which the root does not have.
const samples = path.join(folder, '.samples');
rmSync(samples, {recursive: true, force: true});
mkdirSync(samples);
const {exclude} = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8'));
for (const file of exclude.filter(name => name.startsWith('samples/'))) {
  copyFileSync(path.join(root, file), path.join(samples, path.basename(file)));
}

run(path.join(root, 'node_modules/typescript/bin/tsc'), ['-p', folder]);
run(path.join(root, 'node_modules/mocha/bin/mocha.js'), [
  ...['--config', path.join(folder, '.mocharc.json')],
  ...process.argv.slice(2),
]);
