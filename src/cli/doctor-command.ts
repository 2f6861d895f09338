import type {Command} from 'commander';
import {CommandFailed} from './failure.js';
import type {Io} from './io.js';
import {apiCallStep, checkApiFlags} from './doctor/api-call-step.js';
import {callerIdentityStep, clockStep, credentialsStep, regionStep} from './doctor/aws-steps.js';
import {configurationStep} from './doctor/configuration-step.js';
import {explainFailure} from './doctor/explain-failure.js';
import {impersonationStep, tokenExchangeStep} from './doctor/google-steps.js';
import {installationStep} from './doctor/installation-step.js';
import {showProgress, stepLines, type StepReport} from './doctor/report.js';
import {signingStep} from './doctor/signing-step.js';
import type {DoctorFlags, Finding, Step, Visit} from './doctor/step.js';
import {checkSubjectFlags, workspaceUserStep} from './doctor/workspace-user-step.js';
import {addProviderFlags, requireProvider} from './provider-flags.js';
import {wrap} from './text-layout.js';

// A token's way.
const STEPS: readonly Step[] = [
  installationStep,
  configurationStep,
  credentialsStep,
  regionStep,
  clockStep,
  callerIdentityStep,
  tokenExchangeStep,
  impersonationStep,
  signingStep,
  workspaceUserStep,
  apiCallStep,
];

/** `doctor`: goes the whole way, and stops at the first broken step with what mends it. */
export function defineDoctor(command: Command, io: Io): void {
  addProviderFlags(
    command.description(
      'Go the whole way from the AWS credentials to a Google token, step by step, and stop at the first broken one: what the server said, what it means here, and the command that mends it. Nothing is changed, and no secret is printed.',
    ),
  )
    .option('--bucket <name>', 'also list a bucket of Cloud Storage')
    .option('--url <url>', 'also call this API of Google’s, by GET')
    .option('--sign', 'also have the service account sign, as signed URLs need it')
    .option('--subject <email>', 'also act for this Google Workspace user, in --scopes')
    .option('--scopes <scope...>', 'the OAuth scopes that the Workspace has delegated')
    .option('--json', 'print JSON: {"ok", "steps": [{"id", "status", "millis", …}]}')
    .addHelpText('after', EXAMPLE)
    .action(async (flags: DoctorFlags) => {
      requireProvider(flags, io);
      checkApiFlags(flags);
      checkSubjectFlags(flags);
      const steps = await examine({io, flags});
      const failed = steps.find(({status}) => status === 'failed');
      if (flags.json !== undefined) {
        io.stdout.write(`${JSON.stringify({ok: failed === undefined, steps}, null, 2)}\n`);
      }
      if (failed !== undefined) throw new CommandFailed('');
      if (flags.json === undefined) io.stdout.write(`\n${wrap(conclusion(steps), io.stdout)}\n`);
    });
}

const EXAMPLE = `
Example:
  google-auth-aws doctor --config gcp.json --bucket my-bucket`;

async function examine(visit: Visit): Promise<readonly StepReport[]> {
  const {io, flags} = visit;
  const reports: StepReport[] = [];
  for (const step of STEPS) {
    const started = performance.now();
    const endProgress = showProgress(step, io);
    let finding;
    try {
      finding = await findingOf(step, visit);
    } finally {
      endProgress();
    }
    if (finding === undefined) continue;
    const millis = Math.round(performance.now() - started);
    const report = {id: step.id, title: step.title, millis, ...finding};
    reports.push(report);
    if (flags.json === undefined) io.stdout.write(stepLines(report, io));
    if (report.status === 'failed') break;
  }
  return reports;
}

async function findingOf(step: Step, visit: Visit): Promise<Finding | undefined> {
  try {
    return await step.run(visit);
  } catch (error) {
    const {isAwsAuthError} = await import('../index.js');
    if (isAwsAuthError(error)) return explainFailure(error, visit);
    throw error;
  }
}

function conclusion(steps: readonly StepReport[]): string {
  const warnings = steps.filter(({status}) => status === 'warning').length;
  if (warnings === 0) return 'All is well.';
  return `It works; ${warnings === 1 ? 'one step has' : `${warnings} steps have`} a warning.`;
}
