// Installs Google's clients of the majors that the matrix tests into this folder, unless what is there is
// what the lock file says: `node test/matrix/install.mjs`. The root's `npm ci` knows nothing of them.

import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import path from 'node:path';

const folder = import.meta.dirname;
const packages = path.join(folder, 'node_modules');
const stamp = path.join(packages, '.installed-from');

const lock = createHash('sha256')
  .update(readFileSync(path.join(folder, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  // No client needs its install script to run.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const {status, error} = spawnSync('npm', args, {
    ...{cwd: folder, stdio: 'inherit', shell: process.platform === 'win32'},
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`npm ci in ${folder} ended with status ${status}.`);
  writeFileSync(stamp, lock);
}

// A link and no `file:` dependency, for which npm would install the package's own dependencies once more:
// from its real place the package finds the root's google-auth-library, one of its own, as installed
// beside an application's other copies.
const link = path.join(packages, 'google-auth-aws');
if (!lstatSync(link, {throwIfNoEntry: false})) {
  symlinkSync(path.resolve(folder, '../..'), link, 'junction');
}
