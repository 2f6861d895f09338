import {
  Environment,
  EvaluationError,
  ParseError,
  serialize,
  TypeError as CelTypeError,
  type ASTNode,
} from '@marcbachmann/cel-js';
import type {AwsAssertion, MappedAttributes} from './attributes.js';

/** What is wrong with an expression, in the CEL library's words, and where. */
export class CelError extends Error {
  /** The line in the expression, from 1. */
  readonly line: number;
  /** The column in that line, from 1. */
  readonly column: number;

  constructor(message: string, source: string, offset: number) {
    super(message);
    this.name = 'CelError';
    const before = source.slice(0, offset).split('\n');
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
  }
}

/** An expression that can be evaluated. */
export interface CelExpression<Variables> {
  /** Its type, where the expression alone tells: `bool`, `string`, `list<string>`, …; or `dyn`. */
  readonly type: string;
  /** @throws CelError where the expression has no value. */
  evaluate(variables: Variables): unknown;
}

/** What a condition may speak of. */
export interface ConditionVariables {
  readonly assertion: AwsAssertion;
  readonly attributes: MappedAttributes;
}

/**
 * Parses an expression of an attribute mapping. It speaks of `assertion`.
 *
 * @throws CelError where it is no CEL, or names what there is not.
 */
export function parseMappingExpression(source: string): CelExpression<AwsAssertion> {
  const program = compile(source, {before: '', after: ''}, MAPPING_ENVIRONMENT);
  return {type: program.type, evaluate: assertion => program.run({assertion})};
}

/**
 * Parses an attribute condition. It speaks of `assertion`, `google` and `attribute`.
 *
 * @throws CelError where it is no CEL, or names what there is not.
 */
export function parseCondition(source: string): CelExpression<ConditionVariables> {
  const program = compile(source, GOOGLE);
  return {
    type: program.type,
    evaluate: ({assertion, attributes}) =>
      program.run({
        assertion,
        attribute: pick(attributes, 'attribute.'),
        [GOOGLE_ATTRIBUTES]: pick(attributes, 'google.'),
      }),
  };
}

/** What the condition of an access boundary may speak of. */
export interface BoundaryVariables {
  /** `projects/_/buckets/BUCKET`, or the same and `/objects/NAME`. */
  readonly resourceName: string;
  /** The prefix that a list is asked for; `undefined` where nothing is listed, or all. */
  readonly listPrefix: string | undefined;
}

/**
 * Parses the condition of an access boundary. It speaks of `resource` and `api.getAttribute()`.
 *
 * @throws CelError where it is no CEL, or names what there is not.
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference
 */
export function parseBoundaryCondition(source: string): CelExpression<BoundaryVariables> {
  const program = compile(source, {before: '', after: ''}, BOUNDARY_ENVIRONMENT);
  return {
    type: program.type,
    evaluate: ({resourceName, listPrefix}) =>
      program.run({
        resource: {
          name: resourceName,
          service: 'storage.googleapis.com',
          type: `storage.googleapis.com/${resourceName.includes('/objects/') ? 'Object' : 'Bucket'}`,
        },
        api: listPrefix === undefined ? {} : {[LIST_PREFIX]: listPrefix},
      }),
  };
}

/** The parts of a condition that `&&` joins, in order: what must be true, each of them. */
export function conjuncts(source: string): readonly string[] {
  return split(ENVIRONMENT.parse(source).ast).map(part => serialize(part));
}

function split(node: ASTNode): readonly ASTNode[] {
  return node.op === '&&' ? node.args.flatMap(split) : [node];
}

// The library has a constant of the name "google", CEL's own, which no variable may hide; what
// cel.bind() binds may. The line ends first: the expression may end in a comment.
const GOOGLE_ATTRIBUTES = 'google_attributes';
const GOOGLE = {before: `cel.bind(google, ${GOOGLE_ATTRIBUTES}, (`, after: '\n))'};

const MAPPING_ENVIRONMENT = new Environment({homogeneousAggregateLiterals: false})
  .registerVariable('assertion', 'map<string, dyn>')
  .registerFunction('string.extract(string): string', extract, {async: false})
  .registerFunction(
    'string.replace(string, string): string',
    (text: string, old: string, by: string) => text.replaceAll(old, () => by),
    {async: false},
  )
  .registerFunction('string.replace(string, string, int): string', replaceSome, {async: false});

// What is mapped is known to the condition alone.
const ENVIRONMENT = MAPPING_ENVIRONMENT.clone()
  .registerVariable('attribute', 'map<string, dyn>')
  .registerVariable(GOOGLE_ATTRIBUTES, 'map<string, dyn>');

const LIST_PREFIX = 'storage.googleapis.com/objectListPrefix';

const BOUNDARY_ENVIRONMENT = new Environment({homogeneousAggregateLiterals: false})
  .registerVariable('resource', 'map<string, string>')
  .registerVariable('api', 'map<string, string>')
  .registerFunction('string.extract(string): string', extract, {async: false})
  .registerFunction('map.getAttribute(string, string): string', getAttribute, {async: false});

function getAttribute(attributes: unknown, name: string, otherwise: string): string {
  if (name !== LIST_PREFIX) {
    throw new EvaluationError(`getAttribute(): there is no attribute ${JSON.stringify(name)}`);
  }
  const value: unknown =
    typeof attributes === 'object' && attributes !== null
      ? Reflect.get(attributes, name)
      : undefined;
  return typeof value === 'string' ? value : otherwise;
}

function compile(
  source: string,
  {before, after}: {before: string; after: string},
  environment = ENVIRONMENT,
) {
  const rethrow = (error: unknown, shift: number): never => {
    const isKnown =
      error instanceof ParseError ||
      error instanceof CelTypeError ||
      error instanceof EvaluationError;
    if (!isKnown) throw error;
    const offset = (error.range?.start ?? shift) - shift;
    throw new CelError(error.summary, source, Math.min(Math.max(offset, 0), source.length));
  };
  const attempt = <T>(action: () => T, shift = before.length): T => {
    try {
      return action();
    } catch (error) {
      return rethrow(error, shift);
    }
  };
  // On its own first: parentheses that do not pair must not pair with those around it.
  attempt(() => environment.parse(source), 0);
  const program = attempt(() => environment.parse(`${before}${source}${after}`));
  const {valid, type = 'dyn', error} = program.check();
  if (!valid) rethrow(error, before.length);
  return {
    type,
    run: (variables: Readonly<Record<string, unknown>>): unknown =>
      attempt((): unknown => program(variables)),
  };
}

function pick(attributes: MappedAttributes, prefix: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
}

/**
 * What stands where a template has its `{name}`: after the first `before`, up to the first `after`
 * that follows it, or to the end where the template ends with the name. Nothing where either is
 * missing.
 *
 * @see https://cloud.google.com/iam/docs/conditions-attribute-reference#extract
 */
function extract(text: string, template: string): string {
  const [whole, before = '', after = ''] = /^([^{}]*)\{[\w-]+\}([^{}]*)$/.exec(template) ?? [];
  if (whole === undefined) {
    throw new EvaluationError(
      `extract(): the template ${JSON.stringify(template)} does not hold one {name}`,
    );
  }
  const found = text.indexOf(before);
  if (found < 0) return '';
  const start = found + before.length;
  if (after === '') return text.slice(start);
  const end = text.indexOf(after, start);
  return end < 0 ? '' : text.slice(start, end);
}

// The first `limit` of them, or all where it is negative.
// https://pkg.go.dev/github.com/google/cel-go/ext#Strings
function replaceSome(text: string, old: string, by: string, limit: bigint): string {
  let left = limit;
  return text.replaceAll(old, found => {
    if (left === 0n) return found;
    left -= 1n;
    return by;
  });
}
