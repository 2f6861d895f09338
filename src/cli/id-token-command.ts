import type {Command} from 'commander';
import {UsageError} from './failure.js';
import type {Io} from './io.js';
import {printToken} from './print-token.js';
import {addProviderFlags, makeClient, withFlagNames, type ProviderFlags} from './provider-flags.js';

interface IdTokenFlags extends Omit<ProviderFlags, 'audience'> {
  /** Whom the token is for; here it is not the provider. */
  readonly audience?: string;
  readonly json?: true;
}

/** `id-token`: prints an ID token of the service account. */
export function defineIdToken(command: Command, io: Io): void {
  addProviderFlags(
    command
      .description(
        'Print an ID token of the service account, and nothing else, for a shell: for Cloud Run, Cloud Functions and IAP. Whoever has it can call that service until it ends.',
      )
      .option('--audience <url>', 'the URL of the service, or the client ID of IAP'),
    {withAudience: false},
  )
    .option('--json', 'print {"token", "expiresAt"}; the time is RFC 3339')
    .addHelpText('after', EXAMPLE)
    .action(async ({audience, ...flags}: IdTokenFlags) => {
      if (audience === undefined) {
        throw new UsageError(
          '--audience is missing: the URL of the service, or the client ID of IAP.',
        );
      }
      const client = await makeClient(flags, io);
      const token = await withFlagNames(() => client.fetchIdToken(audience));
      printToken(io, {token, expiresAt: expiryOf(token)}, flags);
    });
}

const EXAMPLE = `
Example:
  url=https://hello-123456789012.us-central1.run.app
  curl -H "Authorization: Bearer $(google-auth-aws id-token --audience "$url")" "$url"`;

/** The `exp` of a JWT (RFC 7519 section 4.1.4), in epoch ms. */
function expiryOf(token: string): number | undefined {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const exp = Number(/"exp"\s*:\s*(\d+)/.exec(payload)?.[1]);
  return Number.isNaN(exp) ? undefined : exp * 1000;
}
