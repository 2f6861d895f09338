import {AwsRefusal} from './aws-refusal.js';

/** What a parameter's value must be like. */
interface Constraint {
  readonly least: number;
  readonly most: number;
  /** Without one, any characters will do. */
  readonly pattern?: RegExp;
}

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
const CONSTRAINTS = {
  RoleArn: {least: 20, most: 2048},
  RoleSessionName: {least: 2, most: 64, pattern: /^[\w+=,.@-]*$/},
  ExternalId: {least: 2, most: 1224, pattern: /^[\w+=,.@:/-]*$/},
  WebIdentityToken: {least: 4, most: 20_000},
} satisfies Record<string, Constraint>;

type TextParameter = keyof typeof CONSTRAINTS;

const LEAST_DURATION_SECONDS = 900;
const MOST_DURATION_SECONDS = 43_200;
const DEFAULT_DURATION_SECONDS = 3600;

/** Reads the parameters of a call, and collects what is wrong with them as AWS does. */
export class StsParameters {
  readonly #values: URLSearchParams;
  readonly #problems: string[] = [];

  constructor(values: URLSearchParams) {
    this.#values = values;
  }

  /** A parameter that must be there; the empty text if it is not, which {@link check} will tell. */
  required(name: TextParameter): string {
    const value = this.optional(name);
    if (value === undefined) this.#addProblem(name, null, 'not be null');
    return value ?? '';
  }

  /** A parameter that may be there. */
  optional(name: TextParameter): string | undefined {
    const value = this.#values.get(name);
    if (value === null) return undefined;
    const {least, most, pattern}: Constraint = CONSTRAINTS[name];
    if (value.length < least) {
      this.#addProblem(name, value, `have length greater than or equal to ${least}`);
    }
    if (value.length > most) {
      this.#addProblem(name, value, `have length less than or equal to ${most}`);
    }
    if (pattern !== undefined && !pattern.test(value)) {
      const source = pattern.source.slice(1, -1).replaceAll('\\/', '/');
      this.#addProblem(name, value, `satisfy regular expression pattern: ${source}`);
    }
    return value;
  }

  /** `DurationSeconds`: 900 to 43200, default 3600. */
  durationSeconds(): number {
    const text = this.#values.get('DurationSeconds');
    if (text === null) return DEFAULT_DURATION_SECONDS;
    const value = Number(text);
    if (!/^[+-]?\d{1,10}$/.test(text)) {
      throw new AwsRefusal('MalformedInput', 400, 'DurationSeconds is not an integer');
    }
    if (value < LEAST_DURATION_SECONDS) {
      const rule = `have value greater than or equal to ${LEAST_DURATION_SECONDS}`;
      this.#addProblem('DurationSeconds', text, rule);
    }
    if (value > MOST_DURATION_SECONDS) {
      const rule = `have value less than or equal to ${MOST_DURATION_SECONDS}`;
      this.#addProblem('DurationSeconds', text, rule);
    }
    return value;
  }

  /** @throws AwsRefusal `ValidationError` that names everything that was wrong. */
  check(): void {
    const count = this.#problems.length;
    if (count === 0) return;
    throw validationError(
      `${count} validation error${count === 1 ? '' : 's'} detected: ${this.#problems.join('; ')}`,
    );
  }

  #addProblem(name: TextParameter | 'DurationSeconds', value: string | null, rule: string): void {
    // A token is a secret, also where it is too short to be one.
    const shown = value === null ? ' null' : name === 'WebIdentityToken' ? '' : ` '${value}'`;
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    this.#problems.push(
      `Value${shown} at '${member}' failed to satisfy constraint: Member must ${rule}`,
    );
  }
}

/** A call whose parameters AWS does not take. */
export function validationError(message: string): AwsRefusal {
  return new AwsRefusal('ValidationError', 400, message);
}
