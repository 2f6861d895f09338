import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {startEmulator} from '../../src/emulator/index.js';

const PROGRAM = fileURLToPath(new URL('import-program.mjs', import.meta.url));
const RUNS = 15;

interface Path {
  readonly name: string;
  readonly program: 'library' | 'package' | 'subject-token';
  readonly env: Readonly<Record<string, string>>;
}

interface Measured {
  readonly millis: number;
  readonly modules: number;
  readonly aws: number;
}

/**
 * How long a cold process takes for each way to a subject token, and how many modules it loads, of which
 * the AWS SDK's. The rows take turns, so that a slow minute of the machine is shared by all.
 */
export async function benchImport(): Promise<void> {
  const emulator = await startEmulator();
  const folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-bench-'));
  try {
    const paths: Path[] = [
      {name: 'import google-auth-library alone', program: 'library', env: {}},
      {name: 'import google-auth-aws', program: 'package', env: {}},
    ];
    for (const source of [
      'environment',
      'profile',
      'container',
      'web-identity',
      'instance-metadata',
    ] as const) {
      const {env} = await emulator.writeAwsSetup(source, join(folder, source));
      paths.push({name: `subject token, ${source}`, program: 'subject-token', env});
    }
    const times = new Map<Path, number[]>(paths.map(path => [path, []]));
    for (let run = 0; run <= RUNS; run += 1) {
      for (const path of paths) {
        const {millis} = await measure('time', path);
        // The first run fills the disk's cache.
        if (run > 0) times.get(path)?.push(millis);
      }
    }
    const rows = [];
    for (const path of paths) {
      const {modules, aws} = await measure('count', path);
      const sorted = (times.get(path) ?? []).sort((a, b) => a - b);
      rows.push({
        path: path.name,
        'median ms': at(sorted, 0.5),
        'from ms': at(sorted, 0),
        'to ms': at(sorted, 1),
        modules,
        'of AWS': aws,
      });
    }
    console.log(`Node ${process.version}, ${String(RUNS)} cold processes a row, in turns`);
    console.table(rows);
  } finally {
    await rm(folder, {recursive: true});
    await emulator.close();
  }
}

function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.round(share * (sorted.length - 1))] ?? NaN);
}

async function measure(what: 'time' | 'count', {program, env}: Path): Promise<Measured> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:AWS_|GOOGLE_|NODE_OPTIONS)/.test(name)),
  );
  const {stdout} = await promisify(execFile)(process.execPath, [PROGRAM, what, program], {
    env: {...inherited, ...env},
  });
  const measured: unknown = JSON.parse(stdout);
  if (!isMeasured(measured)) throw new Error(`not a measurement: ${stdout}`);
  return measured;
}

function isMeasured(value: unknown): value is Measured {
  return typeof value === 'object' && value !== null && 'millis' in value && 'modules' in value;
}
