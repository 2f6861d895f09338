import {main} from '../../src/cli/main.js';
import type {Io, Output} from '../../src/cli/io.js';

/** What a run of the command left behind. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  /** The width of the terminal that both streams are; without it they are none. */
  readonly columns?: number;
  /** Default: the test's own. */
  readonly cwd?: string;
}

/** Runs the command in this process, with the environment of this process. */
export async function runCommand(
  argv: readonly string[],
  {columns, cwd = process.cwd()}: RunOptions = {},
): Promise<Ran> {
  const stdout = recorder(columns);
  const stderr = recorder(columns);
  const io: Io = {
    stdin: process.stdin,
    stdout,
    stderr,
    env: process.env,
    cwd,
    interrupted: () => new Promise(() => undefined),
  };
  const status = await main(argv, io);
  return {status, stdout: stdout.text(), stderr: stderr.text()};
}

function recorder(columns: number | undefined): Output & {text(): string} {
  let written = '';
  return {
    write: text => void (written += text),
    isTTY: columns !== undefined,
    columns,
    text: () => written,
  };
}
