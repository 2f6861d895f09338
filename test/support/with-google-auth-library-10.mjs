// Runs the suite with google-auth-library 10: `npm run test:gal-10 [-- <arguments for mocha>]`.
//
// Sources import `google-auth-library`, and an import's name cannot be redirected without hooks
// that the released package would not run under. So the project is laid out once more, in .gal-10,
// beside a node_modules of links in which that one name leads to version 10. Node resolves the
// dependencies of a linked package from its real place: version 10 finds its own gaxios 7, and
// @google-cloud/storage keeps version 11, the mix that is the hardest for an auth client.

import {spawnSync} from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import {createRequire} from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const copy = path.join(root, '.gal-10');
const LEFT_OUT = new Set(['node_modules', '.git', '.gal-10', '.nodes', '.ci', 'coverage']);

function linkPackages(from, to) {
  mkdirSync(to, {recursive: true});
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue;
    const target = name === 'google-auth-library' ? 'google-auth-library-10' : name;
    if (name.startsWith('@')) linkPackages(path.join(from, name), path.join(to, name));
    // On Windows a junction needs no privilege; elsewhere the type is ignored.
    else symlinkSync(path.join(from, target), path.join(to, name), 'junction');
  }
}

/** Makes sure of the version that Node finds from a file; answers the package's entry. */
function expectMajor(packageName, from, major) {
  const entry = createRequire(from).resolve(packageName);
  // Upwards from the entry: not every package exports its package.json.
  let folder = path.dirname(entry);
  let manifest = {};
  while (!manifest.version && folder !== path.dirname(folder)) {
    const file = path.join(folder, 'package.json');
    if (existsSync(file)) manifest = JSON.parse(readFileSync(file, 'utf8'));
    folder = path.dirname(folder);
  }
  const found = `${manifest.name} ${manifest.version}`;
  if (!found.startsWith(`${packageName} ${major}.`)) {
    throw new Error(`${from} finds ${found}, not ${packageName} ${major}.`);
  }
  console.log(`${found} (${path.relative(root, entry)})`);
  return entry;
}

if (!existsSync(path.join(root, 'dist')))
  throw new Error('Samples use dist/: npm run build first.');
rmSync(copy, {recursive: true, force: true});
for (const name of readdirSync(root)) {
  if (LEFT_OUT.has(name)) continue;
  cpSync(path.join(root, name), path.join(copy, name), {
    recursive: true,
    // The matrix has packages of its own, and a run of its own.
    filter: from => from !== path.join(root, 'test/matrix'),
  });
}
// These tests are about the package, not about the library, or about a Storage that shares the library with
// this package, which it does not here: it holds 11. They have run already.
for (const left of [
  'package',
  'cli',
  'client/signed-urls.test.ts',
  'client/workspace-user-signing.test.ts',
  'emulator/storage-signed-urls.test.ts',
  'emulator/storage-post-forms.test.ts',
  'emulator/storage-post-policy.test.ts',
]) {
  rmSync(path.join(copy, 'test', left), {recursive: true, force: true});
}
linkPackages(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));

const here = path.join(copy, 'src/index.ts');
const entry = expectMajor('google-auth-library', here, '10');
expectMajor('gaxios', entry, '7');

const mocha = path.join(copy, 'node_modules/mocha/bin/mocha.js');
const {status, error} = spawnSync(process.execPath, [mocha, ...process.argv.slice(2)], {
  cwd: copy,
  stdio: 'inherit',
});
if (error) throw error;
process.exitCode = status ?? 1;
