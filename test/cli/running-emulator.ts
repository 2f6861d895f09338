import {spawn, type ChildProcessByStdio} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The command `emulator` in a process of its own, with a folder of its own for temporary files. */
export class RunningEmulator {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly temporaryFolder: string;
  stdout = '';
  stderr = '';

  constructor(
    temporaryFolder: string,
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.temporaryFolder = temporaryFolder;
    this.child = spawn(
      process.execPath,
      ['--import', 'tsx', 'src/cli/bin.ts', 'emulator', ...flags],
      {
        cwd: ROOT,
        env: {PATH: process.env['PATH'], TMPDIR: temporaryFolder, ...env},
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    this.child.stdout.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
  }

  /** Waits until it is ready, or has ended. */
  async ready(): Promise<this> {
    while (!this.stderr.includes('is ready on')) {
      const isOver = await Promise.race([
        once(this.child.stderr, 'data').then(() => false),
        once(this.child, 'close').then(() => true),
      ]);
      if (isOver) throw new Error(`the emulator ended: ${this.stderr}`);
    }
    return this;
  }

  /** The variables that it prints, as they stand. */
  get env(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.stdout.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]),
    );
  }

  /** The folders that it made and has not removed. */
  get folders(): readonly string[] {
    return readdirSync(this.temporaryFolder).filter(name => name.startsWith('google-auth-aws'));
  }

  /** Sends a signal, if given, and waits for the end: the exit status, or the signal it died of. */
  async end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    const {child} = this;
    if (child.exitCode === null && child.signalCode === null) {
      const closed = once(child, 'close');
      if (signal !== undefined) child.kill(signal);
      await closed;
    }
    return child.exitCode ?? child.signalCode;
  }
}
