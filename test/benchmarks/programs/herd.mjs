// Many callers at once, of a client that has no token yet.
//
//   node herd.mjs CLIENT CALLERS
const [, , name, callers] = process.argv;
const {makeClient} = await import(`./clients/${name}.mjs`);
const client = makeClient();
const started = performance.now();
const calls = Array.from({length: Number(callers)}, () => client.getRequestHeaders());
const answers = await Promise.all(calls);
const millis = performance.now() - started;
const served = answers.filter(headers => headers.get('authorization')?.startsWith('Bearer ya29.'));
process.stdout.write(JSON.stringify({millis, served: served.length}));
process.exit();
