import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {build} from 'esbuild';
import {publint} from 'publint';
import {formatMessage} from 'publint/utils';
import {filesBelow, installPackage, ROOT, run, type InstalledPackage} from './installed-package.js';

// Exactly what a program is promised at run time; types have no names there.
const EXPORTS = [
  'AwsAuthClient',
  'AwsAuthError',
  'createExternalAccountConfig',
  'enableSignedUrls',
  'firebaseCredential',
  'forGoogleClient',
  'getCallerIdentity',
  'isAwsAuthError',
];
const EMULATOR_EXPORTS = [
  'DEFAULT_ATTRIBUTE_MAPPING',
  'PolicyError',
  'defaultAttributeMapping',
  'defaultPolicy',
  'explainIdentity',
  'parsePolicy',
  'readPolicyFile',
  'startEmulator',
];

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

// What attw says of the package that is meant so. An exception that is not needed fails too.
const ATTW_EXCEPTIONS: Readonly<Record<string, string>> = {
  'CJSResolvesToESM node16-cjs': 'the emulator: every Node in "engines" can require() an ES module',
};

describe('the package, as it is installed', () => {
  let installed: InstalledPackage;

  before(() => {
    installed = installPackage();
  });

  after(() => {
    installed[Symbol.dispose]();
  });

  /** Runs a program in the user's project and expects it to print this and no warning. */
  function expectOutput(file: string, code: string, expected: string): void {
    writeFileSync(path.join(installed.project, file), code);
    const {status, stdout, stderr} = run(installed.project, process.execPath, [file]);
    assert.equal(stderr, '');
    assert.equal(stdout.trim(), expected);
    assert.equal(status, 0);
  }

  describe('holds', () => {
    // The rule: one .js for each entry, the command's in chunks that are loaded when they are needed, the
    // library's once more for bundlers and for require(), one .d.ts for each file of src/, and five documents.
    // No sources, tests, samples nor source maps (a map without its source leads nowhere).
    it('what users need and nothing else', () => {
      const built = [
        ...['index', 'index.module', 'emulator/index', 'cli/bin'].map(name => `dist/${name}.js`),
        ...['dist/index.cjs', 'dist/index.d.cts'],
        ...filesBelow(path.join(ROOT, 'src')).map(file => `dist/${file.replace(/\.ts$/, '')}.d.ts`),
      ];
      const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'package.json'];
      const isChunk = (file: string) => /^dist\/cli\/[a-z-]+-[A-Z0-9]{8}\.js$/.test(file);
      const files = filesBelow(installed.folder);
      assert.deepEqual(
        files.filter(file => !isChunk(file)),
        [...documents, ...built].sort(),
      );
      assert.ok(files.some(isChunk));
    });

    it('no address of a source map', () => {
      for (const file of filesBelow(installed.folder)) {
        const text = readFileSync(path.join(installed.folder, file), 'utf8');
        assert.ok(!text.includes('sourceMappingURL='), file);
      }
    });
  });

  describe('is used by', () => {
    it('import', () => {
      expectOutput(
        'imported.mjs',
        `import * as api from 'google-auth-aws';
         import * as emulator from 'google-auth-aws/emulator';
         console.log(JSON.stringify([Object.keys(api).sort(), Object.keys(emulator).sort()]));`,
        JSON.stringify([EXPORTS, EMULATOR_EXPORTS]),
      );
    });

    it('require(), which gives the same classes as import', () => {
      expectOutput(
        'required.cjs',
        `const api = require('google-auth-aws');
         const emulator = require('google-auth-aws/emulator');
         const keys = module => Object.keys(module).filter(key => !key.startsWith('__')).sort();
         import('google-auth-aws').then(imported =>
           console.log(JSON.stringify([keys(api), keys(emulator)]), imported.AwsAuthClient === api.AwsAuthClient));`,
        `${JSON.stringify([EXPORTS, EMULATOR_EXPORTS])} true`,
      );
    });

    // Jest, for one, takes no ES module for require().
    it('require() as a CommonJS module', () => {
      expectOutput(
        'resolved.cjs',
        `console.log(require('node:path').basename(require.resolve('google-auth-aws')));`,
        'index.cjs',
      );
    });

    for (const [format, conditions, output] of [
      ['esm', undefined, 'bundle.mjs'],
      ['cjs', undefined, 'bundle.cjs'],
      // Conditions of one's own take the place of esbuild's "module".
      ['esm', ['production'], 'bundle-with-conditions.mjs'],
      ['cjs', ['production'], 'bundle-with-conditions.cjs'],
    ] as const) {
      it(`a bundle as ${output}, which runs where nothing is installed`, async () => {
        const elsewhere = mkdtempSync(path.join(tmpdir(), 'google-auth-aws-bundle-'));
        try {
          const result = await build({
            stdin: {
              contents: `import {AwsAuthClient, isAwsAuthError} from 'google-auth-aws';
                try { new AwsAuthClient({audience: 'none'}); } catch (error) { console.log(isAwsAuthError(error), error.code); }`,
              resolveDir: installed.project,
            },
            outfile: path.join(elsewhere, output),
            ...{bundle: true, platform: 'node', target: 'node20', format, logLevel: 'silent'},
            ...(conditions === undefined ? {} : {conditions: [...conditions]}),
            ...(format === 'cjs'
              ? {}
              : {
                  banner: {
                    js: "import {createRequire as require_} from 'node:module'; const require = require_(import.meta.url);",
                  },
                }),
          });
          const {stdout, stderr} = run(elsewhere, process.execPath, [output]);
          assert.deepEqual(
            {stdout: stdout.trim(), stderr, errors: result.errors},
            {stdout: 'true INVALID_AUDIENCE', stderr: '', errors: []},
          );
        } finally {
          rmSync(elsewhere, {recursive: true, force: true});
        }
      });
    }

    it("an AuthClient of the user's own google-auth-library", () => {
      expectOutput(
        'instance.cjs',
        `const {AuthClient, BaseExternalAccountClient} = require('google-auth-library');
         const {AwsAuthClient} = require('google-auth-aws');
         const client = new AwsAuthClient({audience: '${AUDIENCE}'});
         console.log(client instanceof AuthClient, client instanceof BaseExternalAccountClient);`,
        'true true',
      );
    });

    it('its command', () => {
      const bin = path.join(installed.project, 'node_modules/.bin/google-auth-aws');
      const {status, stdout, stderr} = run(installed.project, bin, ['--version']);
      assert.deepEqual({status, stderr}, {status: 0, stderr: ''});
      assert.match(stdout, /^\d+\.\d+\.\d+/);
    });

    it('the whole exchange, against the emulator', () => {
      expectOutput(
        'exchange.mjs',
        `import {AwsAuthClient} from 'google-auth-aws';
         import {startEmulator} from 'google-auth-aws/emulator';
         const emulator = await startEmulator();
         Object.assign(process.env, emulator.env);
         const {token} = await AwsAuthClient.fromJSON(emulator.config).getAccessToken();
         await emulator.close();
         console.log(typeof token, token.length > 0);`,
        'string true',
      );
    });
  });

  it('loads nothing of the AWS SDK before it is needed', () => {
    const packages = ['@aws-sdk', '@smithy', '@aws'].map(scope =>
      path.join(installed.project, 'node_modules', scope),
    );
    // With the packages gone, one import of them anywhere would fail.
    for (const folder of packages) renameSync(folder, `${folder}-gone`);
    try {
      expectOutput(
        'without-aws.mjs',
        `import {AwsAuthClient} from 'google-auth-aws';
         import 'google-auth-aws/emulator';
         console.log(typeof new AwsAuthClient({audience: '${AUDIENCE}'}).getAccessToken);`,
        'function',
      );
    } finally {
      for (const folder of packages) renameSync(`${folder}-gone`, folder);
    }
  });

  describe('type-checks, its declarations and all that they refer to,', () => {
    const USE = `
      const options: AwsAuthClientOptions = {audience: '${AUDIENCE}'};
      const client: AuthClient = new AwsAuthClient(options);
      const config: object = createExternalAccountConfig(options);
      const failed = (error: unknown): string => (isAwsAuthError(error) ? error.code : '');
      export const used = [client, config, failed, new AwsAuthClient(options).toJSON()];
      export async function emulate(): Promise<Record<string, string>> {
        const emulator = await startEmulator();
        await emulator.close();
        return emulator.env;
      }`;
    const ESM = `
      import type {AuthClient} from 'google-auth-library';
      import {AwsAuthClient, createExternalAccountConfig, isAwsAuthError} from 'google-auth-aws';
      import type {AwsAuthClientOptions} from 'google-auth-aws';
      import {startEmulator} from 'google-auth-aws/emulator';${USE}`;
    const CJS = `
      import api = require('google-auth-aws');
      import emulator = require('google-auth-aws/emulator');
      import library = require('google-auth-library');
      import AwsAuthClient = api.AwsAuthClient;
      import AuthClient = library.AuthClient;
      type AwsAuthClientOptions = api.AwsAuthClientOptions;
      const {createExternalAccountConfig, isAwsAuthError} = api;
      const {startEmulator} = emulator;${USE}`;

    // A CommonJS file may not require() an ES module under the module setting "node16": the emulator is one.
    const CJS_LIBRARY = `
      import {AwsAuthClient, AwsAuthError, isAwsAuthError} from 'google-auth-aws';
      import type {AwsAuthClientOptions} from 'google-auth-aws';
      import api = require('google-auth-aws');
      import {AuthClient} from 'google-auth-library';
      const options: AwsAuthClientOptions = {audience: '${AUDIENCE}'};
      class Derived extends AwsAuthClient {}
      const client: AuthClient & AwsAuthClient = new Derived(options);
      const failed = (error: unknown): AwsAuthError | undefined =>
        isAwsAuthError(error) ? error : undefined;
      const sameOptions: api.AwsAuthClientOptions = options;
      export const used = [client, failed, new api.AwsAuthClient(sameOptions), AwsAuthClient.fromJSON];`;

    for (const [module, moduleResolution, file, code] of [
      ['nodenext', 'nodenext', 'user.mts', ESM],
      ['nodenext', 'nodenext', 'user.cts', CJS],
      ['node20', 'node16', 'user.mts', ESM],
      ['node20', 'node16', 'user.cts', CJS],
      ['node16', 'node16', 'user.mts', ESM],
      ['node16', 'node16', 'user.cts', CJS_LIBRARY],
      ['commonjs', 'node10', 'user.ts', ESM],
      ['esnext', 'bundler', 'user.ts', ESM],
    ] as const) {
      it(`as ${file} under module ${module}, moduleResolution ${moduleResolution}`, () => {
        const folder = path.join(installed.project, `${module}-${file.replace('.', '-')}`);
        mkdirSync(folder);
        writeFileSync(path.join(folder, file), code);
        writeFileSync(
          path.join(folder, 'tsconfig.json'),
          JSON.stringify({
            compilerOptions: {
              ...{module, moduleResolution, target: 'es2022', types: ['node']},
              ...{
                strict: true,
                exactOptionalPropertyTypes: true,
                noEmit: true,
                skipLibCheck: false,
                // TypeScript 6 knows "node10", which was the default for CommonJS before, as outdated.
                ...(moduleResolution === 'node10' ? {ignoreDeprecations: '6.0'} : {}),
              },
            },
            files: [file],
          }),
        );
        const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
        const {status, stdout} = run(folder, process.execPath, [tsc, '-p', '.']);
        assert.deepEqual({status, stdout}, {status: 0, stdout: ''});
      });
    }
  });

  it('has nothing that publint objects to', async () => {
    // What lies in node_modules is what was published.
    const {messages, pkg} = await publint({pkgDir: installed.folder, pack: false, strict: true});
    assert.deepEqual(
      messages.map(message => formatMessage(message, pkg)),
      [],
    );
  });

  it('has nothing that attw objects to, but for the exceptions', () => {
    const attw = path.join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
    const {stdout} = run(ROOT, process.execPath, [attw, '--format', 'json', installed.tarball]);
    const {analysis} = JSON.parse(stdout) as {
      analysis: {problems: {kind: string; resolutionKind?: string}[]};
    };
    const problems = analysis.problems.map(({kind, resolutionKind}) => `${kind} ${resolutionKind}`);
    assert.deepEqual([...new Set(problems)].sort(), Object.keys(ATTW_EXCEPTIONS).sort());
  });
});
