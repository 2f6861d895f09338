import {CLIENT_TITLES, inTurns, KEEPING_CLIENTS, type ClientName} from './clients.js';
import type {Clouds} from './clouds.js';
import {printedNumbers, runCold} from './cold-process.js';
import {programPath} from './program-path.js';
import {spreadText, type Section} from './section.js';

const RUNS = 3;
const CALLS = 1_000_000;

/** What is left in memory of a million calls. */
export async function benchMemory(clouds: Clouds): Promise<Section> {
  const session = await clouds.open();
  const env = await clouds.env({impersonated: true, session});
  const grown = new Map<ClientName, {readonly heap: number[]; readonly rss: number[]}>(
    KEEPING_CLIENTS.map(client => [client, {heap: [], rss: []}]),
  );
  for (let run = 0; run < RUNS; run += 1) {
    for (const client of inTurns(KEEPING_CLIENTS, run)) {
      const program = [programPath('memory'), client, String(CALLS)];
      const cold = await runCold(['--expose-gc', ...program], env);
      grown.get(client)?.heap.push(...kilobytes(printedNumbers(cold, 'heap')));
      grown.get(client)?.rss.push(...kilobytes(printedNumbers(cold, 'rss')));
    }
  }
  return {
    title: 'Memory after a million calls',
    how: `The growth over ${CALLS.toLocaleString('en')} calls of \`getRequestHeaders()\` with a token in memory, after 50,000 to warm up; garbage is
collected before each reading. What the resident set keeps is V8's choice.`,
    comparisons: [],
    tables: [
      {
        columns: ['client', 'n', 'heap, kB', 'resident set, kB'],
        rows: [...grown].map(([client, {heap, rss}]) => [
          CLIENT_TITLES[client],
          String(RUNS),
          spreadText(heap),
          spreadText(rss),
        ]),
      },
    ],
  };
}

const kilobytes = (bytes: readonly number[]) => bytes.map(value => value / 1000);
