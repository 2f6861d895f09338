// Makes a client and writes an object of Cloud Storage in each environment of a list, one after another, and
// prints who it was each time. The list is a JSON file, the one argument.
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {connect} from 'node:net';
import {AwsAuthClient, isAwsAuthError} from '../../src/index.js';
import type {EmulatorCredentialConfig} from '../../src/emulator/index.js';
import {emulatedStorage} from '../client/emulated-client.js';
import {printed} from '../support/secrets.js';
import type {Outcome, Row} from './run-rows.js';

interface Rows {
  readonly url: string;
  readonly config: EmulatorCredentialConfig;
  readonly bucket: string;
  readonly rows: readonly Row[];
}

async function run({id, env, options = {}, given}: Row, {url, config, bucket}: Rows) {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) delete process.env[name];
  }
  Object.assign(process.env, {HOME: '/nonexistent', ...env});
  const keys = given?.keys;
  const client = AwsAuthClient.fromJSON(config, {
    projectId: 'my-project',
    ...options,
    ...(keys === undefined
      ? {}
      : {awsCredentials: given?.as === 'provider' ? () => Promise.resolve(keys) : keys}),
  });
  const identity = await client.describeIdentity();
  await emulatedStorage({url}, client).bucket(bucket).file(id).save(id, {resumable: false});
  return identity;
}

/** ECS answers at an address that no test machine has: connections to it lead to the test's own agent. */
function leadLinkLocalTo(port: string): void {
  const create = http.Agent.prototype.createConnection.bind(http.Agent.prototype);
  http.Agent.prototype.createConnection = (options, callback) =>
    options.host === '169.254.170.2'
      ? connect(Number(port), '127.0.0.1')
      : create(options, callback);
}

const [file = '', agentPort] = process.argv.slice(2);
if (agentPort !== undefined) leadLinkLocalTo(agentPort);
const rows = JSON.parse(await readFile(file, 'utf8')) as Rows;
const outcomes: Outcome[] = [];
for (const row of rows.rows) {
  try {
    outcomes.push({id: row.id, identity: await run(row, rows)});
  } catch (error) {
    const {message} = error instanceof Error ? error : new Error(String(error));
    const known = isAwsAuthError(error) ? {code: error.code, step: error.step} : {};
    outcomes.push({id: row.id, error: {...known, message, shown: printed(error)}});
  }
}
process.stdout.write(JSON.stringify(outcomes));
