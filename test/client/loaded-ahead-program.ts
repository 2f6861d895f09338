// Run by a test in a process of its own: what it tells can be seen once in a process. Its argument names the call.
import assert from 'node:assert/strict';
import http from 'node:http';
import {register} from 'node:module';
import {setTimeout} from 'node:timers/promises';
import {AwsAuthClient} from '../../src/index.js';

const [call = ''] = process.argv.slice(2);
const server = process.env['TOKEN_SERVER'] ?? '';

/** What has been loaded, and that the server has heard of it. */
const loads = new Map<string, Promise<void>>();
watch('Headers', () => 'headers');
// Node.js's own implementation reads it, too. Reading it once makes it a plain value, which is not put anew.
assert.ok(ReadableStream);
watch('ReadableStream', reader => (reader.includes('fetch-blob') ? 'node-fetch' : undefined));
if (call === 'none') Reflect.deleteProperty(globalThis, 'Headers');
// A fetch of a test, in either of the places where gaxios would take it from.
const ownFetch = () => loads.set('fetch of a test', Promise.resolve());
if (call === 'window') {
  Object.defineProperty(globalThis, 'window', {value: {}});
  Object.defineProperty(Reflect.get(globalThis, 'window'), 'fetch', {get: ownFetch});
}
if (call === 'mock') {
  Object.assign(globalThis, {ownFetch});
  // Node.js 26 warns of register(), and Node.js 20 has nothing else.
  process.noDeprecation = true;
  const mock = 'data:text/javascript,export default ownFetch';
  register(
    `data:text/javascript,${encodeURIComponent(`export const resolve = (name, context, next) =>
      name === 'node-fetch' ? {url: ${JSON.stringify(mock)}, shortCircuit: true} : next(name, context);`)}`,
  );
}

const client = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/my-pool/providers/my-provider',
  tokenUrl: `${server}/v1/token`,
  timeouts: {attemptMillis: 5_000, totalMillis: 5_000},
});

const calls: Record<string, () => Promise<unknown>> = {
  getAccessToken: () => client.getAccessToken(),
  getRequestHeaders: () => client.getRequestHeaders(),
  // As grpc-js asks.
  grpc: () => client.getRequestHeaders('https://pubsub.googleapis.com/google.pubsub.v1.Publisher'),
  request: () => client.request({url: `${server}/api`}),
  none: () => client.getRequestHeaders(),
  window: () => client.getRequestHeaders(),
  mock: () => client.getRequestHeaders(),
};
const outcome = await calls[call]?.().then(() => 'answered', String);
// What comes late, or should not come at all.
await setTimeout(300);
await Promise.all(loads.values());
process.stdout.write([outcome, ...loads.keys()].join(', '));
process.exit();

/** @param nameOf what it shows to have been loaded that a global is read, from the reader's stack. */
function watch(
  global: 'Headers' | 'ReadableStream',
  nameOf: (reader: string) => string | undefined,
): void {
  const own = Object.getOwnPropertyDescriptor(globalThis, global);
  Object.defineProperty(globalThis, global, {
    configurable: true,
    get: (): unknown => {
      const name = nameOf(new Error('read').stack ?? '');
      if (name !== undefined && !loads.has(name)) loads.set(name, tellServer(name));
      return own?.get?.call(globalThis) ?? own?.value;
    },
  });
}

function tellServer(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http
      .get(`${server}/loaded/${name}`, answer => {
        answer.resume().on('end', resolve);
      })
      .on('error', reject);
  });
}
