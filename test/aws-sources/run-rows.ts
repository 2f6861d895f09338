import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Emulator, RequestRecord} from '../../src/emulator/index.js';
import type {
  AwsAuthErrorCode,
  AwsAuthStep,
  AwsCredentials,
  CredentialFileOverrides,
  IdentityDescription,
} from '../../src/index.js';
import {emulatedStorage, federatedClient} from '../client/emulated-client.js';
import {APART} from '../emulator/support/running.js';
import {runNode} from '../support/run-node.js';

/** An environment in which a client is made. */
export interface Row {
  /** The name of the object that it writes. */
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly options?: CredentialFileOverrides;
  /** The option `awsCredentials`. */
  readonly given?: {readonly as: 'keys' | 'provider'; readonly keys: AwsCredentials};
}

/** What came of it. */
export interface Outcome {
  readonly id: string;
  readonly identity?: IdentityDescription;
  readonly error?: {
    readonly code?: AwsAuthErrorCode;
    readonly step?: AwsAuthStep;
    readonly message: string;
    /** The error in every way in which errors are printed. */
    readonly shown: string;
  };
}

/** What came of a row, and what the emulator was asked meanwhile. */
export interface RowResult extends Outcome {
  readonly requests: readonly RequestRecord[];
  /** Whom Google took for the caller: the ARN of AWS's answer to it. */
  readonly arn: string | undefined;
}

/**
 * Makes a bucket. Where the answer to its creation is lost, Storage asks again, and is told that the
 * bucket is there; its name is random, so it is this one.
 */
export async function makeBucket(emulator: Emulator): Promise<string> {
  const bucket = `rows-${randomUUID()}`;
  try {
    await emulatedStorage(emulator, federatedClient(emulator)).createBucket(bucket);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 409)) throw error;
  }
  return bucket;
}

/** Runs rows in one process of their own, one after another. */
export async function runRows(
  emulator: Emulator,
  rows: readonly Row[],
  agentPort?: number,
): Promise<ReadonlyMap<string, RowResult>> {
  const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-rows-'));
  try {
    const bucket = await makeBucket(emulator);
    const file = join(folder, 'rows.json');
    const {url} = emulator;
    await writeFile(file, JSON.stringify({url, config: emulator.configFor(), bucket, rows}));
    let seen = emulator.requests.length;
    const agent = agentPort === undefined ? [] : [String(agentPort)];
    const {status, stdout, stderr} = await runNode(
      ['test/aws-sources/sources-program.ts', file, ...agent],
      {...APART, HOME: '/nonexistent'},
    );
    assert.equal(status, 0, stderr);
    const results = new Map<string, RowResult>();
    for (const outcome of JSON.parse(stdout) as Outcome[]) {
      const requests = emulator.requests.slice(seen);
      const end = requests.findIndex(record =>
        new RegExp(`[?&]name=${outcome.id}(?:&|$)`).test(record.path),
      );
      // A row that fails writes nothing, so it has all requests if it runs alone, and else none.
      const own =
        end < 0 && rows.length > 1 ? [] : requests.slice(0, end < 0 ? undefined : end + 1);
      seen += own.length;
      const arn = own.find(record => record.operation === 'GetCallerIdentity')?.arn;
      results.set(outcome.id, {...outcome, requests: own, arn});
    }
    return results;
  } finally {
    await rm(folder, {recursive: true});
  }
}
