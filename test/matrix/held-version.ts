import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** The version of the last package of a chain, each of which is found from the one before it. */
export function heldVersion(names: readonly string[]): string {
  let from = import.meta.url;
  for (const name of names) from = createRequire(from).resolve(name);
  // Upwards from the entry: not every package exports its package.json, and some have further ones.
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'));
    if (version !== undefined) return version;
  }
  throw new Error(`${from} is in no package`);
}

function versionIn(manifest: string): string | undefined {
  try {
    const {version} = JSON.parse(readFileSync(manifest, 'utf8')) as {readonly version?: string};
    return version;
  } catch {
    return undefined;
  }
}
