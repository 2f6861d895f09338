import {CLIENT_TITLES, inTurns, KEEPING_CLIENTS} from './clients.js';
import type {Clouds} from './clouds.js';
import {printedNumbers, runCold} from './cold-process.js';
import {programPath} from './program-path.js';
import {spreadText, type Section} from './section.js';

const RUNS = 5;
const CALLERS = 1000;

/** What a thousand callers at once make a cold client ask for. */
export async function benchHerd(clouds: Clouds): Promise<Section> {
  const results = new Map(KEEPING_CLIENTS.map(client => [client, emptyCounts()]));
  for (let run = 0; run < RUNS; run += 1) {
    for (const client of inTurns(KEEPING_CLIENTS, run)) {
      const session = await clouds.open();
      const env = await clouds.env({rttMillis: 20, impersonated: true, session});
      const cold = await runCold([programPath('herd'), client, String(CALLERS)], env);
      const {exchanges, impersonations} = await session.counts();
      const found = results.get(client);
      found?.exchanges.push(exchanges);
      found?.impersonations.push(impersonations);
      found?.served.push(...printedNumbers(cold, 'served'));
      found?.millis.push(...printedNumbers(cold, 'millis'));
    }
  }
  return {
    title: `${CALLERS.toLocaleString('en')} callers at once, and no token yet`,
    how: `${CALLERS.toLocaleString('en')} calls of \`getRequestHeaders()\` in one turn of the event loop, on a client that has just been made;
impersonated, 20 ms a round trip.`,
    comparisons: [],
    tables: [
      {
        columns: [
          'client',
          'n',
          'callers served',
          'exchanges',
          'impersonations',
          'ms until all have it',
        ],
        rows: [...results].map(([client, found]) => [
          CLIENT_TITLES[client],
          String(RUNS),
          spreadText(found.served),
          spreadText(found.exchanges),
          spreadText(found.impersonations),
          spreadText(found.millis),
        ]),
      },
    ],
  };
}

interface Counts {
  readonly exchanges: number[];
  readonly impersonations: number[];
  readonly served: number[];
  readonly millis: number[];
}

function emptyCounts(): Counts {
  return {exchanges: [], impersonations: [], served: [], millis: []};
}
