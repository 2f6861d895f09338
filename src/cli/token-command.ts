import type {Command} from 'commander';
import type {Io} from './io.js';
import {printToken} from './print-token.js';
import {addProviderFlags, makeClient, type ProviderFlags} from './provider-flags.js';
import {readScopes} from './scopes-flag.js';

interface TokenFlags extends ProviderFlags {
  readonly scopes?: readonly string[];
  readonly json?: true;
}

/** `token`: prints an access token. */
export function defineToken(command: Command, io: Io): void {
  addProviderFlags(
    command.description(
      'Print an access token, and nothing else, for a shell. Whoever has it can do what it may until it ends.',
    ),
  )
    .option('--scopes <scope...>', 'OAuth scopes (default: cloud-platform)')
    .option('--json', 'print {"token", "expiresAt"}; the time is RFC 3339')
    .addHelpText('after', EXAMPLE)
    .action(async (flags: TokenFlags) => {
      const client = await makeClient(flags, io, {scopes: readScopes(flags.scopes)});
      const {token} = await client.getAccessToken();
      printToken(io, {token, expiresAt: client.credentials.expiry_date ?? undefined}, flags);
    });
}

const EXAMPLE = `
Example:
  curl -H "Authorization: Bearer $(google-auth-aws token)" \\
    "https://storage.googleapis.com/storage/v1/b?project=my-project"`;
