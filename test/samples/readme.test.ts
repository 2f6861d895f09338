import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {codeTable, optionTable} from '../support/readme-tables.js';
import {runNode} from '../support/run-node.js';

describe('README.md', function () {
  this.timeout(30_000);
  let readme: string;

  before(async () => {
    readme = await readFile('README.md', 'utf8');
  });

  it('shows samples/quickstart.ts as it is', async () => {
    const sample = await readFile('samples/quickstart.ts', 'utf8');
    assert.equal(snippet(readme, 'samples/quickstart.ts'), sample.trimEnd());
  });

  it('shows a program for the emulator that runs', async () => {
    // Inside the repository, so that the package's name leads to what was built.
    const folder = await mkdtemp(join('samples', '.readme-'));
    try {
      const file = join(folder, 'program.ts');
      await writeFile(file, snippet(readme, 'test/samples/readme.test.ts'));
      const {status, stdout, stderr} = await runNode([file], {});
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        /^true \[\s*'google-sts',\s*'aws-sts',\s*'google-sts',\s*'iam-credentials'\s*\]/,
      );
    } finally {
      await rm(folder, {recursive: true});
    }
  });

  it('lists every option and every error code, and no other', async () => {
    assert.deepEqual(optionTable(readme), await optionTable.fromSource());
    assert.deepEqual(codeTable(readme), await codeTable.fromSource());
  });

  it('names the two commands first', () => {
    const commands = [...readme.matchAll(/```sh\n([^`]*)```/g)].slice(0, 2).map(([, text]) => text);
    assert.deepEqual(commands, ['npm ci && npm run demo\n', 'npm ci && npm test\n']);
  });
});

function snippet(text: string, name: string): string {
  const found = text.split(`<!-- ${name} -->\n\n\`\`\`ts\n`)[1]?.split('\n```')[0];
  assert.ok(found !== undefined, `README.md has no snippet ${name}`);
  return found;
}
