import {isatty} from 'node:tty';

/** A stream that the command writes to. */
export interface Output {
  write(text: string): void;
  /** Whether a person looks at it. */
  readonly isTTY: boolean;
  /** The terminal's width in characters; `undefined` where there is no terminal. */
  readonly columns: number | undefined;
}

/**
 * What the command has of the world around it. The library reads the variables of AWS and Google in
 * `process.env` itself: `env` is the same where a process of its own runs the command.
 */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /**
   * Waits for the signal that ends a command which runs until it is told to stop: SIGINT or SIGTERM.
   * Only once: the next signal ends the process at once, if the command hangs in its own ending. That
   * is no failure: npx and timeout pass a signal on which the command has already got.
   */
  interrupted(): Promise<NodeJS.Signals>;
}

/** The process's own streams, environment and signals. */
export function processIo(): Io {
  return {
    stdin: process.stdin,
    stdout: output(process.stdout, 1),
    stderr: output(process.stderr, 2),
    env: process.env,
    cwd: process.cwd(),
    interrupted: () =>
      new Promise(resolve => {
        const signals = ['SIGINT', 'SIGTERM'] as const;
        const listener = (signal: NodeJS.Signals) => {
          for (const name of signals) {
            // What goes with the process is removed on its exit, and not where a signal kills it, as it
            // does while nobody listens.
            process.on(name, () => process.exit());
            process.off(name, listener);
          }
          resolve(signal);
        };
        for (const name of signals) process.on(name, listener);
      }),
  };
}

// As a shell tells of one that SIGPIPE has ended. 0 would be an answer, such as that a policy lets somebody in.
const ENDED_BY_SIGPIPE = 128 + 13;

function output(stream: NodeJS.WriteStream, fd: number): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has what it wanted, as `head` has: nobody is left to tell it to. Where the command has come to
    // its end, its status stands.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? ENDED_BY_SIGPIPE);
    // A full disk behind `>`.
    if (stream === process.stdout) {
      process.stderr.write(`google-auth-aws: the output cannot be written: ${error.message}\n`);
    }
    process.exit(1);
  });
  return {
    write: text => void stream.write(text),
    isTTY: isatty(fd),
    // A window may change its size meanwhile.
    get columns() {
      return isatty(fd) ? stream.columns : undefined;
    },
  };
}

/** Whether a variable is set to something: set and empty counts as not set. */
export function variable({env}: Pick<Io, 'env'>, name: string): string | undefined {
  return env[name] || undefined;
}
