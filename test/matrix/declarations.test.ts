import assert from 'node:assert/strict';
import path from 'node:path';
import ts from 'typescript';
import {CLIENTS} from './clients.js';
import {writtenProgram} from './written-program.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(import.meta.dirname, 'programs/google-clients.ts');
const DECLARATIONS = ['dist/index.d.ts', 'dist/emulator/index.d.ts'].map(file =>
  path.join(ROOT, file),
);

const COMMON = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  typeRoots: [path.join(ROOT, 'node_modules/@types')],
} satisfies ts.CompilerOptions;

/** The ways of finding modules that applications choose. */
const KINDS: Readonly<Record<string, ts.CompilerOptions>> = {
  nodenext: {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  },
  node20: {
    module: ts.ModuleKind.Node20,
    moduleResolution: ts.ModuleResolutionKind.Node16,
  },
  bundler: {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  },
};

// On no disk.
const WRITTEN = path.join(import.meta.dirname, 'programs/written.ts');
// Its types declare a module by the name of the newer one: no program can have both.
const FIRESTORE_7 = 'firestore-7';

/**
 * What the compiler says, as `tsc` prints it.
 *
 * @param written the text of the program `WRITTEN`, if that is among the files.
 */
function faults(files: readonly string[], options: ts.CompilerOptions, written?: string): string[] {
  const all = {...COMMON, ...options};
  const host = ts.createCompilerHost(all);
  const textOf = (file: string) => (path.resolve(file) === WRITTEN ? written : undefined);
  const program = ts.createProgram(files, all, {
    ...host,
    fileExists: file => textOf(file) !== undefined || host.fileExists(file),
    readFile: file => textOf(file) ?? host.readFile(file),
    getSourceFile: (file, language, ...rest) => {
      const text = textOf(file);
      return text === undefined
        ? host.getSourceFile(file, language, ...rest)
        : ts.createSourceFile(file, text, language);
    },
  });
  for (const file of files) assert.ok(program.getSourceFile(file), `${file}: npm run build first`);
  return ts.getPreEmitDiagnostics(program).map(diagnostic => {
    const {file, start = 0} = diagnostic;
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    if (!file) return text;
    const {line} = file.getLineAndCharacterOfPosition(start);
    return `${path.relative(ROOT, file.fileName)}:${line + 1}: ${text}`;
  });
}

// What must not compile stands in the programs, too, under @ts-expect-error: that is a fault when it does.
describe('the declarations', function () {
  // The compiler reads all of Google's declarations.
  this.timeout(180_000);

  for (const [kind, options] of Object.entries(KINDS)) {
    it(`let every client take the auth client as the README's table says, with no cast: ${kind}`, () => {
      const written = writtenProgram(
        CLIENTS.filter(({installedAs}) => installedAs !== FIRESTORE_7),
      );
      assert.deepEqual(faults([PROGRAM, WRITTEN], {...options, skipLibCheck: true}, written), []);
    });

    it(`let Firestore 7 take it, in a program of its own: ${kind}`, () => {
      const client = CLIENTS.find(({installedAs}) => installedAs === FIRESTORE_7);
      assert.ok(client);
      const written = writtenProgram([{...client, installedAs: client.name}]);
      const folder = path.join(import.meta.dirname, 'node_modules', FIRESTORE_7);
      const paths = {[client.name]: [path.join(folder, 'types/firestore.d.ts')]};
      assert.deepEqual(faults([WRITTEN], {...options, paths, skipLibCheck: true}, written), []);
    });
  }

  it('have no fault that skipLibCheck would hide', () => {
    const found = faults(DECLARATIONS, {...KINDS['nodenext'], skipLibCheck: false});
    assert.deepEqual(
      found.filter(fault => fault.startsWith('dist')),
      [],
    );
  });
});
