import type {ClientReport, OperationReport} from './client-report.js';
import type {ClientUnderTest} from './client-under-test.js';

export interface MatrixRow {
  readonly client: ClientUnderTest;
  readonly report: ClientReport;
}

const HEAD = [
  '| Client | holds google-auth-library | authorised, also after a refresh | project id | options in TypeScript |',
  '| --- | --- | --- | --- | --- |',
];

/** The table that the README shows. */
export function matrixTable(rows: readonly MatrixRow[]): string {
  return [...HEAD, ...rows.map(row)].join('\n');
}

function row({client, report}: MatrixRow): string {
  const cells = [
    `\`${client.name}\` ${client.major}`,
    report.googleAuthLibrary.split('.')[0],
    report.operations.map(operation => operationCell(client, operation)).join(', '),
    projectCell(client, report),
    `\`${client.written}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What became of an operation in all. */
export function outcomeOf({first, afterRefresh}: OperationReport): string {
  return first === afterRefresh ? first : `${first}; after a refresh ${afterRefresh}`;
}

function operationCell({refused}: ClientUnderTest, operation: OperationReport): string {
  const outcome = outcomeOf(operation);
  if (outcome === 'authorised') return operation.name;
  const instead = refused?.[operation.name]?.instead;
  return instead === undefined
    ? `**${operation.name}: ${outcome}**`
    : `${operation.name}: an error that says to use ${instead}`;
}

function projectCell({project}: ClientUnderTest, {projectId}: ClientReport): string {
  if (project !== 'found') return project;
  return projectId === 'my-project' ? 'found' : `**${String(projectId)}**`;
}

/** The table of the section "Google's clients". */
export function tableIn(readme: string): string {
  const section = readme.split("\n## Google's clients\n")[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter(line => line.startsWith('|'))
    .join('\n');
}
