import {fork} from 'node:child_process';
import {programPath} from './program-path.js';

/** A program that does what it is told, one order after another. */
export interface DrivenProcess {
  /** Resolves with what the program answers. */
  tell(
    order: string,
    details?: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>>;
  kill(): void;
}

/** Starts a program of `programs/` with plain Node.js. It lives no longer than `limitMillis`. */
export function startDriven(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  limitMillis: number,
): DrivenProcess {
  const child = fork(programPath(name), args, {
    execArgv: [],
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    timeout: limitMillis,
    killSignal: 'SIGKILL',
  });
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  child.on('error', fail);
  child.on('exit', (code, signal) => {
    fail(new Error(`${name} ${args.join(' ')} ended with ${String(code ?? signal)}`));
  });
  return {
    tell: async (order, details = {}) => {
      const answered = new Promise<Record<string, unknown>>((resolve, reject) => {
        child.once('message', (answer: {done?: Record<string, unknown>; error?: string}) => {
          if (answer.done === undefined) reject(new Error(answer.error ?? 'no answer'));
          else resolve(answer.done);
        });
      });
      child.send({order, ...details});
      return Promise.race([answered, failed]);
    },
    kill: () => child.kill('SIGKILL'),
  };
}
