import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {startEmulator, type Emulator} from '../../src/emulator/index.js';
import {runNode} from '../support/run-node.js';

const PROGRAM = `
  import {AwsAuthClient} from './src/index.js';
  const [config, options] = process.argv.slice(2).map(text => JSON.parse(text));
  const client = AwsAuthClient.fromJSON(config, options);
  await client.getAccessToken();
  console.log((await client.describeIdentity()).source);`;

// Chunks of their own for what is loaded later have the names of a CommonJS package below `default` alone.
describe('a bundle that esbuild has split', () => {
  let folder: string;
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
    folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-split-'));
    await build({
      stdin: {
        contents: PROGRAM,
        resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
      },
      outdir: folder,
      outExtension: {'.js': '.mjs'},
      ...{bundle: true, splitting: true, platform: 'node', target: 'node20', format: 'esm'},
      // Packages that are CommonJS call require() for what is Node.js's own.
      banner: {
        js: "import {createRequire as require_} from 'node:module'; const require = require_(import.meta.url);",
      },
      logLevel: 'silent',
    });
  });

  after(async () => {
    await emulator.close();
    await rm(folder, {recursive: true});
  });

  const run = async (env: Readonly<Record<string, string>>, options: unknown = {}) => {
    const args = [emulator.configFor(), options].map(value => JSON.stringify(value));
    const {status, stdout, stderr} = await runNode([join(folder, 'stdin.mjs'), ...args], env);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };

  for (const source of [
    'environment',
    'profile',
    'web-identity',
    'container',
    'instance-metadata',
  ] as const) {
    it(`finds the credentials of the source ${source}`, async () => {
      const {env} = await emulator.writeAwsSetup(source, join(folder, source));
      assert.equal(await run(env), source);
    });
  }

  it('assumes a role', async () => {
    const {env} = await emulator.writeAwsSetup('environment', join(folder, 'base'));
    const roleArn = 'arn:aws:iam::111122223333:role/demo-role';
    assert.equal(await run({...emulator.env, ...env}, {assumeRole: {roleArn}}), 'environment');
  });
});
