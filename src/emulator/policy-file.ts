import type {Node, Pair, Scalar, YAMLError} from 'yaml';
import {completePolicy} from './check-policy.js';
import type {EmulatorPolicy} from './policy.js';
import {PolicyError, type PolicyErrorFacts, type TextPosition} from './policy-error.js';
import {readPolicyText} from './policy-text.js';

/**
 * Reads a policy from a file: JSON, or YAML, which may hold comments and expressions of several lines.
 * It holds what `startEmulator({policy})` takes, but no functions; what is left out, `aws` or `google`,
 * is {@link defaultPolicy}'s.
 *
 * @throws PolicyError that says what is wrong, in which line and column.
 */
export async function readPolicyFile(path: string): Promise<EmulatorPolicy> {
  return parsePolicy(await readPolicyText(path), {file: path});
}

/** What {@link parsePolicy} takes beside the text. */
export interface ParsePolicyOptions {
  /** The name of the file, for messages. */
  readonly file?: string;
}

/**
 * Reads a policy from the text of a file, as {@link readPolicyFile} does.
 *
 * @throws PolicyError that says what is wrong, in which line and column.
 */
export async function parsePolicy(
  text: string,
  {file}: ParsePolicyOptions = {},
): Promise<EmulatorPolicy> {
  // Loaded for those who have a file.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = yaml.parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // Of a key that is a list, it would warn by itself; it is refused as any other unknown key.
    logLevel: 'error',
  });
  const positionAt = (offset: number): TextPosition => {
    const {line, col} = lines.linePos(offset);
    return {line, column: col};
  };
  const unreadable = (message: string, offset: number) => {
    const problem = `cannot be read: ${message.replace(/\.?$/, '.')}`;
    return new PolicyError({path: [], problem, file, at: positionAt(offset)});
  };
  const [slip] = [...document.errors, ...document.warnings];
  if (slip !== undefined) throw unreadable(slipInWords(slip, text), slip.pos[0]);

  const locate = ({path, isKey, inExpression}: PolicyErrorFacts): TextPosition => {
    // Where there is nothing, what it should be in is shown.
    let found: Node | null = document.contents;
    let node: unknown = found;
    for (const [index, step] of path.entries()) {
      if (yaml.isAlias(node)) node = node.resolve(document);
      const pair: Pair | undefined = yaml.isMap(node)
        ? node.items.find(({key}) => String(yaml.isScalar(key) ? key.value : key) === step)
        : undefined;
      const isWrongKey = isKey === true && index === path.length - 1;
      node = yaml.isSeq(node) ? node.items[Number(step)] : isWrongKey ? pair?.key : pair?.value;
      if (!yaml.isNode(node)) break;
      found = node;
    }
    const offset = found?.range?.[0] ?? 0;
    const inside =
      yaml.isScalar(found) && inExpression !== undefined
        ? offsetInside(found, text, inExpression)
        : undefined;
    return positionAt(inside ?? offset);
  };

  if (document.contents === null) {
    throw new PolicyError({
      path: [],
      problem: 'is empty: it needs "aws" or "google".',
      file,
      at: positionAt(0),
    });
  }
  let plain: unknown;
  try {
    plain = document.toJS();
  } catch (error) {
    // An alias of nothing, or too many of them; in YAML 1.1, "<<" with what is no object, too.
    if (!(error instanceof Error)) throw error;
    let offset = 0;
    const isMerge = error.message.startsWith('Merge sources');
    yaml.visit(document, {
      Alias: (_key, alias) => {
        if (isMerge || alias.resolve(document) !== undefined) return undefined;
        offset = alias.range?.[0] ?? 0;
        return yaml.visit.BREAK;
      },
      Pair: (_key, {key, value}) => {
        if (!isMerge || !yaml.isScalar(key) || key.source !== '<<') return undefined;
        if (yaml.isMap(value)) return undefined;
        offset = key.range?.[0] ?? 0;
        return yaml.visit.BREAK;
      },
    });
    throw unreadable(isMerge ? 'what "<<" merges is no object' : error.message, offset);
  }
  try {
    return completePolicy(plain);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw error.in(file, locate);
  }
}

/** What the parser says of a slip, in words of who writes a policy and not a program. */
function slipInWords({code, message, pos: [offset]}: YAMLError, text: string): string {
  if (code === 'MULTIPLE_DOCS') {
    return 'a second YAML document begins here, after "---". A policy is one: take the line out';
  }
  if (code === 'DUPLICATE_KEY') {
    const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s:]+)/.exec(text.slice(offset, offset + 200))?.[0];
    return `the key ${key ?? ''} comes twice in its object`;
  }
  return message.startsWith('Maximum call stack') ? 'it is nested too deeply' : message;
}

/**
 * Where a place in an expression stands in the file, as far as its lines are written there as they are:
 * neither escaped nor folded.
 */
function offsetInside(
  {range, type, value}: Scalar,
  text: string,
  {line, column}: TextPosition,
): number | undefined {
  if (!range || typeof value !== 'string') return undefined;
  const [start, end] = range;
  const written = text.slice(start, end).split('\n');
  const meant = value.split('\n')[line - 1] ?? '';
  // The first line of a block is its header.
  const index = type === 'BLOCK_LITERAL' ? line : line - 1;
  const found = written[index]?.indexOf(meant) ?? -1;
  if (found < 0 || (type !== 'BLOCK_LITERAL' && written.length > 1)) return undefined;
  const before = written.slice(0, index).reduce((sum, {length}) => sum + length + 1, 0);
  return start + before + found + column - 1;
}
