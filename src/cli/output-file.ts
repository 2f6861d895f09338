import {randomBytes} from 'node:crypto';
import {chmod, lstat, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {CommandFailed} from './failure.js';
import type {Io} from './io.js';

/**
 * Writes a file that holds no secret: an image or a service may read it as another user. One that is there
 * already is replaced with `force` alone, and then as a whole: nobody ever reads the half of it.
 *
 * @param file relative to `io.cwd`.
 * @throws CommandFailed that names the file and what to do.
 */
export async function writeOutputFile(
  {cwd}: Pick<Io, 'cwd'>,
  file: string,
  content: string,
  {force}: {readonly force: boolean},
): Promise<void> {
  const target = path.resolve(cwd, file);
  try {
    if (force && (await isReplaceable(target))) {
      await replace(target, content);
    } else {
      // A device, such as /dev/stdout, is written to as it is.
      await write(target, content, force ? 'w' : 'wx');
    }
  } catch (error) {
    throw new CommandFailed(explain(file, error, await isFolder(target)), {cause: error});
  }
}

async function isFolder(target: string): Promise<boolean> {
  try {
    return (await lstat(target)).isDirectory();
  } catch {
    return false;
  }
}

async function isReplaceable(target: string): Promise<boolean> {
  try {
    return (await lstat(target)).isFile();
  } catch {
    return true;
  }
}

async function replace(target: string, content: string): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await write(temporary, content, 'wx');
    await keepMode(target, temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, {force: true});
    throw error;
  }
}

/** Whoever could read the file still can, also where the superuser replaces it. */
async function keepMode(target: string, temporary: string): Promise<void> {
  let mode;
  try {
    ({mode} = await lstat(target));
  } catch {
    return;
  }
  await chmod(temporary, mode & 0o777);
}

async function write(target: string, content: string, flag: 'w' | 'wx'): Promise<void> {
  const handle = await open(target, flag);
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
}

function explain(file: string, error: unknown, isTaken: boolean): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const name = JSON.stringify(file);
  // --force does not replace a folder.
  switch (isTaken && code === 'EEXIST' ? 'EISDIR' : code) {
    case 'EEXIST':
      return `${name} is there already. Give another name, or --force to replace it.`;
    case 'ENOENT':
      return `${name} cannot be written: there is no such folder. Make it first.`;
    case 'ENOTDIR':
      return `${name} cannot be written: what should be its folder is a file. Give another name.`;
    case 'EISDIR':
      return `${name} is a folder. Give the name of a file in it.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${name} cannot be written by this user (${code}). Choose a folder that is yours.`;
    default:
      return `${name} cannot be written: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
