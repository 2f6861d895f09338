import {readFileSync} from 'node:fs';
import path from 'node:path';
import js from '@eslint/js';
import {defineConfig, globalIgnores} from 'eslint/config';
import tseslint from 'typescript-eslint';

const ROOT = import.meta.dirname;
const PACKAGE = 'google-auth-aws';

/**
 * The house's walls: who may import what of src/. A name that ends in / stands for a folder. What
 * is not listed is forbidden, a new folder too: it gets its line here first.
 */
const MAY_IMPORT = {
  'src/index.ts': [
    'src/errors.ts',
    'src/client/',
    'src/token/',
    'src/google/',
    'src/aws/',
    'src/config/',
  ],
  // The two that everybody stands on know nobody.
  'src/errors.ts': [],
  'src/masking.ts': [],
  'src/client/': [
    'src/errors.ts',
    'src/masking.ts',
    'src/client/',
    'src/token/',
    'src/google/',
    'src/aws/',
    'src/config/',
  ],
  'src/token/': ['src/errors.ts', 'src/masking.ts', 'src/token/'],
  'src/google/': ['src/errors.ts', 'src/masking.ts', 'src/google/'],
  'src/aws/': ['src/errors.ts', 'src/masking.ts', 'src/aws/'],
  'src/config/': ['src/errors.ts', 'src/masking.ts', 'src/config/'],
  // It checks signatures with its own code, or a green test would prove nothing.
  'src/emulator/': ['src/emulator/', 'src/config/provider-name.ts'],
  'src/cli/': ['src/cli/', 'src/index.ts', 'src/emulator/index.ts'],
  // Samples are what users copy: they import the package by its name.
  'samples/': ['samples/'],
  'test/': ['src/', 'samples/', 'test/'],
};

/** What Google evaluates expressions with, and what reads a policy's file: nothing that is judged here. */
const EMULATOR_PACKAGES = {
  'src/emulator/google/cel-expression.ts': '@marcbachmann/cel-js',
  'src/emulator/policy-file.ts': 'yaml',
};

const isIn = (file, place) => (place.endsWith('/') ? file.startsWith(place) : file === place);
const isPackage = (name, packageName) => name === packageName || name.startsWith(`${packageName}/`);
const relativeToRoot = file => path.relative(ROOT, file).split(path.sep).join('/');

/** Why `file` may not import `name`, or undefined if it may. */
function whyForbidden(file, name, {isType, isDynamic}) {
  const inSource = isIn(file, 'src/');
  if (/^[./]/.test(name)) {
    const target = relativeToRoot(path.resolve(ROOT, path.dirname(file), name)).replace(
      /\.js$/,
      '.ts',
    );
    if (!/^(src|samples|test)\//.test(target) && !inSource) return undefined;
    const room = Object.keys(MAY_IMPORT).find(place => isIn(file, place));
    if (MAY_IMPORT[room]?.some(place => isIn(target, place))) return undefined;
    return `${room ?? file} may not import ${target}: see MAY_IMPORT in eslint.config.js.`;
  }
  if (inSource && isPackage(name, PACKAGE)) {
    return 'src/ imports its files by path; samples and tests alone import the package by its name.';
  }
  if (name.startsWith('google-auth-library/')) {
    return 'Import google-auth-library from its index: its inner paths change between releases.';
  }
  if (isPackage(name, 'gaxios')) {
    return "Use google-auth-library's own gaxios export: another copy has other classes.";
  }
  if (!inSource || name.startsWith('node:')) return undefined;
  if (isIn(file, 'src/emulator/')) {
    if (EMULATOR_PACKAGES[file] === name) return undefined;
    return 'src/emulator/ imports no package but a CEL and a YAML library, each in one file: it checks signatures with its own code.';
  }
  if (name.startsWith('google-auth-library')) {
    const mayImport = isIn(file, 'src/client/') || (file === 'src/google/transport.ts' && isType);
    if (name === 'google-auth-library' && mayImport) return undefined;
    return 'google-auth-library is imported in src/client/ and, as a type, in src/google/transport.ts.';
  }
  if (/^@(aws-sdk|smithy)\//.test(name) && !isType && !isDynamic) {
    return 'Load AWS packages with import() when they are needed: importing this package must stay cheap.';
  }
  return undefined;
}

const walls = {
  meta: {type: 'problem', schema: []},
  create(context) {
    const file = relativeToRoot(context.filename);
    const check = (node, source, kind = {}) => {
      const name =
        source?.type === 'TemplateLiteral' ? source.quasis[0]?.value.cooked : source?.value;
      const isKnown = typeof name === 'string' && !source.expressions?.length;
      if (!isKnown && !isIn(file, 'src/')) return;
      const message = isKnown
        ? whyForbidden(file, name, kind)
        : 'Name what you import with a literal: the walls cannot be checked otherwise.';
      if (message !== undefined) context.report({node, message});
    };
    return {
      ImportDeclaration: node => check(node, node.source, {isType: node.importKind === 'type'}),
      // Without "source" it re-exports nothing.
      'ExportNamedDeclaration[source]': node =>
        check(node, node.source, {isType: node.exportKind === 'type'}),
      ExportAllDeclaration: node => check(node, node.source, {isType: node.exportKind === 'type'}),
      ImportExpression: node => check(node, node.source, {isDynamic: true}),
      TSImportType: node => check(node, node.source, {isType: true}),
      'CallExpression[callee.name="require"]': node => check(node, node.arguments[0]),
    };
  },
};

const fileName = {
  meta: {type: 'problem', schema: []},
  create: context => ({
    Program(node) {
      const segments = relativeToRoot(context.filename).split('/');
      const vague = segments.find(segment =>
        /^(utils?|helpers?|common|misc|types?)(\.|$)/.test(segment),
      );
      if (vague !== undefined) {
        context.report({
          node,
          message: `"${vague}" says nothing: name a file after the one idea in it.`,
        });
      }
      const last = segments.at(-1);
      if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/.test(last)) {
        context.report({node, message: `File names are in kebab-case: ${last} is not.`});
      }
    },
  }),
};

const SURFACE = [
  {
    selector: 'ExportAllDeclaration',
    message: 'Name every export: `export *` makes private names public.',
  },
  {
    selector: ':is(ExportDefaultDeclaration, ExportSpecifier[exported.name="default"])',
    message: 'No default exports: a name is the same wherever it is imported.',
  },
];

const ENVIRONMENT = [
  ':matches(MemberExpression[object.name="process"], MemberExpression[object.property.name="process"]):matches([property.name="env"], [property.value="env"])',
  'VariableDeclarator[init.name="process"] > ObjectPattern > Property[key.name="env"]',
  // Under another name it would go unseen.
  'ImportDeclaration[source.value=/^(node:)?process$/]',
].map(selector => ({
  selector,
  message: 'The environment is read in src/client/options.ts, src/aws/ and src/cli/ alone.',
}));

const TYPESCRIPT = ['src/**/*.ts', 'test/**/*.ts', 'samples/**/*.ts'];
// These import packages that only the matrix has, so that their types are known there alone.
const {exclude} = JSON.parse(readFileSync(path.join(ROOT, 'tsconfig.json'), 'utf8'));
const WITHOUT_TYPES = exclude.map(name => (name.endsWith('.ts') ? name : `${name}/**/*.ts`));

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.nodes/', '.gal-10/', 'test/matrix/.samples/']),
  {
    linterOptions: {reportUnusedDisableDirectives: 'error'},
    plugins: {house: {rules: {walls, 'file-name': fileName}}},
    rules: {
      'house/walls': 'error',
      'house/file-name': 'error',
      'no-warning-comments': [
        'error',
        {terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere'},
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [js.configs.recommended],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'Buffer',
          'Headers',
          'URL',
          'URLSearchParams',
          'clearInterval',
          'clearTimeout',
          'console',
          'performance',
          'process',
          'setInterval',
          'setTimeout',
        ].map(name => [name, 'readonly']),
      ),
    },
  },
  {
    files: TYPESCRIPT,
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: ROOT}},
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        {considerDefaultExhaustiveForUnions: true},
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      // `async` is also how a function promises to reject and never to throw.
      '@typescript-eslint/require-await': 'off',
      // An environment variable that is set to nothing counts as not set.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', {ignorePrimitives: {string: true}}],
      // A type alias is assignable to Record<string, …>, as for an environment; an interface is not.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // What destructuring passes over needs a name.
      '@typescript-eslint/no-unused-vars': [
        'error',
        {varsIgnorePattern: '^_$', argsIgnorePattern: '^_'},
      ],
      // `() => stop()` as a callback hides nothing.
      '@typescript-eslint/no-confusing-void-expression': ['error', {ignoreArrowShorthand: true}],
      // A number reads in a message as it is.
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}],
      'no-restricted-syntax': ['error', ...SURFACE],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      // Comments do not count: an option's documentation is no reason to leave it out.
      'max-lines': ['error', {max: 250, skipComments: true}],
      'no-console': 'error',
      '@typescript-eslint/ban-ts-comment': ['error', {'ts-expect-error': true}],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/client/options.ts', 'src/aws/**', 'src/cli/**'],
    rules: {'no-restricted-syntax': ['error', ...SURFACE, ...ENVIRONMENT]},
  },
  {
    // The command speaks through its streams; its entry is the one place that has a console.
    files: ['src/cli/**/*.ts', 'samples/**/*.ts'],
    rules: {'no-console': 'off'},
  },
  {
    files: ['samples/**/*.ts'],
    rules: {
      // Node's test runner waits for its tests by itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {allowForKnownSafeCalls: [{from: 'package', package: 'node:test', name: 'test'}]},
      ],
    },
  },
  {
    // Nothing else takes a variable out of an environment.
    files: ['test/**/*.ts', 'samples/**/*.ts'],
    rules: {'@typescript-eslint/no-dynamic-delete': 'off'},
  },
  {
    // The last word: no rule above may ask these files for types.
    files: WITHOUT_TYPES,
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {parserOptions: {projectService: false}},
  },
);
