import {PassThrough} from 'node:stream';
import {main} from '../../src/cli/main.js';
import type {Io} from '../../src/cli/io.js';

/** What a command did. */
export interface MainRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in this process, with streams of its own. */
export async function runMain(argv: readonly string[], io: Partial<Io> = {}): Promise<MainRun> {
  const out: string[] = [];
  const err: string[] = [];
  const into = (chunks: string[]) => ({
    write: (text: string) => void chunks.push(text),
    isTTY: false,
    columns: undefined,
  });
  const status = await main(argv, {
    stdin: new PassThrough().end(),
    stdout: into(out),
    stderr: into(err),
    env: {},
    cwd: process.cwd(),
    interrupted: () => new Promise(() => undefined),
    ...io,
  });
  return {status, stdout: out.join(''), stderr: err.join('')};
}
