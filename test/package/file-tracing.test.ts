import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {nodeFileTrace} from '@vercel/nft';
import {installPackage, type InstalledPackage} from './installed-package.js';

// What Next.js, Nitro and Netlify take along to where a program runs is what this package finds.
describe('the files that a program needs, as @vercel/nft traces them', () => {
  let installed: InstalledPackage;

  before(() => {
    installed = installPackage();
  });

  after(() => {
    installed[Symbol.dispose]();
  });

  for (const [file, code] of [
    ['program.mjs', "import {AwsAuthClient} from 'google-auth-aws'; new AwsAuthClient({});"],
    ['program.cjs', "const {AwsAuthClient} = require('google-auth-aws'); new AwsAuthClient({});"],
  ] as const) {
    it(`${file}: the library, and the packages that it loads`, async () => {
      const program = path.join(installed.project, file);
      writeFileSync(program, code);
      const {fileList} = await nodeFileTrace([program], {base: installed.project});
      const files = [...fileList].map(name => name.split(path.sep).join('/'));
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
