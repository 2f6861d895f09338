import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {build} from 'esbuild';
import {awsEnvironment} from '../emulator/support/aws-environment.js';

const FLAGS = process.allowedNodeEnvironmentFlags;
const PERMISSION = FLAGS.has('--permission') ? '--permission' : '--experimental-permission';

describe('Node.js’s permission model', () => {
  const environment = awsEnvironment();

  /** Asks for credentials in a process that may read its own program, and what is named. */
  const ask = async (env: Readonly<Record<string, string>>, readable: readonly string[]) => {
    // tsx reads more than that.
    const program = join(environment.folder, 'program', 'ask.mjs');
    await build({
      entryPoints: ['test/aws/default-credentials-program.ts'],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: {
        js: "import {createRequire as make} from 'node:module'; const require = make(import.meta.url);",
      },
      logLevel: 'error',
    });
    const allowed = [program, ...readable].map(path => `--allow-fs-read=${path}`);
    environment.set(env);
    return promisify(execFile)(process.execPath, [PERMISSION, ...allowed, program]);
  };

  it('that refuses a shared AWS file is named, with its flag', async () => {
    const folder = join(environment.folder, 'aws');
    await mkdir(folder);
    const file = join(folder, 'config');
    await writeFile(file, '[default]\nregion = eu-west-1\n');
    const {stdout} = await ask({AWS_CONFIG_FILE: file}, []);
    assert.match(stdout, /\(ERR_ACCESS_DENIED: Node.js lacks --allow-fs-read of it\)/);
  });

  // Of newer versions of Node.js.
  if (FLAGS.has('--allow-net')) {
    it('that refuses instance metadata is named, with its flag', async () => {
      const {stdout} = await ask({AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9'}, [
        environment.folder,
      ]);
      assert.match(stdout, /started with --permission: add --allow-net\./);
    });
  }
});
