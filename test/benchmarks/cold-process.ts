import {spawn} from 'node:child_process';
import {text} from 'node:stream/consumers';

/** What a cold process took. */
export interface ColdRun {
  /** From its start to its end, as its parent sees it. */
  readonly outsideMillis: number;
  /** What it printed. */
  readonly printed: unknown;
}

const LIMIT_MILLIS = 60_000;

/** Runs a program with plain Node.js, to its end, and reads the JSON that it prints. */
export async function runCold(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ColdRun> {
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MILLIS,
    killSignal: 'SIGKILL',
  });
  const printing = text(child.stdout);
  const outsideMillis = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(performance.now() - started);
      else reject(new Error(`${args.join(' ')} ended with ${String(code ?? signal)}`));
    });
  });
  return {outsideMillis, printed: JSON.parse(await printing) as unknown};
}

/** The numbers, or the one, that a program printed under a name. */
export function printedNumbers({printed}: ColdRun, name: string): number[] {
  const value: unknown =
    typeof printed === 'object' && printed !== null ? Reflect.get(printed, name) : undefined;
  const numbers = [value].flat();
  if (!numbers.every(number => typeof number === 'number')) {
    throw new Error(`no ${name} in ${JSON.stringify(printed)}`);
  }
  return numbers;
}
