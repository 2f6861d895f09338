import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {afterEach, describe, it} from 'mocha';
import {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type Fault,
} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {gcloudVersion, runGcloud} from '../support/gcloud.js';
import {examine, setUp, type PrintedStep} from './doctor-fixture.js';

export type Variables = Readonly<Record<string, string>>;

/** A row of the tables of what the clouds refuse: how it is broken, and what the doctor says. */
export interface Row {
  readonly title: string;
  readonly emulator?: EmulatorOptions;
  /** Variables of the process, and what else breaks it. */
  readonly broken?: (emulator: Emulator) => Variables;
  readonly config?: (emulator: Emulator) => object;
  readonly flags?: readonly string[];
  readonly step: string;
  readonly code?: string;
  /** The server's own words. */
  readonly said: RegExp;
  /** What they mean here. */
  readonly means: RegExp;
  /** One of the commands, whole. */
  readonly command?: string;
  /** What the advice comes to: the world after it, in which all is well. Empty: it passes by itself. */
  readonly mended?: {
    readonly emulator?: (last: PrintedStep) => EmulatorOptions;
    readonly config?: (emulator: Emulator, last: PrintedStep) => Promise<object>;
    readonly env?: (emulator: Emulator) => Variables;
    /** What is made beside. */
    readonly make?: (emulator: Emulator) => Promise<unknown>;
  };
}

/** Breaks the next answer of a service. */
export const failing = (fault: Fault) => (emulator: Emulator) => {
  emulator.failNext(fault);
  return {};
};

/** Breaks each row's world, has the doctor say what is broken, and mends it by what it says. */
export function describeRows(groups: Readonly<Record<string, readonly Row[]>>): void {
  const aws = awsEnvironment();
  /** The commands for gcloud, one of each that has the same flags. */
  const printed = new Map<string, string>();
  let emulator: Emulator | undefined;

  afterEach(async () => {
    await emulator?.close();
    emulator = undefined;
  });

  async function world({config}: Row, options: EmulatorOptions = {}): Promise<Emulator> {
    await emulator?.close();
    emulator = await startEmulator(options);
    await setUp(emulator, aws, config?.(emulator));
    return emulator;
  }

  async function mend(row: Row, running: Emulator, last: PrintedStep): Promise<void> {
    const {emulator: options, config, env, make} = row.mended ?? {};
    const mended = options === undefined ? running : await world(row, options(last));
    if (config !== undefined) await setUp(mended, aws, await config(mended, last));
    aws.set(env?.(mended) ?? {});
    await make?.(mended);
  }

  for (const [where, rows] of Object.entries(groups)) {
    describe(where, () => {
      for (const row of rows) {
        it(row.title, async () => {
          const flags = row.flags ?? [];
          const running = await world(row, row.emulator);
          aws.set(row.broken?.(running) ?? {});
          const {ran, steps, last} = await examine(aws, ...flags);
          assert.equal(ran.status, 1);
          assert.equal(ran.stderr, '');
          assert.equal(last.id, row.step, JSON.stringify(last));
          assert.equal(last.status, 'failed');
          assert.equal(last.code, row.code);
          assert.match(last.facts, row.said);
          assert.match(last.meaning ?? '', row.means);
          const commands = (last.remedies ?? []).map(({command}) =>
            command.replace(aws.folder, 'FOLDER'),
          );
          assert.ok(
            row.command === undefined ? commands.length === 0 : commands.includes(row.command),
            JSON.stringify(commands),
          );
          for (const command of commands.filter(it => it.startsWith('gcloud '))) {
            printed.set(command.replace(/=("[^"]*"|'[^']*'|\S+)/g, '='), command);
            // The real one refuses a project's number there.
            assert.doesNotMatch(command, /^gcloud iam .*--project=\d+\b/);
          }
          assert.ok(steps.slice(0, -1).every(({status}) => status !== 'failed'));

          if (row.mended === undefined) return;
          await mend(row, running, last);
          const after = await examine(aws, ...flags);
          assert.equal(after.ran.status, 0, JSON.stringify(after.last));
        });
      }
    });
  }

  // After the rows, as a group of its own.
  describe('and prints', () => {
    it('commands that the real gcloud understands, where the machine has one', async function () {
      this.timeout(240_000);
      if ((await gcloudVersion()) === undefined) {
        console.log('      (no gcloud on PATH)');
        return;
      }
      for (const command of printed.values()) {
        const words = execFileSync('bash', ['-c', `printf '%s\\0' ${command}`], {encoding: 'utf8'});
        const {status, stderr} = await runGcloud(words.split('\0').slice(1, -1), aws.folder, {
          CLOUDSDK_CORE_PROJECT: 'my-project',
        });
        // It finds no account to ask as: only after it has understood the command.
        assert.match(stderr, /active account|auth login/, `${command}: ${stderr}`);
        assert.equal(status, 1);
      }
    });
  });
}
