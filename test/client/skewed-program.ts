// Run by a test in a process of its own, for a process warns once. Its argument is how many minutes its clock
// is ahead of the right one. It gets a token by each of two clients.
import {AwsAuthClient} from '../../src/index.js';

const ahead = Number(process.argv[2]) * 60_000;

for (let client = 0; client < 2; client += 1) {
  await AwsAuthClient.fromJSON(JSON.parse(process.env['EMULATED_CONFIG'] ?? ''), {
    projectId: 'my-project',
    clock: () => Date.now() + ahead,
  }).getAccessToken();
}
