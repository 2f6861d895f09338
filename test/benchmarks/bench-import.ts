import {join} from 'node:path';
import {startEmulator} from '../../src/emulator/index.js';
import {inTurns} from './clients.js';
import type {Clouds} from './clouds.js';
import {printedNumbers, runCold} from './cold-process.js';
import {programPath} from './program-path.js';
import {spreadText, type Section} from './section.js';

const RUNS = 15;
const SOURCES = [
  'environment',
  'profile',
  'container',
  'web-identity',
  'instance-metadata',
] as const;

interface Path {
  readonly name: string;
  readonly program: 'library' | 'package' | 'subject-token';
  readonly env: Readonly<Record<string, string>>;
  readonly millis: number[];
}

/**
 * How long a cold process takes for each way to a subject token, and how many modules it loads, of which
 * the AWS SDK's.
 */
export async function benchImport(clouds: Clouds): Promise<Section> {
  // The AWS SDK warns of the end of this Node.js: not on every line of the benchmark.
  const env = {HOME: clouds.folder, NODE_NO_WARNINGS: '1'};
  await using emulator = await startEmulator();
  const paths: Path[] = [
    {name: 'import `google-auth-library` alone', program: 'library', env, millis: []},
    {name: 'import `google-auth-aws`', program: 'package', env, millis: []},
  ];
  for (const source of SOURCES) {
    const setup = await emulator.writeAwsSetup(source, join(clouds.folder, source));
    paths.push({
      name: `subject token, ${source}`,
      program: 'subject-token',
      env: {...env, ...setup.env},
      millis: [],
    });
  }
  for (let run = 0; run <= RUNS; run += 1) {
    for (const path of inTurns(paths, run)) {
      const cold = await runCold([programPath('import'), 'time', path.program], path.env);
      // The first run fills the disk's cache.
      if (run > 0) path.millis.push(...printedNumbers(cold, 'millis'));
    }
  }
  const rows: string[][] = [];
  for (const path of paths) {
    const counted = await runCold([programPath('import'), 'count', path.program], path.env);
    rows.push([
      path.name,
      String(RUNS),
      spreadText(path.millis),
      String(printedNumbers(counted, 'modules')),
      String(printedNumbers(counted, 'aws')),
    ]);
  }
  return {
    title: 'Import alone, and each way to a subject token',
    how: `In a cold process, from the first \`import()\` to the module, or to the signed request that Google STS takes. Node.js's
own start is not in it.`,
    comparisons: [],
    tables: [{columns: ['what', 'n', 'ms', 'modules', 'of them the AWS SDK’s'], rows}],
  };
}
