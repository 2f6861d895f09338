import {mkdtemp, readFile, readdir, realpath, stat} from 'node:fs/promises';
import {join, sep} from 'node:path';
import {fileURLToPath} from 'node:url';
import {runCold} from './cold-process.js';

/** The bytes of the files in a program's folder that a process had loaded when it ended. */
export async function loadedBytes(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const folder = await realpath(join(program, '..'));
  // V8's report of what was run names each script, in whichever way it was loaded.
  const reports = await mkdtemp(join(folder, 'loaded-'));
  await runCold([program], {...env, NODE_V8_COVERAGE: reports});
  const files = new Set<string>();
  for (const name of await readdir(reports)) {
    for (const url of scriptUrls(JSON.parse(await readFile(join(reports, name), 'utf8')))) {
      if (!url.startsWith('file:')) continue;
      const file = fileURLToPath(url);
      if (file.startsWith(folder + sep)) files.add(file);
    }
  }
  if (files.size === 0) throw new Error(`${program} is said to have loaded nothing`);
  let bytes = 0;
  for (const file of files) bytes += (await stat(file)).size;
  return bytes;
}

function scriptUrls(report: unknown): string[] {
  if (typeof report !== 'object' || report === null) return [];
  const scripts: unknown = Reflect.get(report, 'result');
  if (!Array.isArray(scripts)) return [];
  return scripts.flatMap((script: unknown) => {
    const url: unknown =
      typeof script === 'object' && script !== null ? Reflect.get(script, 'url') : undefined;
    return typeof url === 'string' ? [url] : [];
  });
}
