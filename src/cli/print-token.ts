import type {Io} from './io.js';

/** A token, and when it ends in epoch ms, where that is known. */
export interface PrintableToken {
  readonly token: string;
  readonly expiresAt: number | undefined;
}

/** Prints a token on the standard output: alone, for a shell, or as JSON with its end (RFC 3339). */
export function printToken(
  {stdout}: Io,
  {token, expiresAt}: PrintableToken,
  {json}: {readonly json?: true},
): void {
  if (json === undefined) {
    stdout.write(`${token}\n`);
    return;
  }
  const time = expiresAt === undefined ? null : new Date(expiresAt).toISOString();
  stdout.write(`${JSON.stringify({token, expiresAt: time}, null, 2)}\n`);
}
