import path from 'node:path';
import type {EmulatorPolicy} from '../emulator/index.js';
import {UsageError} from './failure.js';

/**
 * Reads the file of `--policy`.
 *
 * @throws UsageError for a policy that is wrong, or is not there.
 */
export async function readPolicyFlag(file: string, cwd: string): Promise<EmulatorPolicy> {
  const {PolicyError, readPolicyFile} = await import('../emulator/index.js');
  try {
    return await readPolicyFile(path.resolve(cwd, file));
  } catch (error) {
    throw error instanceof PolicyError ? new UsageError(error.message, {cause: error}) : error;
  }
}
