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
