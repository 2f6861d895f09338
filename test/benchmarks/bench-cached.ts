import {inTurns, KEEPING_CLIENTS, type ClientName} from './clients.js';
import type {Clouds} from './clouds.js';
import {printedNumbers, runCold} from './cold-process.js';
import {programPath} from './program-path.js';
import type {Section} from './section.js';

const PROCESSES = 11;
const ROUNDS = 7;
const CALLS = 20_000;
const METHODS = ['getAccessToken', 'getRequestHeaders'] as const;

/** What a call costs that finds a token in memory. */
export async function benchCached(clouds: Clouds): Promise<Section> {
  const session = await clouds.open();
  const env = await clouds.env({impersonated: true, session});
  const samples: Record<(typeof METHODS)[number], Partial<Record<ClientName, number[]>>> = {
    getAccessToken: {},
    getRequestHeaders: {},
  };
  for (let run = 0; run < PROCESSES; run += 1) {
    for (const client of inTurns(KEEPING_CLIENTS, run)) {
      const program = [programPath('cached-calls'), client, String(ROUNDS), String(CALLS)];
      const cold = await runCold(['--expose-gc', ...program], env);
      for (const method of METHODS) {
        (samples[method][client] ??= []).push(...printedNumbers(cold, method));
      }
    }
  }
  return {
    title: 'A call with a token in memory',
    how: `${PROCESSES} processes a client, in turns, each with ${ROUNDS} rounds of ${CALLS.toLocaleString('en')} awaited calls
after three to warm up. One sample is a round's mean; garbage is collected before each round.`,
    comparisons: METHODS.map(method => ({
      label: `${method}()`,
      unit: 'ns',
      samples: samples[method],
      plotted: true,
    })),
    tables: [],
  };
}
