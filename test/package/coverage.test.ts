import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import {filesBelow, ROOT} from './installed-package.js';

// Coverage counts each file of src/. A file of types alone never runs, so it would count as
// untested; .c8rc.json leaves such files out by name.
describe('the files that coverage leaves out', () => {
  const {exclude} = JSON.parse(readFileSync(path.join(ROOT, '.c8rc.json'), 'utf8')) as {
    exclude: string[];
  };
  const withoutCode = filesBelow(path.join(ROOT, 'src'))
    .map(file => `src/${file}`)
    .filter(file => {
      const {outputText} = ts.transpileModule(readFileSync(path.join(ROOT, file), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          removeComments: true,
        },
      });
      return outputText.trim() === 'export {};';
    });

  it('are the files without code', () => {
    assert.deepEqual([...exclude].sort(), withoutCode);
  });
});
