import {CLIENT_TITLES, KEEPING_CLIENTS} from './clients.js';
import type {Clouds} from './clouds.js';
import type {Section} from './section.js';
import {startSingleCalls} from './single-calls.js';

const CAP_MILLIS = 40_000;
const MINUTE_MILLIS = 60_000;
const SKEWS_MINUTES = [-60, -10, 10, 60] as const;

/** Whether a client works where the machine's clock is wrong. */
export async function benchSkew(clouds: Clouds): Promise<Section> {
  const session = await clouds.openChecked();
  const rows: string[][] = [];
  for (const client of KEEPING_CLIENTS) {
    const row = [CLIENT_TITLES[client]];
    for (const minutes of SKEWS_MINUTES) {
      const env = await clouds.env({impersonated: true, session});
      // The warning that the clock is wrong is right, and known here.
      const calls = startSingleCalls(client, {...env, NODE_NO_WARNINGS: '1'}, 2 * CAP_MILLIS);
      try {
        const {outcome} = await calls.call({
          capMillis: CAP_MILLIS,
          aheadMillis: minutes * MINUTE_MILLIS,
        });
        row.push(outcome === 'token' ? 'works' : `fails (${outcome})`);
      } finally {
        calls.kill();
      }
    }
    rows.push(row);
  }
  return {
    title: "The machine's clock is wrong",
    how: `\`Date\` is shifted in the client's process before the client is made. The emulator checks the signature and its time,
which AWS allows to be five minutes off.`,
    comparisons: [],
    tables: [
      {
        columns: [
          'client',
          ...SKEWS_MINUTES.map(
            minutes => `${Math.abs(minutes)} min ${minutes < 0 ? 'behind' : 'ahead'}`,
          ),
        ],
        rows,
      },
    ],
  };
}
