import {spawn} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether a variable says how AWS or Google is reached, and as whom. */
export function isOfTheClouds(name: string): boolean {
  return /^(?:AWS_|GOOGLE_|GCLOUD_|CLOUDSDK_|STORAGE_|.*_PROXY$)/i.test(name);
}

/**
 * Runs a TypeScript program of this repository in a process of its own, with these variables and no
 * others of AWS or Google.
 *
 * @param args the program, relative to the repository, and its arguments.
 */
export async function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finished> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !isOfTheClouds(name)),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT,
    env: {...inherited, ...env},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return {
    status,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
  };
}
