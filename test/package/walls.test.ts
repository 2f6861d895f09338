import assert from 'node:assert/strict';
import {fileURLToPath} from 'node:url';
import {ESLint} from 'eslint';

// A wall without a test may be silently off. Each line is a file that does not exist, what it
// holds, and what the linter must say of it; the linter runs with the project's own configuration.
const FORBIDDEN: readonly (readonly [file: string, code: string, message: RegExp])[] = [
  // Nobody knows the command.
  ['src/index.ts', "export {main} from './cli/main.js';", /may not import src\/cli\/main\.ts/],
  ['src/client/new.ts', "import {main} from '../cli/main.js'; main();", /may not import src\/cli/],
  [
    'src/emulator/new.ts',
    "import {main} from '../cli/main.js'; main();",
    /may not import src\/cli/,
  ],
  // The command knows what is public, and no more.
  [
    'src/cli/new.ts',
    "import {a} from '../token/token-cache.js'; a();",
    /may not import src\/token/,
  ],
  [
    'src/cli/new.ts',
    "import {a} from '../emulator/service.js'; a();",
    /may not import src\/emulator/,
  ],
  // Steps do not know each other, nor the client above them.
  ['src/google/new.ts', "import {a} from '../aws/region.js'; a();", /may not import src\/aws/],
  [
    'src/google/new.ts',
    "import {a} from '../token/token-cache.js'; a();",
    /may not import src\/token/,
  ],
  ['src/google/new.ts', "import {a} from '../config/a.js'; a();", /may not import src\/config/],
  [
    'src/aws/new.ts',
    "import {a} from '../google/transport.js'; a();",
    /may not import src\/google/,
  ],
  ['src/aws/new.ts', "import {a} from '../config/a.js'; a();", /may not import src\/config/],
  ['src/config/new.ts', "import {a} from '../aws/region.js'; a();", /may not import src\/aws/],
  [
    'src/token/new.ts',
    "import {a} from '../google/transport.js'; a();",
    /may not import src\/google/,
  ],
  [
    'src/token/new.ts',
    "import {a} from '../client/options.js'; a();",
    /may not import src\/client/,
  ],
  ['src/errors.ts', "import {a} from './config/a.js'; a();", /may not import src\/config/],
  ['src/masking.ts', "import {a} from './errors.js'; a();", /may not import src\/errors\.ts/],
  ['src/emulator/new.ts', "import {a} from '../masking.js'; a();", /may not import src\/masking/],
  // The emulator is independent of what it judges …
  ['src/emulator/new.ts', "import {a} from '../errors.js'; a();", /may not import src\/errors\.ts/],
  ['src/emulator/new.ts', "import {a} from '../aws/region.js'; a();", /may not import src\/aws/],
  [
    'src/emulator/new.ts',
    "import {a} from '../config/a.js'; a();",
    /may not import src\/config\/a/,
  ],
  ['src/emulator/new.ts', "import {S} from '@smithy/signature-v4'; S();", /imports no package/],
  ['src/emulator/new.ts', "import aws4 from 'aws4'; aws4();", /imports no package/],
  [
    'src/emulator/new.ts',
    "import type {A} from 'google-auth-library'; export type B = A;",
    /no package/,
  ],
  ['src/emulator/new.ts', "import {E} from '@marcbachmann/cel-js'; E();", /no package/],
  ['src/emulator/policy-file.ts', "import {E} from '@marcbachmann/cel-js'; E();", /no package/],
  ['src/emulator/google/cel-expression.ts', "await import('yaml');", /no package/],
  // … and nothing that is shipped for production knows it.
  ['src/index.ts', "export {a} from './emulator/index.js';", /may not import src\/emulator/],
  [
    'src/client/new.ts',
    "import {a} from '../emulator/index.js'; a();",
    /may not import src\/emulator/,
  ],
  // A room that is not in the list, and what is outside src/.
  ['src/new/new.ts', "import {a} from '../errors.js'; a();", /may not import src\/errors\.ts/],
  ['src/client/new.ts', "import {a} from '../new/new.js'; a();", /may not import src\/new/],
  ['src/client/new.ts', "import {a} from '../../test/support/a.js'; a();", /may not import test\//],
  ['src/client/new.ts', "import {a} from 'google-auth-aws'; a();", /by path/],
  ['samples/new.ts', "import {a} from '../src/index.js'; a();", /may not import src\/index\.ts/],
  // Every way to import is seen.
  ['src/google/new.ts', "import type {A} from '../aws/region.js'; export type B = A;", /src\/aws/],
  ['src/google/new.ts', "export type {A} from '../aws/region.js';", /src\/aws/],
  ['src/google/new.ts', "export type A = import('../aws/region.js').A;", /src\/aws/],
  ['src/google/new.ts', "await import('../aws/region.js');", /src\/aws/],
  ['src/google/new.ts', 'await import(`../aws/region.js`);', /src\/aws/],
  ['src/google/new.ts', "import './../../src/aws/region.js';", /src\/aws/],
  ['src/google/new.ts', "const name = '../aws/region.js'; await import(name);", /with a literal/],
  [
    'src/google/new.ts',
    "declare const require: (a: string) => void; require('../aws/a.js');",
    /src\/aws/,
  ],
  // Packages.
  ['src/aws/new.ts', "import {A} from 'google-auth-library'; A();", /is imported in src\/client\//],
  ['src/aws/new.ts', "import type {A} from 'google-auth-library'; export type B = A;", /as a type/],
  ['src/google/transport.ts', "import {Gaxios} from 'google-auth-library'; Gaxios();", /as a type/],
  ['src/google/transport.ts', "import {type A} from 'google-auth-library';", /as a type/],
  ['src/client/new.ts', "import {A} from 'google-auth-library-10'; A();", /is imported in/],
  [
    'src/client/new.ts',
    "import {A} from 'google-auth-library/build/src/index.js'; A();",
    /its index/,
  ],
  ['test/new.ts', "import {A} from 'google-auth-library/build/src/index.js'; A();", /its index/],
  ['src/client/new.ts', "import {Gaxios} from 'gaxios'; Gaxios();", /own gaxios export/],
  [
    'src/aws/new.ts',
    "import {fromEnv} from '@aws-sdk/credential-providers'; fromEnv();",
    /import\(\)/,
  ],
  [
    'src/aws/new.ts',
    "import {SignatureV4} from '@smithy/signature-v4'; SignatureV4();",
    /import\(\)/,
  ],
  // The environment.
  ['src/client/new.ts', 'export const a = process.env;', /environment is read in/],
  ['src/client/new.ts', "export const a = process.env['A'];", /environment is read in/],
  ['src/google/new.ts', "export const a = process['env'];", /environment is read in/],
  ['src/config/new.ts', 'export const {env} = process;', /environment is read in/],
  ['src/token/new.ts', 'export const a = globalThis.process.env;', /environment is read in/],
  ['src/emulator/new.ts', "import {env} from 'node:process'; env();", /environment is read in/],
  ['src/index.ts', "import p from 'process'; p.env;", /environment is read in/],
  // The public face, comments, names, types.
  ['src/index.ts', "export * from './errors.js';", /Name every export/],
  ['src/index.ts', "export * as errors from './errors.js';", /Name every export/],
  ['test/new.ts', "export * from '../src/errors.js';", /Name every export/],
  ['src/client/new.ts', 'export default 1;', /No default exports/],
  ['src/client/new.ts', 'const a = 1; export {a as default};', /No default exports/],
  ['samples/new.ts', 'export default function a() {}', /No default exports/],
  ['src/client/new.ts', '// A word. TODO: another.', /Unexpected 'todo' comment/],
  ['test/new.test.ts', '/* fixme */', /Unexpected 'fixme' comment/],
  ['src/client/utils.ts', '', /says nothing/],
  ['src/helpers/new.ts', '', /says nothing/],
  ['src/types.ts', '', /says nothing/],
  ['test/support/common.ts', '', /says nothing/],
  ['src/client/camelCase.ts', '', /kebab-case/],
  ['src/client/new.ts', 'export let a: any;', /Unexpected any/],
  ['src/client/new.ts', '// @ts-ignore\nexport let a: string = 1;', /ts-ignore/],
  [
    'src/client/new.ts',
    '// @ts-expect-error because\nexport let a: string = 1;',
    /ts-expect-error/,
  ],
  ['test/new.ts', '// @ts-nocheck', /ts-nocheck/],
];

const ALLOWED: readonly (readonly [file: string, code: string])[] = [
  ['src/index.ts', "export {A} from './client/a.js'; export type {B} from './errors.js';"],
  ['src/client/new.ts', "import {a} from '../google/a.js'; import {b} from '../aws/b.js'; a(b);"],
  ['src/client/new.ts', "import {BaseExternalAccountClient as A} from 'google-auth-library'; A();"],
  [
    'src/google/transport.ts',
    "import type {Gaxios} from 'google-auth-library'; export type A = Gaxios;",
  ],
  ['src/aws/new.ts', "export const a = async () => import('@aws-sdk/credential-providers');"],
  ['src/aws/new.ts', "import type {A} from '@smithy/types'; export type B = A;"],
  ['src/aws/new.ts', 'export const a = process.env;'],
  ['src/cli/new.ts', "import {a} from '../index.js'; a(process.env);"],
  ['src/cli/new.ts', "import {a} from '../emulator/index.js'; a();"],
  ['src/client/options.ts', 'export const a = process.env;'],
  ['src/emulator/new.ts', "import {a} from '../config/provider-name.js'; a();"],
  [
    'src/emulator/google/cel-expression.ts',
    "import {Environment} from '@marcbachmann/cel-js'; Environment();",
  ],
  ['src/emulator/policy-file.ts', "await import('yaml');"],
  ['samples/new.ts', "import {a} from 'google-auth-aws'; a(process.env);"],
  ['test/new.test.ts', "import {a} from '../src/cli/main.js'; a(process.env);"],
];

// The rules that hold the walls up. The others need types, and these files exist only here.
const RULES = new Set([
  'house/walls',
  'house/file-name',
  'no-restricted-syntax',
  'no-warning-comments',
  '@typescript-eslint/no-explicit-any',
  '@typescript-eslint/ban-ts-comment',
]);

describe('the walls of the house', () => {
  const eslint = new ESLint({
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    ruleFilter: ({ruleId}) => RULES.has(ruleId),
    overrideConfig: {languageOptions: {parserOptions: {projectService: false}}},
  });

  async function lint(filePath: string, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, {filePath});
    assert.ok(result, `${filePath} is not linted at all`);
    return result.messages.map(({message}) => message);
  }

  for (const [file, code, message] of FORBIDDEN) {
    it(`stop ${file}: ${code}`, async () => {
      const messages = await lint(file, code);
      assert.ok(
        messages.some(text => message.test(text)),
        `expected ${String(message)}, got ${JSON.stringify(messages)}`,
      );
    });
  }

  for (const [file, code] of ALLOWED) {
    it(`let ${file} through: ${code}`, async () => {
      assert.deepEqual(await lint(file, code), []);
    });
  }
});
