/** An expression of HCL, as it is written. */
export type Expression = string;

/** What stands in a block: attributes, or nested blocks, each group apart from the next. */
export type Group = Readonly<Record<string, Expression>> | Block;

/** A block of HCL. */
export interface Block {
  /** E.g. `resource "google_service_account" "workload"`. */
  readonly header: string;
  readonly groups: readonly Group[];
}

/** Writes a text as a string of HCL that means exactly this text: no template, no escape. */
export function hclString(text: string): Expression {
  const escaped = text
    .replace(/[\\"]/g, String.raw`\$&`)
    .replace(/[$%](?=\{)/g, '$&$&')
    .replace(/[\p{Cc}\u2028\u2029]/gu, character => {
      const short = {'\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`}[character];
      return short ?? String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
  return `"${escaped}"`;
}

/** Writes a list of texts, one a line, as a list within a block. */
export function hclList(texts: readonly string[]): Expression {
  return `[\n${texts.map(text => `    ${hclString(text)},`).join('\n')}\n  ]`;
}

/** Writes a map of texts, within a block. */
export function hclMap(texts: Readonly<Record<string, string>>): Expression {
  const pairs = Object.entries(texts).map(
    ([key, value]) => [hclString(key), hclString(value)] as const,
  );
  return `{\n${aligned(pairs).map(indented(2)).join('\n')}\n  }`;
}

/** Writes blocks as `terraform fmt` would leave them. */
export function hclFile(blocks: readonly Block[]): string {
  return `${blocks.map(block => writeBlock(block).join('\n')).join('\n\n')}\n`;
}

function writeBlock({header, groups}: Block): readonly string[] {
  const content = groups.map(group =>
    isBlock(group) ? writeBlock(group) : aligned(Object.entries(group)),
  );
  return [
    `${header} {`,
    ...content.flatMap((lines, index) => [
      ...(index === 0 ? [] : ['']),
      // The inside of a value of several lines has its indentation already.
      ...lines.map(indented(1)),
    ]),
    '}',
  ];
}

function isBlock(group: Group): group is Block {
  return Array.isArray(group.groups);
}

// terraform fmt aligns the equals signs of lines that follow each other.
function aligned(pairs: readonly (readonly [string, Expression])[]): readonly string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)} = ${value}`);
}

function indented(depth: number): (line: string) => string {
  return line => '  '.repeat(depth) + line;
}
