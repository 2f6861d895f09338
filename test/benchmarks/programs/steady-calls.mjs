// Calls a client at a steady rate, as a service under load does, and writes down how each call went. Told by
// its parent when to begin, where to set the clock, and when to end.
//
//   node steady-calls.mjs CLIENT CALLS_PER_SECOND
import {setImmediate} from 'node:timers';
import {setClock} from './movable-clock.mjs';

const [, , name, callsPerSecond] = process.argv;
const {makeClient} = await import(`./clients/${name}.mjs`);
const client = makeClient();
// How long each call took, and whether the event loop turned meanwhile: if not, it had its answer in memory,
// and what it waited for is the processor.
const calls = [];
let failed = 0;
let running = 0;

async function call() {
  running += 1;
  const started = performance.now();
  let turned = false;
  setImmediate(() => (turned = true));
  try {
    const headers = await client.getRequestHeaders();
    if (!headers.get('authorization')?.startsWith('Bearer ya29.')) throw new Error('no token');
  } catch {
    failed += 1;
  }
  calls.push({millis: performance.now() - started, turned});
  running -= 1;
}

let timer;
let begun;
let made = 0;
const orders = {
  begin: async () => {
    // Not counted: what is loaded for the first call alone is another benchmark's.
    await client.getRequestHeaders();
    begun = performance.now();
    // As many calls as are due: a late timer loses none.
    timer = setInterval(() => {
      const due = ((performance.now() - begun) * callsPerSecond) / 1000;
      for (; made < due; made += 1) void call();
    }, 1000 / callsPerSecond);
  },
  clock: ({aheadMillis}) => setClock(aheadMillis),
  end: async () => {
    clearInterval(timer);
    for (let turn = 0; turn < 300 && running > 0; turn += 1) {
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    return {calls, failed, unanswered: running};
  },
};

process.on('message', async order => {
  try {
    process.send({done: (await orders[order.order](order)) ?? {}});
  } catch (error) {
    process.send({error: String(error)});
  }
});
