// What is left in memory of many calls that found a token there.
//
//   node --expose-gc memory.mjs CLIENT CALLS
const [, , name, calls] = process.argv;
const {makeClient} = await import(`./clients/${name}.mjs`);
const client = makeClient();

async function run(count) {
  for (let call = 0; call < count; call += 1) await client.getRequestHeaders();
}

async function settled() {
  // Twice, with a turn in between, in which finalizers run.
  globalThis.gc();
  await new Promise(resolve => setTimeout(resolve, 50));
  globalThis.gc();
  const {heapUsed, rss} = process.memoryUsage();
  return {heapUsed, rss};
}

// V8's own code and the young generation take their room.
await run(50_000);
const before = await settled();
await run(Number(calls));
const after = await settled();
process.stdout.write(
  JSON.stringify({heap: after.heapUsed - before.heapUsed, rss: after.rss - before.rss}),
);
process.exit();
