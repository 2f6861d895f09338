import type {SetupPlan} from './setup-plan.js';

/** What the plan is for and what bites, in lines for the head of a script or a configuration. */
export function planComments(plan: SetupPlan): readonly string[] {
  const {aws, serviceAccount, project, warnings, notes} = plan;
  return [
    `Lets identities of the AWS account ${aws.accountId} use Google Cloud in the project ${project.id}`,
    serviceAccount === null
      ? 'as themselves, with no key of a service account. Made by "google-auth-aws setup".'
      : `as ${serviceAccount.email}, with no key. Made by "google-auth-aws setup".`,
    '',
    ...warnings.flatMap(warning => wrapped(`WARNING: ${warning}`)),
    ...notes.flatMap(note => wrapped(note)),
  ];
}

const WIDTH = 98;

// Warnings quote what the user gave, and a comment must not end where a line of it does.
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '-';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
