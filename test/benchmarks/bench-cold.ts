import {bundle} from './bundles.js';
import {CLIENTS, CLIENT_TITLES, inTurns} from './clients.js';
import {RTT_MILLIS, type Clouds} from './clouds.js';
import {runCold} from './cold-process.js';
import {ColdSamples} from './cold-samples.js';
import {loadedBytes} from './loaded-bytes.js';
import {programPath} from './program-path.js';
import type {Section} from './section.js';

const RUNS = 41;
const FORMS = ['source', 'bundle'] as const;

interface Setup {
  readonly form: (typeof FORMS)[number];
  readonly env: Readonly<Record<string, string>>;
  readonly samples: ColdSamples;
}

/** How long a cold process takes to its first token. */
export async function benchCold(clouds: Clouds): Promise<Section> {
  await convinceEmulator(clouds);
  const bundles = await Promise.all(
    CLIENTS.map(
      async client => [client, await bundle(`first-token/${client}`, clouds.folder)] as const,
    ),
  );
  const programs = {
    source: new Map(CLIENTS.map(client => [client, programPath(`first-token/${client}`)])),
    bundle: new Map(bundles.map(([client, {program}]) => [client, program])),
  };
  const setups: Setup[] = [];
  const session = await clouds.open();
  for (const form of FORMS) {
    for (const impersonated of [false, true]) {
      for (const rttMillis of RTT_MILLIS) {
        const env = await clouds.env({rttMillis, impersonated, session});
        const way = impersonated ? 'impersonated' : 'direct';
        const samples = new ColdSamples(`${way}, ${rttMillis} ms, ${form}`);
        setups.push({form, env, samples});
      }
    }
  }
  for (let run = 0; run <= RUNS; run += 1) {
    for (const setup of setups) {
      for (const client of inTurns(CLIENTS, run)) {
        const cold = await runCold([programs[setup.form].get(client) ?? ''], setup.env);
        // The first run fills the disk's cache.
        if (run > 0) setup.samples.add(client, cold);
      }
    }
  }
  const plain = await clouds.env({impersonated: true, session});
  const loaded = new Map<string, number>();
  for (const [client, {program}] of bundles) loaded.set(client, await loadedBytes(program, plain));
  return {
    title: 'Cold process to first token',
    how: HOW,
    comparisons: [
      ...setups.map(({samples}) => samples.outside()),
      ...setups.map(({samples}) => samples.inside('until the token')),
      {
        label: 'bundle, at start',
        unit: 'kB',
        plotted: true,
        samples: Object.fromEntries(bundles.map(([client, {bytes}]) => [client, [bytes / 1000]])),
      },
      {
        label: 'bundle, until the token',
        unit: 'kB',
        plotted: true,
        samples: Object.fromEntries(
          bundles.map(([client]) => [client, [(loaded.get(client) ?? NaN) / 1000]]),
        ),
      },
    ],
    tables: [
      {
        columns: ['bundle', 'loaded at start', 'loaded until the token', 'all chunks'],
        rows: bundles.map(([client, {bytes, lazyBytes}]) => [
          CLIENT_TITLES[client],
          `${Math.round(bytes / 1000)} kB`,
          `${Math.round((loaded.get(client) ?? NaN) / 1000)} kB`,
          `${Math.round((bytes + lazyBytes) / 1000)} kB`,
        ]),
      },
    ],
  };
}

const HOW = `A process of plain Node.js, with AWS keys in its environment and a credential file, gets one token
over HTTPS and ends. Its parent times it from the start to the end; *until the token* is the
process's age when it holds the token, Node.js's own start included. *Direct* is one exchange at Google STS,
*impersonated* goes on to IAM Credentials, on another port. *0 ms* and *20 ms* are the round trip: each connection waits one for TCP's
handshake, one for TLS 1.3's, and one for each request. *Source* runs from \`node_modules\` (this package from \`dist\`), *bundle* is made by
esbuild (ESM, minified, split). Before anything is timed, each client has to convince the emulator, which
checks its signature; the timed answers come at once. The four take turns, each time in another order.
The bundle *at start* is its entry with all that it imports statically; *until the token* counts each chunk that a process with
environment keys has loaded when it holds its token, the request's own implementation included.`;

async function convinceEmulator(clouds: Clouds): Promise<void> {
  const session = await clouds.openChecked();
  for (const impersonated of [false, true]) {
    const env = await clouds.env({impersonated, session});
    for (const client of CLIENTS) await runCold([programPath(`first-token/${client}`)], env);
  }
}
