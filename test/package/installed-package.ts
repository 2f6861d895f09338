import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

/** The repository's root. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** The package as its users get it: packed, and installed into a folder that knows nothing else. */
export interface InstalledPackage extends Disposable {
  /** A project of its own, whose only dependencies are the package and its peer. */
  readonly project: string;
  /** The package in the project's node_modules. */
  readonly folder: string;
  readonly tarball: string;
}

/** What a program did. */
export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, in an environment without what npm and mocha leave in theirs. */
export function run(cwd: string, command: string, args: readonly string[]): Outcome {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|AWS_|GOOGLE_|NODE_|MOCHA_|FORCE_COLOR)/.test(name),
    ),
  );
  const {status, stdout, stderr, error} = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    // npm is a .cmd file on Windows, which only a shell can start.
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error !== undefined) throw error;
  return {status, stdout, stderr};
}

/** The installed version of one of our own development dependencies. */
function versionOf(packageName: string): string {
  const manifest = path.join(ROOT, 'node_modules', packageName, 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as {version: string}).version;
}

/** Every file below a folder, as sorted paths relative to it, but for nested node_modules. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map(file => file.split(path.sep).join('/'))
    .filter(file => !file.startsWith('node_modules/'))
    .sort();
}

/** Packs dist/ as it stands, and installs it. */
export function installPackage(): InstalledPackage {
  if (!existsSync(path.join(ROOT, 'dist')))
    throw new Error('There is no dist/: npm run build first.');
  const project = mkdtempSync(path.join(tmpdir(), 'google-auth-aws-installed-'));
  // Without scripts: a build would pull dist/ from under whoever uses it meanwhile.
  npm(ROOT, ['pack', '--ignore-scripts', '--pack-destination', project]);
  const tarball = readdirSync(project).find(file => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball.');
  writeFileSync(
    path.join(project, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: {
        'google-auth-aws': `file:./${tarball}`,
        'google-auth-library': versionOf('google-auth-library'),
        '@types/node': versionOf('@types/node'),
      },
    }),
  );
  npm(project, ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']);
  return {
    project,
    folder: path.join(project, 'node_modules/google-auth-aws'),
    tarball: path.join(project, tarball),
    [Symbol.dispose]: () => rmSync(project, {recursive: true, force: true}),
  };
}

function npm(cwd: string, args: readonly string[]): void {
  const {status, stdout, stderr} = run(cwd, 'npm', args);
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed.\n${stdout}\n${stderr}`);
}
