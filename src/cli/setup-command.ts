import {Option, type Command} from 'commander';
import {UsageError} from './failure.js';
import type {Io} from './io.js';
import type {SetupPlan} from './setup/setup-plan.js';
import type {SetupFlags} from './setup/setup-request.js';
import {wrap} from './text-layout.js';

interface Flags extends SetupFlags {
  readonly json?: true;
  readonly format: 'gcloud' | 'terraform' | 'json' | 'policy';
}

/** `setup`: prints what has to be done on Google's side, and does none of it. */
export function defineSetup(command: Command, io: Io): void {
  command
    .description(
      'Print what has to be set up on Google’s side, as a script to read and then run. Nothing is done. Warnings go to stderr. Needed are --project, --project-number, --aws-account, and who is let in: --role, --subject or --whole-pool.',
    )
    .option('--project <id>', 'the id of the project that the pool is in')
    .option('--project-number <number>', 'its number: principals are named by it')
    .option('--aws-account <id>', 'the AWS account, twelve digits')
    .option('--role <name>', 'an AWS role to let in, by its name or ARN; repeatable', collect)
    .option('--subject <subject>', 'a single AWS identity, by its ARN; repeatable', collect)
    .option('--whole-pool', 'bind all who are let in, not each role of its own')
    .option('--pool <id>', 'the workload identity pool (default: aws-pool)')
    .option('--provider <id>', 'the provider (default: aws-provider)')
    .option(
      '--location <location>',
      'where the pool is (default: global, the only one for terraform and policy)',
    )
    .option(
      '--service-account <name>',
      'the service account to act as, by its name or e-mail (default: none; the AWS identities are given the roles)',
    )
    .option(
      '--grant <role>',
      'a Google role on the project, for the service account, or without one for the AWS identities; repeatable',
      collect,
    )
    .option(
      '--bucket <bucket[=role]>',
      'the same on a bucket, by default roles/storage.objectViewer; repeatable',
      collect,
    )
    .option('--organization <number>', 'allow the AWS account in the organisation’s policies')
    .addOption(
      new Option(
        '--subject-from <field>',
        'the field that becomes google.subject (default: arn); userid is never too long',
      ).choices(['arn', 'userid']),
    )
    .addOption(
      new Option(
        '--format <format>',
        'a bash script, HCL, the plan for a program, or a policy for check-policy and emulator',
      )
        .choices(['gcloud', 'terraform', 'json', 'policy'])
        .default('gcloud'),
    )
    .addOption(new Option('--json', 'the same as --format json').conflicts('format'))
    .addHelpText('after', EXAMPLE)
    .action(async ({json, format, ...flags}: Flags) => {
      const [{readSetupFlags}, {planSetup}] = await Promise.all([
        import('./setup/setup-request.js'),
        import('./setup/setup-plan.js'),
      ]);
      const plan = planSetup(readSetupFlags(flags));
      checkFormat(format, plan);
      for (const warning of plan.warnings) {
        io.stderr.write(`${wrap(`Warning: ${warning}`, io.stderr)}\n`);
      }
      for (const note of plan.notes) io.stderr.write(`${wrap(`Note: ${note}`, io.stderr)}\n`);
      switch (json === true ? 'json' : format) {
        case 'gcloud':
          io.stdout.write((await import('./setup/gcloud-script.js')).gcloudScript(plan));
          return;
        case 'terraform':
          io.stdout.write((await import('./setup/terraform.js')).terraformConfiguration(plan));
          return;
        case 'json':
          io.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
          return;
        case 'policy': {
          const {emulatorPolicy} = await import('./setup/emulator-policy.js');
          io.stdout.write(`${JSON.stringify(emulatorPolicy(plan), null, 2)}\n`);
          return;
        }
      }
    });
}

/** @throws UsageError where the format cannot say where the pool is: it would be made in `global`. */
function checkFormat(format: Flags['format'], {pool: {location}}: SetupPlan): void {
  if (location === 'global' || (format !== 'terraform' && format !== 'policy')) return;
  const who = format === 'policy' ? 'the emulator' : 'google_iam_workload_identity_pool';
  throw new UsageError(
    `--location ${location} does not go with --format ${format}: ${who} has pools in global alone. Leave --location out, or take --format gcloud.`,
  );
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const EXAMPLE = `
Example:
  google-auth-aws setup --project my-project --project-number 123456789012 \\
    --aws-account 111122223333 --role demo-role --service-account demo-app \\
    --bucket my-bucket > setup.sh
  less setup.sh && bash setup.sh`;
