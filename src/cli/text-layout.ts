import type {Output} from './io.js';

/** The narrowest width that prose is wrapped to, in characters. */
const NARROWEST = 20;

/**
 * Wraps prose to a terminal's width; what goes elsewhere is left as it is, since programs read lines.
 * What must be copied, such as a shell command, does not go through here.
 *
 * @param indent the spaces before each line.
 */
export function wrap(text: string, {columns}: Pick<Output, 'columns'>, indent = 0): string {
  const margin = ' '.repeat(indent);
  const width = columns === undefined ? Infinity : Math.max(NARROWEST, columns - indent);
  return text
    .split('\n')
    .flatMap(line => wrapLine(line, width))
    .map(line => (line === '' ? '' : margin + line))
    .join('\n');
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && longer.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return [...lines, current];
}

/**
 * Labels and values in two columns; on a narrow terminal a value stands below its label. Values are not
 * wrapped: they are there to be copied.
 */
export function table(
  rows: readonly (readonly [label: string, value: string])[],
  {columns}: Pick<Output, 'columns'>,
): string {
  const isNarrow = columns !== undefined && columns < NARROW;
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return rows
    .map(([label, value]) =>
      isNarrow ? `  ${label}\n    ${value}\n` : `  ${label.padEnd(width)}${value}\n`,
    )
    .join('');
}

// Below that, two columns make values hard to find.
const NARROW = 60;
