import {
  DEFAULT_ATTRIBUTE_MAPPING,
  type AttributeMapping,
  type AttributeMappingExpressions,
  type AwsAssertion,
  type MappedAttributes,
} from './attributes.js';
import {CelError, parseMappingExpression} from './cel-expression.js';
import type {OauthErrorCode} from './oauth-error.js';

/** A refusal of Google STS. */
export interface AdmissionRefusal {
  readonly error: OauthErrorCode;
  /** What Google says. */
  readonly description: string;
  /** What is behind it, which Google does not say. */
  readonly reason: string;
}

/** An identity's attributes, or why there are none that count. */
export type Mapped =
  | {readonly attributes: MappedAttributes; readonly refusal: undefined}
  | {readonly attributes: MappedAttributes | undefined; readonly refusal: AdmissionRefusal};

/** What a provider's mapping makes of an identity. */
export type Mapping = Mapped & {
  /** The attributes whose expression has no value for this identity, and why. */
  readonly unmapped: Readonly<Record<string, string>>;
};

const MAX_SUBJECT_BYTES = 127;
const MAX_BYTES = 8192;

/**
 * Makes Google's attributes of what AWS says of a caller. An expression without a value leaves its
 * attribute out, as public reports have it of claims that a credential lacks; `google.subject` must
 * have one.
 */
export function mapAttributes(
  assertion: AwsAssertion,
  mapping: AttributeMapping = DEFAULT_ATTRIBUTE_MAPPING,
): Mapping {
  const unmapped: Record<string, string> = {};
  const values: Readonly<Record<string, unknown>> =
    typeof mapping === 'function'
      ? {...mapping(assertion)}
      : evaluateAll(mapping, assertion, unmapped);
  const refuse = (refusal: AdmissionRefusal) => ({attributes: undefined, unmapped, refusal});
  const {'google.subject': subject, 'google.groups': groups, ...rest} = values;
  if (subject === undefined || subject === '') {
    return refuse({
      error: 'unauthorized_client',
      description: 'Could not obtain a value for google.subject from the given credential.',
      reason: unmapped['google.subject'] ?? 'The mapped google.subject is empty.',
    });
  }
  if (typeof subject !== 'string') return refuse(wrongType('google.subject', 'STRING'));
  if (groups !== undefined && !isTextList(groups)) {
    return refuse(wrongType('google.groups', 'LIST<STRING>'));
  }
  const custom: Record<`attribute.${string}`, string> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'string') return refuse(wrongType(name, 'STRING'));
    if (isCustom(name)) custom[name] = value;
  }
  const attributes: MappedAttributes = {
    'google.subject': subject,
    ...(groups === undefined ? {} : {'google.groups': groups}),
    ...custom,
  };
  const refusal = tooLong(attributes);
  return refusal === undefined ? {attributes, unmapped, refusal} : {attributes, unmapped, refusal};
}

function evaluateAll(
  mapping: AttributeMappingExpressions,
  assertion: AwsAssertion,
  unmapped: Record<string, string>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, expression] of Object.entries(mapping)) {
    try {
      values[name] = parseMappingExpression(expression).evaluate(assertion);
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      unmapped[name] = whyNoValue(name, error);
    }
  }
  return values;
}

/** An expression's failure as a sentence. */
export function whyNoValue(name: string, {message, line, column}: CelError): string {
  return `${name} has no value: ${message} (line ${line}, column ${column} of the expression).`;
}

function wrongType(name: string, type: string): AdmissionRefusal {
  return {
    error: 'unauthorized_client',
    description: `The mapped attribute '${name}' must be of type ${type}.`,
    reason: `The expression of ${name} gives something else for this identity.`,
  };
}

function tooLong(attributes: MappedAttributes): AdmissionRefusal | undefined {
  const subjectBytes = Buffer.byteLength(attributes['google.subject']);
  if (subjectBytes > MAX_SUBJECT_BYTES) {
    return {
      error: 'invalid_request',
      description: `The size of mapped attribute exceeds the ${MAX_SUBJECT_BYTES} bytes limit.`,
      reason: `google.subject has ${subjectBytes} bytes: ${JSON.stringify(attributes['google.subject'])}.`,
    };
  }
  const {'google.groups': groups = [], ...single} = attributes;
  const bytes = [...Object.values(single), ...groups].reduce(
    (sum, value) => sum + Buffer.byteLength(value),
    0,
  );
  if (bytes <= MAX_BYTES) return undefined;
  // The sentence is that of workforce pools, whose limit is another.
  return {
    error: 'invalid_request',
    description: 'The size of the entire mapped attributes exceeds the 8 KB limit.',
    reason: `The mapped attributes have ${bytes} bytes; ${MAX_BYTES} are allowed.`,
  };
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string');
}

function isCustom(name: string): name is `attribute.${string}` {
  return name.startsWith('attribute.');
}
