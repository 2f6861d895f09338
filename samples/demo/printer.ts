const ESCAPE = '\u001b[';
// Colour codes take no room on the screen.
const COLOUR = new RegExp(`${ESCAPE.replace('[', '\\[')}\\d+m`, 'g');

/** Writes lines that fit the terminal, in colour where it takes colour. */
export class Printer {
  readonly #out: NodeJS.WriteStream;
  readonly #colour: boolean;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    // https://no-color.org: set and not empty means no colour
    this.#colour = out.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  }

  heading(text: string): void {
    this.#write(this.#paint('1', text), '');
  }

  /** A numbered step: what, its time, and who spoke to whom. */
  step(number: number, title: string, millis: number | undefined, detail: string): void {
    const time = millis === undefined ? '' : `  ${formatMillis(millis)}`;
    this.#write(
      `${this.#paint('36', `${String(number)}/6`)} ${title}${this.#paint('2', time)}`,
      '    ',
    );
    this.#write(detail, '    ', '    ');
  }

  /** Something that was done, and its time. */
  done(text: string, millis?: number): void {
    const time = millis === undefined ? '' : `  ${formatMillis(millis)}`;
    this.#write(`${this.#paint('32', '+')} ${text}${this.#paint('2', time)}`, '    ', '  ');
  }

  /** A line for programs to read: never broken. */
  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  #paint(code: string, text: string): string {
    return this.#colour && text !== '' ? `${ESCAPE}${code}m${text}${ESCAPE}0m` : text;
  }

  #write(text: string, hanging: string, indent = ''): void {
    const width = Math.max(20, this.#out.columns || 80);
    this.#out.write(`${wrap(indent + text, width, hanging)}\n`);
  }
}

// The space does not break.
function formatMillis(millis: number): string {
  return `${millis < 10 ? millis.toFixed(1) : String(Math.round(millis))}\u00a0ms`;
}

/** Breaks at spaces alone: an ARN or a bucket name must stay whole to be copied. */
function wrap(text: string, width: number, hanging: string): string {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? '';
  let empty = true;
  for (const word of text.trim().split(' ')) {
    if (!empty && visibleLength(line) + 1 + visibleLength(word) > width) {
      lines.push(line);
      line = hanging;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

function visibleLength(text: string): number {
  return text.replace(COLOUR, '').length;
}
