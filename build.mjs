// Makes dist/: `npm run build`. Declarations are made by tsc, one for each file of src/; code by esbuild, one file
// an entry, since loading fifty small modules takes longer than the exchange.

import {execFileSync} from 'node:child_process';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {build} from 'esbuild';

const ESM = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  target: 'node20',
  logLevel: 'warning',
};

process.chdir(import.meta.dirname);
rmSync('dist', {recursive: true, force: true});
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {stdio: 'inherit'});

// The library, for bundlers, and for Node.js.
const {metafile} = await build({
  ...ESM,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.module.js',
  metafile: true,
});
await build({
  ...ESM,
  format: 'cjs',
  // The AWS SDK by require(), too, for the reason below.
  supported: {'dynamic-import': false},
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.cjs',
});

// `import` is led to the same file as `require()`. Before Node.js imports a name out of a CommonJS package, such as
// google-auth-library is, it parses that package for names, in JavaScript: a tenth of a cold start. What is required
// needs no such thing, and is one copy for both.
const names = metafile.outputs['dist/index.module.js'].exports.sort();
writeFileSync(
  'dist/index.js',
  `import {createRequire} from 'node:module';

let api;
try {
  // By a name of its own: what traces the files that a program needs (Next.js, Nitro) follows no other call.
  const load = createRequire(import.meta.url);
  api = load('./index.cjs');
} catch (error) {
  // In a bundle, made without the condition "module", which has other files for bundlers: they follow this require().
  if (typeof require !== 'function') throw error;
  api = require('./index.cjs');
}
export const {${names.join(', ')}} = api;
`,
);

// The declarations for `require()`. A CommonJS file may not refer to those of an ES module under TypeScript's module
// setting "node16", unless each reference says that it is meant.
const index = readFileSync('dist/index.d.ts', 'utf8');
const types = [...index.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(([, list]) =>
  list.split(',').flatMap(name => name.trim() || []),
);
const api = `import('./index.js', {with: {'resolution-mode': 'import'}})`;
writeFileSync(
  'dist/index.d.cts',
  `type Api = typeof ${api};
${names.map(name => `${docsOf(name)}export declare const ${name}: Api['${name}'];`).join('\n')}
${names
  .filter(isClass)
  .map(name => `export type ${name} = ${api}.${name};`)
  .join('\n')}
export type {${types.join(', ')}} from './index.js' with {'resolution-mode': 'import'};
`,
);

/** A class is a type, too. */
function isClass(name) {
  return /^[A-Z]/.test(name);
}

/** What an editor shows of a name. */
function docsOf(name) {
  const from = new RegExp(`^export \\{[^}]*\\b${name}\\b[^}]*\\} from '\\./(.*)\\.js'`, 'm').exec(
    index,
  )[1];
  const text = readFileSync(`dist/${from}.d.ts`, 'utf8');
  return new RegExp(`/\\*\\*(?:(?!\\*/)[^])*\\*/\\n(?=export declare \\w+ ${name}\\b)`).exec(
    text,
  )[0];
}

await build({
  ...ESM,
  entryPoints: ['src/emulator/index.ts'],
  outfile: 'dist/emulator/index.js',
});
await build({
  ...ESM,
  entryPoints: ['src/cli/bin.ts'],
  outdir: 'dist/cli',
  splitting: true,
  chunkNames: '[name]-[hash]',
  external: ['../index.js', '../emulator/index.js'],
});
