// npm run bench              all, and writes results/
// npm run bench -- NAME …    some, and only prints
import {benchCached} from './bench-cached.js';
import {benchCold} from './bench-cold.js';
import {benchHang} from './bench-hang.js';
import {benchHerd} from './bench-herd.js';
import {benchImport} from './bench-import.js';
import {benchMemory} from './bench-memory.js';
import {benchOutage} from './bench-outage.js';
import {benchRefresh} from './bench-refresh.js';
import {benchSkew} from './bench-skew.js';
import {benchStorage} from './bench-storage.js';
import {startClouds, type Clouds} from './clouds.js';
import {sectionMarkdown} from './results-markdown.js';
import {placeOf, runFacts, writeResults} from './results.js';
import type {Section} from './section.js';

const BENCHMARKS: Readonly<Record<string, (clouds: Clouds) => Promise<Section>>> = {
  cold: benchCold,
  storage: benchStorage,
  import: benchImport,
  cached: benchCached,
  herd: benchHerd,
  refresh: benchRefresh,
  outage: benchOutage,
  hang: benchHang,
  skew: benchSkew,
  memory: benchMemory,
};

const names = process.argv.slice(2);
const unknown = names.filter(name => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(
    `No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`,
  );
  process.exit(2);
}

await using clouds = await startClouds();
const facts = await runFacts();
const {machine, packages} = placeOf(facts);
console.log(`${machine}; ${packages}\n`);
const sections: Record<string, Section> = {};
for (const [name, run] of Object.entries(BENCHMARKS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const started = performance.now();
  const section = await run(clouds);
  sections[name] = section;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${sectionMarkdown(section)}\n\n(${name}: ${seconds} s)\n`);
}
if (names.length === 0) console.log(`Written into ${await writeResults(facts, sections)}`);
