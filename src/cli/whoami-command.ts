import type {Command} from 'commander';
import type {AwsAuthClient, CallerIdentity} from '../index.js';
import {
  attributesOf,
  MAX_SUBJECT_BYTES,
  principalNames,
  providerOf,
  type PoolName,
} from './google-principals.js';
import {credentialsInWords, regionInWords} from './identity-words.js';
import type {Io} from './io.js';
import {
  addProviderFlags,
  chooseProvider,
  makeClient,
  type ProviderFlags,
} from './provider-flags.js';
import {table, wrap} from './text-layout.js';
import {wrongIdentityTrap} from './wrong-identity.js';

interface WhoamiFlags extends ProviderFlags {
  readonly json?: true;
}

/** What is known of Google's side. */
interface GoogleSide {
  readonly pool: PoolName;
  /** `null` where the pool alone was named. */
  readonly provider: string | null;
  readonly serviceAccount: string | null;
}

/** `whoami`: who this process is on AWS, and what Google makes of it. */
export function defineWhoami(command: Command, io: Io): void {
  addProviderFlags(
    command.description(
      'Tell who this process is on AWS, as AWS STS says, and the names that Google has for it. Google need not be set up: with --project-number and --pool the names are those that bindings will need.',
    ),
  )
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (flags: WhoamiFlags) => {
      const {client, google, note} = await googleSide(flags, io);
      const {getCallerIdentity} = await import('../index.js');
      const caller = await (client?.getCallerIdentity() ?? getCallerIdentity());
      const notes = [note, wrongIdentityTrap(caller, io), longSubject(caller)].filter(
        text => text !== undefined,
      );
      if (flags.json === undefined) {
        io.stdout.write(asText(caller, google, io));
        for (const text of notes) io.stderr.write(`${wrap(`Note: ${text}`, io.stderr)}\n`);
      } else {
        io.stdout.write(`${JSON.stringify(asJson(caller, google, notes), null, 2)}\n`);
      }
    });
}

const EXAMPLE = `
Example:
  google-auth-aws whoami --project-number 123456789012 --pool aws-pool`;

/** Reads what the flags say of Google. A broken file that nobody named here is a note and no failure. */
async function googleSide(
  flags: WhoamiFlags,
  io: Io,
): Promise<{client?: AwsAuthClient; google?: GoogleSide; note?: string}> {
  // The names of principals are the pool's: any provider's id will do.
  const isPoolAlone =
    flags.provider === undefined && flags.pool !== undefined && flags.projectNumber !== undefined;
  const complete = isPoolAlone ? {...flags, provider: 'aws-provider'} : flags;
  if (chooseProvider(complete, io).kind === 'none') {
    return {
      note: 'Without a provider or a pool there are no names for bindings: give --config FILE, or --project-number and --pool.',
    };
  }
  let client;
  try {
    client = await makeClient(complete, io);
  } catch (error) {
    if (chooseProvider(complete, {env: {}}).kind !== 'none' || !(error instanceof Error))
      throw error;
    return {
      note: `The credential file of GOOGLE_APPLICATION_CREDENTIALS is not used. ${error.message}`,
    };
  }
  const {audience} = client.toJSON();
  return {
    client,
    google: {
      pool: providerOf(audience),
      provider: isPoolAlone ? null : audience,
      serviceAccount: client.getServiceAccountEmail(),
    },
  };
}

function asText(caller: CallerIdentity, google: GoogleSide | undefined, {stdout}: Io): string {
  const {subject, awsRole} = attributesOf(caller.arn);
  const sections: [string, [string, string][]][] = [
    [
      'AWS',
      [
        ['account', caller.accountId],
        ['ARN', caller.arn],
        ['credentials', credentialsInWords(caller, Date.now())],
        ['region', regionInWords(caller)],
      ],
    ],
    [
      'Google, by the default attribute mapping',
      [
        ['google.subject', subject],
        ['attribute.aws_role', awsRole],
        ...(google === undefined ? [] : googleRows(google)),
      ],
    ],
  ];
  if (google !== undefined) {
    const names = principalNames(google.pool, {subject, awsRole});
    sections.push([
      'Names for the members of IAM bindings',
      [
        ['this role', names.awsRole],
        ['this session', names.subject],
        ['the whole pool', names.wholePool],
      ],
    ]);
  }
  return sections
    .map(([title, rows]) => `${wrap(title, stdout)}\n${table(rows, stdout)}`)
    .join('\n');
}

function googleRows({provider, serviceAccount}: GoogleSide): [string, string][] {
  return [
    ...(provider === null ? [] : [['provider', provider] satisfies [string, string]]),
    // Who names a pool alone has said nothing of an account.
    ...(provider === null && serviceAccount === null
      ? []
      : [
          [
            'acts as',
            serviceAccount ?? 'the federated principal itself, without a service account',
          ] satisfies [string, string],
        ]),
  ];
}

function asJson(
  caller: CallerIdentity,
  google: GoogleSide | undefined,
  notes: readonly string[],
): object {
  const attributes = attributesOf(caller.arn);
  return {
    aws: {
      accountId: caller.accountId,
      arn: caller.arn,
      userId: caller.userId,
      source: caller.source,
      sourceDescription: caller.description,
      accessKeyIdSuffix: caller.accessKeyIdSuffix,
      expiration: caller.expiration?.toISOString() ?? null,
      region: caller.region,
      regionSource: caller.regionSource,
    },
    google: {
      subject: attributes.subject,
      awsRole: attributes.awsRole,
      provider: google?.provider ?? null,
      serviceAccount: google?.serviceAccount ?? null,
      principals: google === undefined ? null : principalNames(google.pool, attributes),
    },
    notes,
  };
}

function longSubject({arn}: CallerIdentity): string | undefined {
  const bytes = Buffer.byteLength(arn);
  return bytes <= MAX_SUBJECT_BYTES
    ? undefined
    : `google.subject would have ${bytes} bytes, and Google takes ${MAX_SUBJECT_BYTES}: use a shorter role session name, or map google.subject to assertion.userid.`;
}
