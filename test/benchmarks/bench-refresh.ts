import {setTimeout as sleep} from 'node:timers/promises';
import {CLIENT_TITLES, KEEPING_CLIENTS, type ClientName} from './clients.js';
import type {Clouds} from './clouds.js';
import {quantile, spreadText, type Section} from './section.js';
import {INTO_THE_WINDOW_MILLIS, startSteadyLoad, type SteadyLoad} from './steady-load.js';

const RUNS = 3;
const CALLS_PER_SECOND = 200;
const HOP_MILLIS = 200;
const LATE_MILLIS = 5;
const BEFORE_MILLIS = 1000;
const APART_MILLIS = 700;
const AFTER_MILLIS = 2000;

interface Found {
  readonly client: ClientName;
  readonly impersonated: boolean;
  readonly calls: number[];
  readonly late: number[];
  readonly blocked: number[];
  readonly p50: number[];
  readonly p99: number[];
  readonly max: number[];
  readonly exchanges: number[];
}

/** How long callers wait when a token comes to the age at which it is refreshed. */
export async function benchRefresh(clouds: Clouds): Promise<Section> {
  const found: Found[] = [false, true].flatMap(impersonated =>
    KEEPING_CLIENTS.map(client => ({
      client,
      impersonated,
      calls: [],
      late: [],
      blocked: [],
      p50: [],
      p99: [],
      max: [],
      exchanges: [],
    })),
  );
  for (let run = 0; run < RUNS; run += 1) {
    const loads: SteadyLoad[] = [];
    try {
      for (const {client, impersonated} of found) {
        loads.push(
          await startSteadyLoad(clouds, {
            client,
            impersonated,
            callsPerSecond: CALLS_PER_SECOND,
            limitMillis: 60_000,
            settings: {answerMillis: HOP_MILLIS},
          }),
        );
      }
      await sleep(BEFORE_MILLIS);
      for (const load of loads) {
        // One after the other: a refresh must not wait for the processor that another one has.
        await load.passTime(INTO_THE_WINDOW_MILLIS);
        await sleep(APART_MILLIS);
      }
      await sleep(AFTER_MILLIS);
      for (const [row, load] of loads.entries()) {
        const {calls, failed, unanswered} = await load.end();
        if (failed + unanswered > 0) throw new Error(`${load.client}: a call failed`);
        const into = found[row];
        const waits = calls.map(({millis}) => millis);
        const late = calls.filter(({millis}) => millis > LATE_MILLIS);
        into?.calls.push(waits.length);
        into?.late.push(late.length);
        into?.blocked.push(late.filter(({turned}) => turned).length);
        into?.p50.push(quantile(waits, 0.5));
        into?.p99.push(quantile(waits, 0.99));
        into?.max.push(Math.max(...waits));
        into?.exchanges.push((await load.session.counts()).exchanges);
      }
    } finally {
      for (const load of loads) load.kill();
    }
  }
  return {
    title: `${CALLS_PER_SECOND} requests a second across a refresh`,
    how: `\`getRequestHeaders()\` ${CALLS_PER_SECOND} times a second; every token lives an hour; each answer of the clouds takes
${HOP_MILLIS} ms. After ${BEFORE_MILLIS / 1000} s or more the clocks of the client and of the clouds are set forward together, to 280 s before the
token's end, where each client wants a new one. *Late* calls take more than ${LATE_MILLIS} ms to their headers; *blocked* are those of them that wait for an answer, and not for the processor alone, which is when the event loop turns before they end. All
clients run at the same time, each in its own process; their refreshes do not overlap. p99 is of all calls, those before the refresh too.`,
    comparisons: [],
    tables: [
      {
        columns: [
          'client',
          'n',
          'calls a run',
          'late',
          'blocked',
          'p50 ms',
          'p99 ms',
          'max ms',
          'exchanges',
        ],
        rows: found.map(row => [
          `${CLIENT_TITLES[row.client]}, ${row.impersonated ? 'impersonated' : 'direct'}`,
          String(RUNS),
          spreadText(row.calls),
          spreadText(row.late),
          spreadText(row.blocked),
          spreadText(row.p50, 2),
          spreadText(row.p99, 1),
          spreadText(row.max, 1),
          spreadText(row.exchanges),
        ]),
      },
    ],
  };
}
