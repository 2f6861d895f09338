import {inTurns, type ClientName} from './clients.js';
import {RTT_MILLIS, type Clouds} from './clouds.js';
import {runCold} from './cold-process.js';
import {ColdSamples} from './cold-samples.js';
import {programPath} from './program-path.js';
import type {Section} from './section.js';

const RUNS = 101;
const READERS = [
  'aws-client',
  'google-auth-aws',
  'bare-https',
] as const satisfies readonly ClientName[];

/** How long a cold process takes to the first bytes of an object in Cloud Storage. */
export async function benchStorage(clouds: Clouds): Promise<Section> {
  const session = await clouds.open();
  const setups: {readonly env: Readonly<Record<string, string>>; readonly samples: ColdSamples}[] =
    [];
  for (const rttMillis of RTT_MILLIS) {
    const env = await clouds.env({rttMillis, impersonated: true, session});
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
port. It is the program that a user has, and most of its time is the storage client's own: the floor is an \`AuthClient\`
with nothing in it but the bare program, and shows how much of that time any client can save.`,
    comparisons: [
      ...setups.map(({samples}) => samples.outside()),
      ...setups.map(({samples}) => samples.inside('until the bytes')),
    ],
    tables: [],
  };
}
