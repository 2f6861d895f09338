// Connects one client, by its name in package.json, and prints what each of its operations was authorised
// with: a process of its own for each, as they change what the others see (agents, loaded copies).
import {moveClock} from './clouds/movable-clock.js';
import {setTimeout} from 'node:timers/promises';
import {AwsAuthClient} from 'google-auth-aws';
import {CLIENTS} from './clients.js';
import {watchOutsideConnections} from './clouds/outside-connections.js';
import {startRecordedClouds} from './clouds/recorded-clouds.js';
import {heldVersion} from './held-version.js';
import type {ClientReport, OperationReport} from './client-report.js';

const TWO_HOURS = 2 * 3600 * 1000;

const [wanted] = process.argv.slice(2);
const client = CLIENTS.find(({installedAs}) => installedAs === wanted);
if (client === undefined) throw new Error(`no client ${String(wanted)}`);

const outsideConnections = watchOutsideConnections();

const clouds = await startRecordedClouds(client.answers ?? {});
Object.assign(process.env, clouds.env);
const authClient = AwsAuthClient.fromJSON(clouds.emulator.config, {
  projectId: 'my-project',
  awsCredentials: async () => clouds.emulator.issueAwsCredentials(),
  awsRegion: 'us-east-1',
});
const {operations, projectId, close} = await client.connect({
  authClient,
  restPorts: clouds.restPorts,
});

/** Some clients try again for ever what is refused: so that the report says which. */
const noAnswer = () =>
  setTimeout(60_000, undefined, {ref: false}).then(() => {
    throw new Error('it did not end');
  });

async function observed(operate: () => Promise<unknown>) {
  const before = clouds.calls.length;
  const failure = await Promise.race([operate(), noAnswer()]).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const calls = clouds.calls.slice(before);
  return {
    authorizations: [...new Set(calls.map(call => call.authorization))],
    unauthorised: calls.filter(call => !call.isAccepted).map(call => call.what),
    failure,
  };
}

const reports: OperationReport[] = [];
for (const [name, operate] of Object.entries(operations)) {
  const first = await observed(operate);
  // The token ends, for everybody: the next call needs another.
  moveClock(TWO_HOURS);
  const second = await observed(operate);
  const renewed = second.authorizations.every(
    authorization => !first.authorizations.includes(authorization),
  );
  reports.push({name, first: outcome(first), afterRefresh: outcome(second, renewed)});
}

function outcome(
  {authorizations, unauthorised, failure}: Awaited<ReturnType<typeof observed>>,
  renewed = true,
): string {
  if (authorizations.includes(undefined)) return `anonymous: ${unauthorised.join(', ')}`;
  if (unauthorised.length > 0) return `not accepted: ${unauthorised.join(', ')}`;
  if (failure !== undefined) return `failed: ${failure}`;
  if (authorizations.length === 0) return 'nothing was sent';
  return renewed ? 'authorised' : 'the old token again';
}

const report: ClientReport = {
  googleAuthLibrary: heldVersion([client.installedAs, ...client.through, 'google-auth-library']),
  projectId: await projectId?.(),
  operations: reports,
  strayed: [...outsideConnections(), ...(await clouds.strayed())],
};
await close?.();
await clouds.close();
// On a line of its own: some clients print.
process.stdout.write(`\n${JSON.stringify(report)}`);
