import type {Remedy} from './step.js';

// Where the library's advice ends with a command, that stands after a colon.
const COMMAND = /(?: with)?: ((?:gcloud|aws|google-auth-aws) .*)$/s;

/** The library's advice without the command at its end. */
export function withoutCommand(fix: string): string {
  return fix.replace(COMMAND, '.');
}

/** That command, if there is one. */
export function commandIn(fix: string, why: string): readonly Remedy[] {
  const command = COMMAND.exec(fix)?.[1];
  return command === undefined ? [] : [{why, command}];
}
