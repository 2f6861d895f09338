import {setTimeout as sleep} from 'node:timers/promises';
import {CLIENT_TITLES, KEEPING_CLIENTS} from './clients.js';
import type {Clouds} from './clouds.js';
import type {Section} from './section.js';
import {INTO_THE_WINDOW_MILLIS, startSteadyLoad, type SteadyLoad} from './steady-load.js';

const CALLS_PER_SECOND = 10;
const OUTAGE_MILLIS = 60_000;

/** How many calls fail while Google STS is down and the old token is good. */
export async function benchOutage(clouds: Clouds): Promise<Section> {
  const loads: SteadyLoad[] = [];
  const rows: string[][] = [];
  try {
    for (const impersonated of [false, true]) {
      for (const client of KEEPING_CLIENTS) {
        const load = {client, impersonated, callsPerSecond: CALLS_PER_SECOND, limitMillis: 150_000};
        loads.push(await startSteadyLoad(clouds, load));
      }
    }
    const before = await Promise.all(loads.map(load => load.session.counts()));
    await Promise.all(loads.map(load => load.session.change({sts: 'down'})));
    await Promise.all(loads.map(load => load.passTime(INTO_THE_WINDOW_MILLIS)));
    await sleep(OUTAGE_MILLIS);
    const after = await Promise.all(loads.map(load => load.session.counts()));
    await Promise.all(loads.map(load => load.session.change({sts: 'up'})));
    for (const [row, load] of loads.entries()) {
      const {calls, failed, unanswered} = await load.end();
      const asked = (after[row]?.exchanges ?? NaN) - (before[row]?.exchanges ?? NaN);
      rows.push([
        `${CLIENT_TITLES[load.client]}, ${row < KEEPING_CLIENTS.length ? 'direct' : 'impersonated'}`,
        '1',
        String(calls.length + unanswered),
        String(failed),
        String(asked),
      ]);
    }
  } finally {
    for (const load of loads) load.kill();
  }
  return {
    title: 'Google STS is down for 60 s, and the old token is good for 280 s',
    how: `\`getRequestHeaders()\` ${CALLS_PER_SECOND} times a second; every token lives an hour. When the clocks of the client and of the
clouds are set to 280 s before the token's end, Google STS answers 503 to everything, for 60 s. All clients run at the
same time, each in its own process.`,
    comparisons: [],
    tables: [
      {columns: ['client', 'n', 'calls', 'failed', 'requests to Google STS in that minute'], rows},
    ],
  };
}
