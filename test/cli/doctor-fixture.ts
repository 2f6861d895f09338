import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import type {Emulator, EmulatorOptions, EmulatorPolicy} from '../../src/emulator/index.js';
import {defaultPolicy} from '../../src/emulator/index.js';
import type {AwsEnvironment} from '../emulator/support/aws-environment.js';
import {runCommand, type Ran} from './run-command.js';

export const EMAIL = 'demo@my-project.iam.gserviceaccount.com';
export const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
export const ROLE = 'arn:aws:sts::111122223333:assumed-role/demo-role';

/** A step as `doctor --json` prints it. */
export interface PrintedStep {
  readonly id: string;
  readonly title: string;
  readonly millis: number;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly facts: string;
  readonly code?: string;
  readonly meaning?: string;
  readonly remedies?: readonly {readonly why: string; readonly command: string}[];
}

export interface Examined {
  readonly ran: Ran;
  readonly steps: readonly PrintedStep[];
  /** The step at which it stopped. */
  readonly last: PrintedStep;
}

/** The default policy with changes in its Google. */
export function googlePolicy(
  change: (google: EmulatorPolicy['google']) => Partial<EmulatorPolicy['google']>,
): EmulatorOptions {
  const policy = defaultPolicy();
  return {policy: {...policy, google: {...policy.google, ...change(policy.google)}}};
}

/** The default policy with changes in its one provider. */
export function providerPolicy(change: object): EmulatorOptions {
  return googlePolicy(({workloadIdentityPools}) => ({
    workloadIdentityPools: workloadIdentityPools.map(pool => ({
      ...pool,
      providers: pool.providers.map(provider => ({...provider, ...change})),
    })),
  }));
}

/** Sets this process up for an emulator: its container's role, and a credential file. */
export async function setUp(
  emulator: Emulator,
  aws: AwsEnvironment,
  config: object = emulator.config,
): Promise<string> {
  const file = join(aws.folder, 'gcp.json');
  await writeFile(file, JSON.stringify(config));
  aws.set({...emulator.env, GOOGLE_APPLICATION_CREDENTIALS: file});
  return file;
}

/** Runs `doctor --json`. */
export async function examine(aws: AwsEnvironment, ...flags: string[]): Promise<Examined> {
  const ran = await runCommand(['doctor', '--json', ...flags], {cwd: aws.folder});
  if (ran.stdout === '') throw new Error(`the doctor printed nothing: ${ran.stderr}`);
  const {steps} = JSON.parse(ran.stdout) as {readonly steps: readonly PrintedStep[]};
  const last = steps.at(-1);
  if (last === undefined) throw new Error('the doctor did nothing');
  return {ran, steps, last};
}
