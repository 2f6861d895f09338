import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {cpus, loadavg} from 'node:os';
import {fileURLToPath} from 'node:url';
import {sectionMarkdown} from './results-markdown.js';
import {plotSvg} from './results-plot.js';
import type {Section} from './section.js';

const FOLDER = new URL('results/', import.meta.url);
const PACKAGES = [
  'google-auth-library',
  '@aws-sdk/credential-providers',
  '@google-cloud/storage',
  'esbuild',
];

/** Where and with what a run was made. */
export interface RunFacts {
  readonly date: string;
  readonly node: string;
  readonly platform: string;
  readonly cpus: number;
  /** The load of the machine's last minute, before the run. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export async function runFacts(): Promise<RunFacts> {
  const versions = await Promise.all(
    PACKAGES.map(async name => [name, await versionOf(name)] as const),
  );
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    load: loadavg()[0] ?? NaN,
    versions: Object.fromEntries(versions),
  };
}

async function versionOf(name: string): Promise<string> {
  // Not every package lets its package.json be imported.
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      const content = await readFile(`${folder}/${name}/package.json`, 'utf8');
      const {version}: {version?: unknown} = JSON.parse(content) as object;
      if (typeof version === 'string') return version;
    } catch {
      // It is in another of them.
    }
  }
  throw new Error(`${name} is not installed`);
}

/** Writes the table, the plot and every sample of a whole run. */
export async function writeResults(
  facts: RunFacts,
  sections: Readonly<Record<string, Section>>,
): Promise<string> {
  const all = Object.values(sections);
  const {machine, packages} = placeOf(facts);
  const markdown = [
    '# Benchmarks',
    `\`npm run bench\`, all in one run, side by side: ${machine}; ${packages}.`,
    '`AwsClient` is google-auth-library’s own, with AWS keys in the environment; `AwsClient` + AWS SDK is the same over `@aws-sdk/credential-providers`, as its README shows it; `AwsAuthClient` is this package; bare `node:https` is a program by hand that keeps no token and checks nothing, the floor. Figures are *least – median – greatest* of n; **×** is the ratio of medians to `AwsClient`.',
    '![Medians in relation to AwsClient](results.svg)',
    ...all.map(sectionMarkdown),
  ].join('\n\n');
  await mkdir(FOLDER, {recursive: true});
  await writeFile(new URL('results.md', FOLDER), `${markdown}\n`);
  await writeFile(
    new URL('results.svg', FOLDER),
    plotSvg(all, [`Lines go from the least to the greatest run. ${machine}.`, packages]),
  );
  await writeFile(
    new URL('results.json', FOLDER),
    `${JSON.stringify({...facts, sections}, rounded, 1)}\n`,
  );
  return fileURLToPath(FOLDER);
}

/** The facts in words. */
export function placeOf({date, node, platform, cpus: count, load, versions}: RunFacts) {
  return {
    machine: `Node.js ${node}, ${platform}, ${count} CPUs, load ${load.toFixed(1)}, ${date.slice(0, 10)}`,
    packages: Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  };
}

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}
