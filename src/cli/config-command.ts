import {InvalidArgumentError, type Command} from 'commander';
import {UsageError} from './failure.js';
import type {Io} from './io.js';
import {writeOutputFile} from './output-file.js';
import {chooseProvider, withFlagNames} from './provider-flags.js';

interface ConfigFlags {
  readonly audience?: string;
  readonly projectNumber?: string;
  readonly pool?: string;
  readonly provider?: string;
  readonly serviceAccount?: string;
  readonly serviceAccountTokenLifetimeSeconds?: number;
  readonly enableImdsv2?: true;
  readonly stsLocation?: string;
  readonly universeDomain?: string;
  readonly outputFile?: string;
  readonly force?: true;
  readonly aws?: true;
}

/** `config`: writes the credential file, byte for byte as gcloud's `create-cred-config --aws` does. */
export function defineConfig(command: Command, io: Io): void {
  command
    .description(
      'Write the credential file of an AWS workload, as "gcloud iam workload-identity-pools create-cred-config --aws" writes it. Every Google library reads it. It holds no secret.',
    )
    .argument('[provider-name]', "the provider's name, as gcloud takes it: projects/…/providers/…")
    .option('--audience <name>', 'the same, with //iam.googleapis.com/ in front')
    .option('--project-number <number>', "or by its parts: the number of the pool's project")
    .option('--pool <id>', 'with it, the workload identity pool')
    .option('--provider <id>', 'with both, the provider in the pool')
    .option('--service-account <email>', 'the service account to act as (default: none)')
    .option(
      '--service-account-token-lifetime-seconds <seconds>',
      'how long its tokens live, 600–43200 (default: 3600)',
      wholeNumber,
    )
    .option('--enable-imdsv2', 'have Google’s own libraries use IMDSv2 on EC2')
    .option('--sts-location <region>', 'a regional Google STS, e.g. us-central1')
    .option('--universe-domain <domain>', 'the universe (default: googleapis.com)')
    .option('--aws', 'taken as gcloud takes it; there is no other kind')
    .option('--output-file <file>', 'where to write it (default: the standard output)')
    .option('--force', 'replace the file if it is there')
    .addHelpText('after', EXAMPLE)
    .action(async (name: string | undefined, flags: ConfigFlags) => {
      const audience = audienceOf(name, flags);
      const {createExternalAccountConfig} = await import('../index.js');
      const config = await withFlagNames(
        () =>
          createExternalAccountConfig({
            audience,
            serviceAccountEmail: flags.serviceAccount,
            tokenLifetimeSeconds: flags.serviceAccountTokenLifetimeSeconds,
            enableImdsv2: flags.enableImdsv2,
            stsLocation: flags.stsLocation,
            universeDomain: flags.universeDomain,
          }),
        'INVALID_AUDIENCE',
      );
      const content = JSON.stringify(config, null, 2);
      if (flags.outputFile === undefined) {
        io.stdout.write(`${content}\n`);
        return;
      }
      // Without a newline at its end, as gcloud's has none.
      await writeOutputFile(io, flags.outputFile, content, {force: flags.force ?? false});
      io.stderr.write(`Created credential configuration file [${flags.outputFile}].\n`);
    });
}

const EXAMPLE = `
Example:
  google-auth-aws config --project-number 123456789012 --pool aws-pool \\
    --provider aws-test-account \\
    --service-account demo@my-project.iam.gserviceaccount.com \\
    --output-file gcp.json`;

function audienceOf(name: string | undefined, flags: ConfigFlags): string {
  if (name !== undefined) {
    const others = [flags.audience, flags.projectNumber, flags.pool, flags.provider];
    if (others.some(value => value !== undefined)) {
      throw new UsageError(
        'The provider is named twice: by the argument and by flags. Give one of them.',
      );
    }
    return /^(?:https:)?\/\//.test(name) ? name : `//iam.googleapis.com/${name}`;
  }
  // The environment's credential file is what is made here, not what it is made of.
  const chosen = chooseProvider(flags, {env: {}});
  if (chosen.kind === 'audience') return chosen.audience;
  throw new UsageError(
    'No provider is named. Give --project-number, --pool and --provider, or --audience.',
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number of seconds.');
  return Number(text);
}
