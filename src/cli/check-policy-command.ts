import type {Command} from 'commander';
import type {IdentityExplanation} from '../emulator/index.js';
import {explanationText} from './check-policy/explanation-text.js';
import {CommandFailed, UsageError} from './failure.js';
import type {Io} from './io.js';
import {readPolicyFlag} from './policy-flag.js';
import {wrap} from './text-layout.js';

interface CheckPolicyFlags {
  readonly policy?: string;
  readonly arn?: string;
  readonly serviceAccount?: string;
  readonly json?: true;
}

/** `check-policy`: says what a policy makes of an AWS identity, and asks no cloud. */
export function defineCheckPolicy(command: Command, io: Io): void {
  command
    .description(
      'Tell what a policy makes of an AWS identity: the mapped attributes, the condition, the service accounts that it may act as, and why not the others. No cloud is asked. Exit status 0: it is let in, and may act as a service account if the policy has any; 1: it may not; 2: the policy or the ARN is wrong.',
    )
    .option('--policy <file>', 'the policy, as YAML or JSON')
    .option('--arn <arn>', 'the AWS identity, as "aws sts get-caller-identity" prints it')
    .option('--service-account <email>', 'ask for this service account alone')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLE)
    .action(async (flags: CheckPolicyFlags) => {
      const explanation = await explain(flags, io);
      const isAllowed = mayAct(explanation, flags.serviceAccount);
      if (flags.json === undefined) {
        io.stdout.write(explanationText(explanation, io.stdout));
        io.stdout.write(`\n${wrap(verdict(explanation, isAllowed, flags), io.stdout)}\n`);
      } else {
        io.stdout.write(`${JSON.stringify({isAllowed, ...explanation}, null, 2)}\n`);
      }
      if (!isAllowed) throw new CommandFailed('');
    });
}

const EXAMPLE = `
Example:
  google-auth-aws check-policy --policy policy.yaml \\
    --arn arn:aws:sts::111122223333:assumed-role/demo-role/session`;

/** @throws UsageError for a policy or an ARN that is wrong: neither is an answer. */
async function explain(
  {policy: file, arn, serviceAccount}: CheckPolicyFlags,
  {cwd}: Io,
): Promise<IdentityExplanation> {
  if (file === undefined) throw new UsageError('--policy is missing: a file of YAML or JSON.');
  if (arn === undefined) {
    throw new UsageError(
      '--arn is missing: the AWS identity, as "aws sts get-caller-identity" prints it.',
    );
  }
  const {explainIdentity} = await import('../emulator/index.js');
  const policy = await readPolicyFlag(file, cwd);
  const emails = policy.google.serviceAccounts.map(account => account.email);
  if (serviceAccount !== undefined && !emails.includes(serviceAccount)) {
    throw new UsageError(
      `The policy has no service account ${JSON.stringify(serviceAccount)}. It has ${emails.join(', ') || 'none'}.`,
    );
  }
  try {
    return explainIdentity(policy, arn);
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message, {cause: error}) : error;
  }
}

/** The service accounts that it may act as, itself or through delegates. */
function usableAccounts({providers}: IdentityExplanation): readonly string[] {
  const emails = providers.flatMap(({isAdmitted, serviceAccounts}) =>
    serviceAccounts
      .filter(({isUsable, delegates}) => isUsable || (isAdmitted && delegates.length > 0))
      .map(({email}) => email),
  );
  return [...new Set(emails)];
}

/** Whether some provider lets it in, and a service account may be had, if there is one to have. */
function mayAct(explanation: IdentityExplanation, email: string | undefined): boolean {
  const usable = usableAccounts(explanation);
  if (email !== undefined) return usable.includes(email);
  return (
    usable.length > 0 ||
    explanation.providers.some(
      ({isAdmitted, serviceAccounts}) => isAdmitted && serviceAccounts.length === 0,
    )
  );
}

function verdict(
  explanation: IdentityExplanation,
  isAllowed: boolean,
  {serviceAccount}: CheckPolicyFlags,
): string {
  if (isAllowed) {
    const emails = serviceAccount ?? usableAccounts(explanation).join(' and ');
    return emails === ''
      ? 'It is let in, as itself: the policy has no service account.'
      : `It is let in, and may act as ${emails}.`;
  }
  return explanation.providers.some(({isAdmitted}) => isAdmitted)
    ? `It is let in, but may not act as ${serviceAccount ?? 'any service account'}.`
    : 'It is not let in.';
}
