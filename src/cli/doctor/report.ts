import type {Io} from '../io.js';
import {wrap} from '../text-layout.js';
import type {Finding, Step} from './step.js';

/** What happened in a step. */
export interface StepReport extends Finding {
  readonly id: string;
  readonly title: string;
  readonly millis: number;
}

const MARKS = {ok: 'ok', warning: 'warn', failed: 'FAIL'} as const;
const INDENT = 6;

/** Shows which step is under way, where a person looks; returns what takes the mark away. */
export function showProgress({title}: Step, {stderr}: Io): () => void {
  if (!stderr.isTTY) return () => undefined;
  stderr.write(`…     ${title}`);
  return () => stderr.write('\r\u001B[2K');
}

/** The lines that tell of a step. Commands are not wrapped: they are there to be copied. */
export function stepLines(report: StepReport, {stdout}: Io): string {
  const {status, title, millis, facts, meaning, remedies = []} = report;
  const margin = ' '.repeat(INDENT);
  const line = wrap(`${title}, ${Math.round(millis)} ms: ${facts}`, stdout, INDENT);
  const head = `${MARKS[status].padEnd(INDENT)}${line.slice(INDENT)}\n`;
  if (meaning === undefined) return head;
  const commands = remedies.map(({why, command}) => {
    const lines = wrap(`${why}:`, stdout, INDENT + 2).split('\n');
    // Each a comment: who pastes them with the command runs that alone.
    return `${lines.map(text => `${margin}# ${text.trimStart()}\n`).join('')}${margin}${command}\n`;
  });
  return [head, `${wrap(meaning, stdout, INDENT)}\n`, ...commands].join(
    status === 'failed' ? '\n' : '',
  );
}
