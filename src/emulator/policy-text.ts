import {readFile} from 'node:fs/promises';
import {PolicyError} from './policy-error.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file, and what should be its folder is a file',
  EISDIR: 'it is a folder. Give the name of a file in it',
  EACCES: 'this user may not read it (EACCES). Allow it with chmod, or give another file',
  EPERM: 'this user may not read it (EPERM). Allow it with chmod, or give another file',
};

/**
 * Reads the text of a policy's file, which is UTF-8, with a byte order mark or without.
 *
 * @throws PolicyError that says why it cannot be read, and where it stops to be text.
 */
export async function readPolicyText(file: string): Promise<string> {
  const fail = (why: string) =>
    new PolicyError({path: [], problem: `cannot be read: ${why}.`, file});
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw fail(REASONS[code] ?? code);
  }
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(bytes);
  } catch {
    // As PowerShell 5 writes what is sent to a file.
    if (/^(?:\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2))) {
      throw fail('it is UTF-16. Save it as UTF-8');
    }
    const before = bytes.toString('utf8').split('\uFFFD', 1)[0]?.split('\n') ?? [];
    const at = {line: before.length, column: (before.at(-1) ?? '').length + 1};
    const problem = 'cannot be read: here it is no UTF-8. Save it as UTF-8.';
    throw new PolicyError({path: [], problem, file, at});
  }
}
