// Run by a test in a process of its own, which trusts the test's authority: its arguments are steps, and
// it prints how each ended.
import {isAwsAuthError} from '../../src/errors.js';
import {createHttpsDelivery} from '../../src/google/https-delivery.js';
import {send} from '../../src/google/transport.js';
import {tokenRequest} from '../support/token-request.js';

const preparedMillis = Number(process.env['PREPARED_MILLIS'] ?? 10_000);
const delivery = createHttpsDelivery({preparedMillis});
const outcomes: string[] = [];

for (const step of process.argv.slice(2)) {
  const [verb, url = ''] = step.split(' ');
  if (verb === 'prepare') void delivery.prepare(url);
  else if (verb === 'until') await until(url);
  else if (verb === 'both') outcomes.push(...(await Promise.all([outcomeOf(url), outcomeOf(url)])));
  else outcomes.push(await outcomeOf(url));
}
process.stdout.write(JSON.stringify(outcomes));

async function outcomeOf(url: string): Promise<string> {
  // For a caller that waits: the delivery itself keeps no process alive.
  const hold = setInterval(() => undefined, 1000);
  try {
    return (await send(delivery, tokenRequest(url), {timeoutMillis: 15_000})).text;
  } catch (error) {
    return isAwsAuthError(error) ? error.code : String(error);
  } finally {
    clearInterval(hold);
  }
}

/** Waits for what the test answers when it is time, and for what has arrived by then. */
async function until(url: string): Promise<void> {
  await (await fetch(url)).text();
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
}
