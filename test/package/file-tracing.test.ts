import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {installPackage, run, type InstalledPackage} from './installed-package.js';

const TRACER = `
  import {nodeFileTrace} from '@vercel/nft';
  const {fileList} = await nodeFileTrace([process.argv[2]]);
  console.log(JSON.stringify([...fileList].map(file => file.replaceAll('\\\\', '/'))));`;

// What Next.js, Nitro and Netlify take along to where a program runs is what this package finds.
describe('the files that a program needs, as @vercel/nft traces them', () => {
  let installed: InstalledPackage;

  before(() => {
    installed = installPackage();
    const {status, stderr} = run(installed.project, 'npm', [
      'install',
      '@vercel/nft@1',
      ...['--no-save', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    ]);
    assert.equal(status, 0, stderr);
    writeFileSync(path.join(installed.project, 'trace.mjs'), TRACER);
  });

  after(() => {
    installed[Symbol.dispose]();
  });

  for (const [file, code] of [
    ['program.mjs', "import {AwsAuthClient} from 'google-auth-aws'; new AwsAuthClient({});"],
    ['program.cjs', "const {AwsAuthClient} = require('google-auth-aws'); new AwsAuthClient({});"],
  ] as const) {
    it(`${file}: the library, and the packages that it loads`, () => {
      writeFileSync(path.join(installed.project, file), code);
      const {stdout, stderr} = run(installed.project, process.execPath, ['trace.mjs', file]);
      assert.equal(stderr, '');
      const files = JSON.parse(stdout) as string[];
      for (const needed of [
        'node_modules/google-auth-aws/dist/index.cjs',
        'node_modules/google-auth-library/package.json',
        'node_modules/@aws-sdk/credential-providers/package.json',
        'node_modules/@smithy/core/package.json',
      ]) {
        assert.ok(files.includes(needed), needed);
      }
    });
  }
});
