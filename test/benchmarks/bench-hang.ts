import {CLIENT_TITLES, KEEPING_CLIENTS, type ClientName} from './clients.js';
import type {Clouds} from './clouds.js';
import type {Section} from './section.js';
import {startSingleCalls, type CallOutcome} from './single-calls.js';
import {INTO_THE_WINDOW_MILLIS, TOKEN_LIFE_SECONDS} from './steady-load.js';

const CAP_MILLIS = 40_000;

/** How long a caller waits for a Google STS that takes its request and never answers. */
export async function benchHang(clouds: Clouds): Promise<Section> {
  const rows = await Promise.all(
    KEEPING_CLIENTS.map(async client => {
      const [without, withToken] = await Promise.all([
        callHung(clouds, client, false),
        callHung(clouds, client, true),
      ]);
      return [CLIENT_TITLES[client], '1', describe(without), describe(withToken)];
    }),
  );
  return {
    title: 'Google STS takes the request and never answers',
    how: `One call of \`getRequestHeaders()\`, without a token and with one that is good for 280 s more, where each client wants
a new one. The benchmark waits ${CAP_MILLIS / 1000} s and no longer: *nothing* says that there was neither a token nor an error by then.`,
    comparisons: [],
    tables: [
      {
        columns: ['client', 'n', 'without a token', 'with a good token, in its refresh window'],
        rows,
      },
    ],
  };
}

async function callHung(
  clouds: Clouds,
  client: ClientName,
  hasToken: boolean,
): Promise<CallOutcome> {
  const session = await clouds.open({lifeSeconds: TOKEN_LIFE_SECONDS});
  const env = await clouds.env({impersonated: true, session});
  const calls = startSingleCalls(client, env, 3 * CAP_MILLIS);
  try {
    if (hasToken) await calls.call({capMillis: CAP_MILLIS});
    const aheadMillis = hasToken ? INTO_THE_WINDOW_MILLIS : 0;
    await session.change({sts: 'hangs', clockAheadMillis: aheadMillis});
    return await calls.call({capMillis: CAP_MILLIS, aheadMillis});
  } finally {
    calls.kill();
  }
}

function describe({outcome, millis}: CallOutcome): string {
  const time = millis < 1000 ? `${millis.toFixed(1)} ms` : `${(millis / 1000).toFixed(1)} s`;
  return outcome === 'nothing' ? `nothing after ${time}` : `${outcome} after ${time}`;
}
