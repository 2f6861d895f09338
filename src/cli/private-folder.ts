import {rmSync} from 'node:fs';
import {mkdtemp} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {CommandFailed} from './failure.js';

/** A folder for this user alone (mode 0700), which goes with the command. */
export interface PrivateFolder {
  readonly path: string;
  /** Removes it, with what is in it. It may be called again. */
  remove(): void;
}

/**
 * Makes a folder for what goes with the command.
 *
 * @param within the folder to make it in. Default: the system's for temporary files.
 * @throws CommandFailed that names that folder and what to do.
 */
export async function makePrivateFolder(
  prefix: string,
  within: string = tmpdir(),
): Promise<PrivateFolder> {
  let folder: string;
  try {
    folder = await mkdtemp(path.join(within, prefix));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new CommandFailed(
      `No folder can be made in ${JSON.stringify(within)}${code}, where temporary files go. Set TMPDIR to a folder that is there and yours.`,
      {cause: error},
    );
  }
  const remove = () => {
    process.off('exit', remove);
    rmSync(folder, {recursive: true, force: true});
  };
  // Where the process ends by itself, as it does when the reader of its output has gone.
  process.once('exit', remove);
  return {path: folder, remove};
}
