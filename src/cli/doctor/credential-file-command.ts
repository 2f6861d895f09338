import {chooseProvider} from '../provider-flags.js';
import {providerOf} from '../google-principals.js';
import {shellQuote} from '../shell-quote.js';
import {clientOf, type Visit} from './step.js';

/** What is to be another in the new file; a name in capitals is for the reader to fill in. */
type Changes = Readonly<
  Partial<Record<'--project-number' | '--pool' | '--provider' | '--service-account', string>>
>;

/** The command that makes the credential file anew: as it is, but for the changes. */
export function credentialFileCommand(visit: Visit, changes: Changes): string {
  const {flags, io} = visit;
  const client = clientOf(visit);
  const file = client.toJSON();
  const {projectNumber, poolId, providerId} = providerOf(file.audience);
  const lifetime = file.service_account_impersonation?.token_lifetime_seconds;
  const location = /^https:\/\/sts\.([a-z0-9-]+)\.rep\./.exec(file.token_url)?.[1];
  const values: Readonly<Record<string, string | number | undefined>> = {
    '--project-number': projectNumber,
    '--pool': poolId,
    '--provider': providerId,
    '--service-account': client.getServiceAccountEmail() ?? undefined,
    ...changes,
    '--service-account-token-lifetime-seconds': lifetime,
    '--sts-location': location,
    '--universe-domain':
      file.universe_domain === 'googleapis.com' ? undefined : file.universe_domain,
  };
  const chosen = chooseProvider(flags, io);
  const isThere = chosen.kind === 'file';
  return [
    'npx google-auth-aws config',
    ...Object.entries(values).flatMap(([flag, value]) =>
      value === undefined ? [] : [`${flag} ${value}`],
    ),
    ...(file.credential_source.imdsv2_session_token_url === undefined ? [] : ['--enable-imdsv2']),
    `--output-file ${isThere ? shellQuote(chosen.path) : 'gcp.json'}`,
    ...(isThere ? ['--force'] : []),
  ].join(' ');
}
