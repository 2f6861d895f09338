import {availableParallelism} from 'node:os';
import {runNode} from '../support/run-node.js';
import type {ClientReport} from './client-report.js';
import type {ClientUnderTest} from './client-under-test.js';
import {TRUST} from './clouds/trust.js';

/** Runs each client in a process of its own, as many at once as there are processors. */
export function runClients(
  clients: readonly ClientUnderTest[],
): ReadonlyMap<ClientUnderTest, Promise<ClientReport>> {
  const waiting: (() => void)[] = [];
  let free = availableParallelism();
  const inTurn = async (client: ClientUnderTest): Promise<ClientReport> => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await runClient(client);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
  return new Map(
    clients.map(client => {
      const report = inTurn(client);
      // It is reported by the test that waits for it.
      report.catch(() => undefined);
      return [client, report];
    }),
  );
}

async function runClient({installedAs}: ClientUnderTest): Promise<ClientReport> {
  const {status, stdout, stderr} = await runNode(
    ['test/matrix/client-program.ts', installedAs],
    TRUST,
  );
  if (status !== 0) throw new Error(`${installedAs} ended with status ${status}:\n${stderr}`);
  // Warnings and notes of the client's come before.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1)) as ClientReport;
}
