import {inspect} from 'node:util';
import type {Output} from './io.js';
import {wrap} from './text-layout.js';

/** Says on stderr what went wrong; the stack and the causes with `debug` alone. */
export function reportFailure(
  error: unknown,
  stderr: Output,
  {debug}: {readonly debug: boolean},
): void {
  const message = error instanceof Error ? error.message : String(error);
  if (message !== '') stderr.write(`${wrap(`google-auth-aws: ${message}`, stderr)}\n`);
  if (debug) stderr.write(`${inspect(error)}\n`);
}
