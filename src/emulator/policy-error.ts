/** Where something stands, in a file or in an expression: both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** The way to a value in a policy: keys and indexes. */
export type PolicyPath = readonly (string | number)[];

/** What {@link PolicyError} is made of. */
export interface PolicyErrorFacts {
  readonly path: PolicyPath;
  readonly problem: string;
  /** Whether the name of the last key is what is wrong, and not its value. */
  readonly isKey?: boolean;
  readonly inExpression?: TextPosition | undefined;
  readonly file?: string | undefined;
  readonly at?: TextPosition | undefined;
}

/** Something is wrong in a policy. Its message says what and where. */
export class PolicyError extends TypeError {
  /** Where, e.g. `google.workloadIdentityPools[0].providers[0].attributeCondition`; or empty. */
  readonly path: string;
  /** What is wrong, without where. */
  readonly problem: string;
  /** The file, for a policy that was read from one and has a name. */
  readonly file: string | undefined;
  /** The line in the file's text, from 1, for a policy that was read from a text. */
  readonly line: number | undefined;
  /** The column in that line, from 1. */
  readonly column: number | undefined;
  /** For a CEL expression: where in it. */
  readonly inExpression: TextPosition | undefined;
  /** For who can tell more of where it is. */
  readonly #facts: PolicyErrorFacts;

  constructor(facts: PolicyErrorFacts) {
    const {path, problem, inExpression, file, at} = facts;
    const where = formatPath(path);
    super(`${prefix(file, at)}${where === '' ? 'The policy' : where} ${problem}`);
    this.name = 'PolicyError';
    this.path = where;
    this.problem = problem;
    this.file = file;
    this.line = at?.line;
    this.column = at?.column;
    this.inExpression = inExpression;
    this.#facts = facts;
  }

  /** The same error, with where it is in a file. */
  in(file: string | undefined, locate: (facts: PolicyErrorFacts) => TextPosition): PolicyError {
    return new PolicyError({...this.#facts, file, at: locate(this.#facts)});
  }
}

/** As JavaScript writes it: `google.serviceAccounts[0].email`. */
function formatPath(path: PolicyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[A-Za-z_]\w*$/.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

// As compilers write it, so that terminals and editors lead there.
function prefix(file: string | undefined, at: TextPosition | undefined): string {
  const parts = [file, ...(at === undefined ? [] : [at.line, at.column])];
  const known = parts.filter(part => part !== undefined);
  if (known.length === 0) return '';
  return file === undefined && at !== undefined
    ? `line ${at.line}, column ${at.column}: `
    : `${known.join(':')}: `;
}
