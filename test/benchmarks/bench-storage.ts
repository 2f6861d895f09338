import {inTurns, type ClientName} from './clients.js';
import {RTT_MILLIS, type Clouds} from './clouds.js';
import {runCold} from './cold-process.js';
import {ColdSamples} from './cold-samples.js';
import {programPath} from './program-path.js';
import type {Section} from './section.js';

const RUNS = 81;
/** As long as Google's. */
const TOKEN_IN_HAND = `ya29.${'d'.repeat(1019)}`;
const READERS = [
  'aws-client',
  'google-auth-aws',
  'bare-https',
  'token-in-hand',
] as const satisfies readonly ClientName[];

/** How long a cold process takes to the first bytes of an object in Cloud Storage. */
export async function benchStorage(clouds: Clouds): Promise<Section> {
  const session = await clouds.open({tokenInHand: TOKEN_IN_HAND});
  const setups: {readonly env: Readonly<Record<string, string>>; readonly samples: ColdSamples}[] =
    [];
  for (const rttMillis of RTT_MILLIS) {
    const env = {
      ...(await clouds.env({rttMillis, impersonated: true, session})),
      BENCH_TOKEN_IN_HAND: TOKEN_IN_HAND,
    };
    setups.push({env, samples: new ColdSamples(`impersonated, ${rttMillis} ms, source`)});
  }
  for (let run = 0; run <= RUNS; run += 1) {
    for (const {env, samples} of setups) {
      for (const reader of inTurns(READERS, run)) {
        const cold = await runCold([programPath(`first-bytes/${reader}`)], env);
        // The first run fills the disk's cache.
        if (run > 0) samples.add(reader, cold);
      }
    }
  }
  return {
    title: 'Cold process to the first bytes of a Cloud Storage object',
    how: `As above, and then \`createReadStream()\` of \`@google-cloud/storage\` 8 gives the first bytes of a small object, from a third
port. It is the program that a user has, and most of its time is the storage client's own, the same whatever client it is
given. Two columns show how much of it any client can save: an \`AuthClient\` with nothing in it but the bare program, and
one that has a token when it begins and asks nobody for it. At 0 ms there is no waiting to do the work in.`,
    comparisons: [
      ...setups.map(({samples}) => samples.outside()),
      ...setups.map(({samples}) => samples.inside('until the bytes')),
    ],
    tables: [],
  };
}
