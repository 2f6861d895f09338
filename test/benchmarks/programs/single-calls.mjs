// Calls a client once whenever its parent says so, and tells what came of it.
//
//   node single-calls.mjs CLIENT
import {setClock} from './movable-clock.mjs';

const [, , name] = process.argv;
const {makeClient} = await import(`./clients/${name}.mjs`);
const client = makeClient();

async function call(capMillis) {
  const started = performance.now();
  let cap;
  const outcome = await Promise.race([
    client.getRequestHeaders().then(
      headers => (headers.get('authorization')?.startsWith('Bearer ') ? 'token' : 'no token'),
      () => 'error',
    ),
    new Promise(resolve => (cap = setTimeout(resolve, capMillis, 'nothing'))),
  ]);
  clearTimeout(cap);
  return {outcome, millis: performance.now() - started};
}

process.on('message', async ({aheadMillis, capMillis}) => {
  if (aheadMillis !== undefined) setClock(aheadMillis);
  process.send({done: await call(capMillis)});
});
