import {readFile} from 'node:fs/promises';

/** The names in the first column of a table that follows a heading. */
function firstColumn(text: string, heading: string): string[] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split(/\n###? /)[0] ?? '';
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? '');
}

export function optionTable(readme: string): string[] {
  return firstColumn(readme, 'Options');
}

optionTable.fromSource = async (): Promise<string[]> => {
  const source = await readFile('src/client/options.ts', 'utf8');
  const body = source.split('export interface AwsAuthClientOptions {')[1]?.split('\n}')[0] ?? '';
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name ?? '');
};

/** The steps of the channels' table. */
export function stepTable(readme: string): string[] {
  const section = readme.split('\n### Seeing it\n')[1]?.split(/\n###? /)[0] ?? '';
  const cells = [...section.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell]) => cell ?? '');
  return cells.flatMap(cell => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name ?? ''));
}

/** The steps that errors name, of which two have no channel. */
stepTable.fromSource = async (): Promise<string[]> => {
  const source = await readFile('src/errors.ts', 'utf8');
  const union = source.split('export type AwsAuthStep =')[1]?.split(';')[0] ?? '';
  return [...union.matchAll(/'([\w-]+)'/g)]
    .map(([, name]) => name ?? '')
    .filter(name => name !== 'config' && name !== 'project-id');
};

export function codeTable(readme: string): string[] {
  return firstColumn(readme, 'Errors').filter(name => name === name.toUpperCase());
}

codeTable.fromSource = async (): Promise<string[]> => {
  const source = await readFile('src/errors.ts', 'utf8');
  const union = source.split('export type AwsAuthErrorCode =')[1]?.split(';')[0] ?? '';
  return [...union.matchAll(/'(\w+)'/g)].map(([, name]) => name ?? '');
};
