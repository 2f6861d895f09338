import type {Command} from 'commander';
import type {AwsAuthClient, AwsAuthClientOptions} from '../index.js';
import {UsageError} from './failure.js';
import {variable, type Io} from './io.js';

/** The flags by which every command is told the provider and the service account. */
export interface ProviderFlags {
  readonly config?: string;
  readonly audience?: string;
  readonly projectNumber?: string;
  readonly pool?: string;
  readonly provider?: string;
  readonly serviceAccount?: string;
}

/** Which provider is meant. */
export type ChosenProvider =
  | {readonly kind: 'file'; readonly path: string}
  | {readonly kind: 'audience'; readonly audience: string}
  | {readonly kind: 'none'};

/**
 * Adds the flags to a command.
 *
 * @param options.withAudience whether `--audience` is the provider's name. Default `true`.
 */
export function addProviderFlags(
  command: Command,
  {withAudience = true}: {readonly withAudience?: boolean} = {},
): Command {
  command.option(
    '--config <file>',
    'the credential file (default: $GOOGLE_APPLICATION_CREDENTIALS)',
  );
  if (withAudience) {
    command.option(
      '--audience <name>',
      "the provider's full name: //iam.googleapis.com/projects/…",
    );
  }
  return command
    .option('--project-number <number>', "or by its parts: the number of the pool's project")
    .option('--pool <id>', 'with it, the workload identity pool')
    .option('--provider <id>', 'with both, the provider in the pool')
    .option('--service-account <email>', 'the service account to act as');
}

/**
 * Reads the flags: a file, or a provider's full name, or its three parts. Without any of them it is the
 * file that `GOOGLE_APPLICATION_CREDENTIALS` names.
 *
 * @throws UsageError where two ways are mixed, or one is given by half.
 */
export function chooseProvider(flags: ProviderFlags, io: Pick<Io, 'env'>): ChosenProvider {
  const {config, audience} = flags;
  const parts = [
    ['--project-number', flags.projectNumber],
    ['--pool', flags.pool],
    ['--provider', flags.provider],
  ] as const;
  const given = parts.filter(([, value]) => value !== undefined).map(([flag]) => flag);
  const ways = [
    ...(config === undefined ? [] : ['--config']),
    ...(audience === undefined ? [] : ['--audience']),
    ...(given.length === 0 ? [] : [given.join(', ')]),
  ];
  const [first, second] = ways;
  if (first !== undefined && second !== undefined) {
    throw new UsageError(`${first} and ${second} both name the provider: give one of them.`);
  }
  if (config !== undefined) return {kind: 'file', path: config};
  if (audience !== undefined) return {kind: 'audience', audience};
  if (given.length > 0) {
    const missing = parts.filter(([, value]) => value === undefined).map(([flag]) => flag);
    if (missing.length > 0) {
      const need = given.length === 1 ? 'needs' : 'need';
      throw new UsageError(`${given.join(' and ')} ${need} ${missing.join(' and ')} too.`);
    }
    return {kind: 'audience', audience: audienceOf(flags)};
  }
  const path = variable(io, 'GOOGLE_APPLICATION_CREDENTIALS');
  return path === undefined ? {kind: 'none'} : {kind: 'file', path};
}

function audienceOf({projectNumber = '', pool = '', provider = ''}: ProviderFlags): string {
  return `//iam.googleapis.com/projects/${projectNumber}/locations/global/workloadIdentityPools/${pool}/providers/${provider}`;
}

/**
 * The same where a provider must be named.
 *
 * @throws UsageError
 */
export function requireProvider(
  flags: ProviderFlags,
  io: Pick<Io, 'env'>,
): Exclude<ChosenProvider, {kind: 'none'}> {
  const chosen = chooseProvider(flags, io);
  if (chosen.kind === 'none') {
    throw new UsageError(
      'No provider is named. Give --config FILE, or --project-number, --pool and --provider, or set GOOGLE_APPLICATION_CREDENTIALS.',
    );
  }
  return chosen;
}

/**
 * Makes the client that the flags describe.
 *
 * @param options what a command adds.
 * @throws UsageError for flags that do not fit or cannot be used; AwsAuthError for a credential file.
 */
export async function makeClient(
  flags: ProviderFlags,
  io: Pick<Io, 'env'>,
  options: Partial<AwsAuthClientOptions> = {},
): Promise<AwsAuthClient> {
  const chosen = requireProvider(flags, io);
  const {AwsAuthClient} = await import('../index.js');
  const {serviceAccount} = flags;
  if (chosen.kind === 'file') {
    return withFlagNames(() => {
      const client = AwsAuthClient.fromFile(chosen.path, options);
      // Of the file, all stays but what is the account's own, as its tokens' life: the host that makes these, too.
      return serviceAccount === undefined ? client : client.withServiceAccount(serviceAccount);
    });
  }
  const {audience} = chosen;
  return withFlagNames(
    () => new AwsAuthClient({...options, audience, serviceAccountEmail: serviceAccount}),
    'INVALID_AUDIENCE',
  );
}

const FLAGS: Readonly<Record<string, string>> = {
  audience: '--audience',
  serviceAccountEmail: '--service-account',
  tokenLifetimeSeconds: '--service-account-token-lifetime-seconds',
  universeDomain: '--universe-domain',
  stsLocation: '--sts-location',
  scopes: '--scopes',
  subject: '--subject',
  oauthTokenUrl: 'GOOGLE_OAUTH_TOKEN_URL',
  targetAudience: '--audience',
};

/**
 * Runs what takes options of the library, and turns its refusal of one into the command's own words: the
 * user gave a flag.
 *
 * @param code a further code that is the user's slip here.
 */
export async function withFlagNames<T>(
  run: () => T | Promise<T>,
  code?: 'INVALID_AUDIENCE',
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const {isAwsAuthError} = await import('../index.js');
    if (!isAwsAuthError(error) || (error.code !== 'INVALID_OPTION' && error.code !== code)) {
      throw error;
    }
    const message = error.message
      .replace(/^The option "/, '"')
      .replace(/"(\w+)"/g, (quoted, name: string) => FLAGS[name] ?? quoted);
    throw new UsageError(message, {cause: error});
  }
}
