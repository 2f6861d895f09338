// What a call costs that finds a token in memory. One client a process: a program has one, and what V8 makes
// of the calls depends on it.
//
//   node --expose-gc cached-calls.mjs CLIENT ROUNDS CALLS
const [, , name, rounds, calls] = process.argv;
const {makeClient} = await import(`./clients/${name}.mjs`);
const client = makeClient();
await client.getAccessToken();

async function getAccessToken() {
  for (let call = 0; call < calls; call += 1) await client.getAccessToken();
}

async function getRequestHeaders() {
  for (let call = 0; call < calls; call += 1) await client.getRequestHeaders();
}

const samples = {getAccessToken: [], getRequestHeaders: []};
// The first rounds are V8's, to compile in.
for (let round = -3; round < rounds; round += 1) {
  for (const loop of [getAccessToken, getRequestHeaders]) {
    globalThis.gc();
    const started = process.hrtime.bigint();
    await loop();
    const nanos = Number(process.hrtime.bigint() - started);
    if (round >= 0) samples[loop.name].push(nanos / calls);
  }
}
process.stdout.write(JSON.stringify(samples));
process.exit();
