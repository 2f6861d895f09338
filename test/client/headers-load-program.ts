// Run by a test in a process of its own: what it tells can be seen once in a process. Its argument names the method.
import http from 'node:http';
import {AwsAuthClient} from '../../src/index.js';

const [method = ''] = process.argv.slice(2);
const server = process.env['TOKEN_SERVER'] ?? '';
/** That the server has heard of the loading. */
const loads: Promise<void>[] = [];

const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'Headers');
Object.defineProperty(globalThis, 'Headers', {
  configurable: true,
  get: (): unknown => {
    if (loads.length === 0) loads.push(tellServer());
    if (method === 'none') throw new ReferenceError('Headers is not defined');
    return descriptor?.get?.call(globalThis) ?? descriptor?.value;
  },
});

const client = new AwsAuthClient({
  audience:
    '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/my-pool/providers/my-provider',
  tokenUrl: `${server}/v1/token`,
  timeouts: {attemptMillis: 5_000, totalMillis: 5_000},
});

const calls: Record<string, () => Promise<unknown>> = {
  getAccessToken: () => client.getAccessToken(),
  getRequestHeaders: () => client.getRequestHeaders(),
  request: () => client.request({url: `${server}/api`}),
  none: () => client.getRequestHeaders(),
};
const outcome = await calls[method]?.().then(() => 'answered', String);
await Promise.all(loads);
process.stdout.write(`${String(outcome)}, ${loads.length === 0 ? 'not loaded' : 'loaded'}`);
process.exit();

function tellServer(): Promise<void> {
  return new Promise((resolve, reject) => {
    http
      .get(`${server}/loaded`, answer => {
        answer.resume().on('end', resolve);
      })
      .on('error', reject);
  });
}
