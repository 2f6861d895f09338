import assert from 'node:assert/strict';
import {readdir} from 'node:fs/promises';
import {runNode} from '../support/run-node.js';
import {queryAnswer} from './clients/bigquery.js';
import {PUBSUB_ANSWERS} from './clients/pubsub.js';
import {startRecordedClouds, type RecordedClouds} from './clouds/recorded-clouds.js';

// As they stand, with Google's real host names: run.mjs has copied them to where their packages are.
describe('samples that need packages of the matrix', () => {
  let clouds: RecordedClouds;

  before(async () => {
    clouds = await startRecordedClouds({
      rest: [
        {
          to: /^POST bigquery\.googleapis\.com\/bigquery\/v2\/projects\/my-project\/queries/,
          body: queryAnswer(
            ['name', 'born'],
            [
              ['James', '272793'],
              ['John', '235139'],
            ],
          ),
        },
        {
          to: /^POST identitytoolkit\.googleapis\.com\/v1\/projects\/my-project\/accounts:lookup/,
          body: {users: [{localId: 'a-user', email: 'jo@example.com'}]},
        },
        {
          to: /^POST .*\/projects\/my-project\/locations\/europe-west1\/publishers\/google\/models\/gemini-2\.5-flash:generateContent/,
          body: {candidates: [{content: {role: 'model', parts: [{text: 'Rayleigh scattering.'}]}}]},
        },
      ],
      grpc: PUBSUB_ANSWERS.grpc ?? [],
    });
  });

  after(() => clouds.close());

  /** Runs a sample and expects it to print this, with every call authorised. */
  async function expectOutput(
    sample: string,
    expected: string,
    {env = {}, preload = []}: {env?: Record<string, string>; preload?: readonly string[]} = {},
  ): Promise<void> {
    const before = clouds.calls.length;
    const {status, stdout, stderr} = await runNode([...preload, `test/matrix/.samples/${sample}`], {
      ...clouds.emulator.env,
      ...clouds.env,
      ...env,
    });
    assert.deepEqual([stdout, status], [expected, 0], stderr);
    const calls = clouds.calls.slice(before);
    assert.notEqual(calls.length, 0);
    assert.deepEqual(
      calls.filter(call => !call.isAccepted),
      [],
    );
    assert.deepEqual(await clouds.strayed(), []);
  }

  it('bigquery.ts prints rows', () => expectOutput('bigquery.ts', 'James: 272793\nJohn: 235139\n'));

  it('pubsub.ts publishes and receives', () =>
    expectOutput('pubsub.ts', 'published a-message\nreceived hello from the other cloud\n'));

  // Neither of these two uses a proxy.
  it('firebase-admin.ts looks up a user', () =>
    expectOutput('firebase-admin.ts', 'a-user: jo@example.com\n', {
      env: {LEAD_HTTPS_TO_PORT: String(clouds.restPorts.https)},
      preload: ['--import', './test/matrix/clouds/lead-https-program.ts'],
    }));

  it('genai.ts asks a model', () =>
    expectOutput('genai.ts', 'Rayleigh scattering.\n', {
      env: {GOOGLE_VERTEX_BASE_URL: `http://127.0.0.1:${clouds.restPorts.http}`},
    }));

  it('each have a test', async () => {
    assert.deepEqual((await readdir('test/matrix/.samples')).sort(), [
      'bigquery.ts',
      'firebase-admin.ts',
      'genai.ts',
      'pubsub.ts',
    ]);
  });
});
