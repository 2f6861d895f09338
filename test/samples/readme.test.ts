import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {explainIdentity, parsePolicy} from '../../src/emulator/index.js';
import {codeTable, optionTable, stepTable} from '../support/readme-tables.js';
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

  it('shows a policy file that is right, its slip, and what it makes of an identity', async () => {
    const [, yaml = ''] = /```yaml\n([^`]*)```/.exec(readme) ?? [];
    const [, shown = ''] = /```\n(policy\.yaml:[^`]*)```/.exec(readme) ?? [];
    await assert.rejects(
      parsePolicy(yaml.replace('assertion.arn', 'asertion.arn'), {file: 'policy.yaml'}),
      {message: shown.trim().replaceAll('\n', ' ')},
    );
    const arn = 'arn:aws:sts::111122223333:assumed-role/intranet/i-0123';
    const [provider] = explainIdentity(await parsePolicy(yaml), arn).providers;
    assert.ok(readme.includes(`.reason; // ${provider?.refusal?.reason ?? ''}\n`));
    const part = provider?.condition?.failedParts[0]?.expression ?? '';
    assert.ok(readme.includes(`// [{expression: '${part}'}]\n`), part);
  });

  it('lists every option, step and error code, and no other', async () => {
    assert.deepEqual(optionTable(readme), await optionTable.fromSource());
    assert.deepEqual(stepTable(readme), await stepTable.fromSource());
    assert.deepEqual(codeTable(readme), await codeTable.fromSource());
  });

  it('lists each of its sections at the top, and links to none that it has not', () => {
    const text = readme.replaceAll(/```[^`]*```/g, '');
    // As GitHub makes them: lower case, no punctuation, hyphens for spaces.
    const anchorOf = (heading: string) =>
      `#${heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')}`;
    const headings = (level: RegExp) =>
      [...text.matchAll(level)].map(([, heading = '']) => anchorOf(heading));
    const links = [...text.matchAll(/\]\((#[^)]+)\)/g)].map(([, anchor]) => anchor);
    const all = headings(/^##+ (.+)$/gm);
    assert.deepEqual(
      links.filter(anchor => anchor === undefined || !all.includes(anchor)),
      [],
    );
    const sections = headings(/^## (.+)$/gm).filter(anchor => anchor !== '#licence');
    assert.deepEqual(
      links.filter(anchor => sections.includes(anchor ?? '')).slice(0, sections.length),
      sections,
    );
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
