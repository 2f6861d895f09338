import assert from 'node:assert/strict';
import path from 'node:path';
import ts from 'typescript';

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
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  },
};

/** What the compiler says, as `tsc` prints it. */
function faults(files: readonly string[], options: ts.CompilerOptions): string[] {
  const program = ts.createProgram(files, {...COMMON, ...options});
  for (const file of files) assert.ok(program.getSourceFile(file), `${file}: npm run build first`);
  return ts.getPreEmitDiagnostics(program).map(diagnostic => {
    const {file, start = 0} = diagnostic;
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    if (!file) return text;
    const {line} = file.getLineAndCharacterOfPosition(start);
    return `${path.relative(ROOT, file.fileName)}:${line + 1}: ${text}`;
  });
}

// What must not compile stands in the program, too, under @ts-expect-error: that is a fault when it does.
describe('the declarations', function () {
  // The compiler reads all of Google's declarations.
  this.timeout(180_000);

  for (const [kind, options] of Object.entries(KINDS)) {
    it(`let every client take the auth client with no cast: ${kind}`, () => {
      assert.deepEqual(faults([PROGRAM], {...options, skipLibCheck: true}), []);
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
