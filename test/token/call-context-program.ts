// Gets a token in the context of a call, in the foreground and in the background: run by a test with --expose-gc.
import {AsyncLocalStorage} from 'node:async_hooks';
import {setTimeout as sleep} from 'node:timers/promises';
import {TokenCache} from '../../src/token/token-cache.js';

const HOUR = 3_600_000;
let now = 0;
const cache = new TokenCache(
  async () => {
    await sleep(0);
    return {issuedAt: now, expiresAt: now + HOUR};
  },
  {clock: () => now, refreshAheadMillis: 300_000},
);
const calls = new AsyncLocalStorage<object>();

async function callOnce(): Promise<WeakRef<object>> {
  const call = {};
  await calls.run(call, () => cache.get());
  return new WeakRef(call);
}

/** Whether the call is in memory, when all that it began is over. */
async function isKept(call: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 10; round += 1) await sleep(0);
  globalThis.gc?.();
  return call.deref() !== undefined;
}

const first = await isKept(await callOnce());
const before = cache.peek();
now += HOUR - 60_000;
const due = await isKept(await callOnce());
const isRefreshed = cache.peek() !== before;
process.stdout.write(JSON.stringify({first, due, isRefreshed}));
