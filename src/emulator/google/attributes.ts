/** What AWS says of a caller, under the names that Google gives it in mappings and conditions. */
export interface AwsAssertion {
  /** `arn:aws:sts::123456789012:assumed-role/role/session` or `arn:aws:iam::123456789012:user/name`. */
  readonly arn: string;
  /** Twelve digits. */
  readonly account: string;
  /** `AROA…:session` or `AIDA…`. */
  readonly userid: string;
}

/** Google's attributes of a caller: `google.subject`, `attribute.aws_role`, … */
export interface MappedAttributes {
  /** Whom audit logs and `principal://…/subject/…` name. At most 127 bytes. */
  readonly 'google.subject': string;
  /** For `principalSet://…/group/…`. */
  readonly 'google.groups'?: readonly string[];
  readonly [name: `attribute.${string}`]: string;
}

/**
 * How Google's attributes are made of what AWS says: as Google takes it, a CEL expression for each, of
 * `assertion.arn`, `assertion.account` and `assertion.userid`; or, in a test's own code, a function.
 * `google.subject` must be there.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation#mapping
 */
export type AttributeMapping = AttributeMappingExpressions | AttributeMappingFunction;

/** The CEL expression of each attribute: a string, or for `google.groups` a list of strings. */
export type AttributeMappingExpressions = Readonly<Record<string, string>>;

/** Makes Google's attributes of what AWS says. */
export type AttributeMappingFunction = (assertion: AwsAssertion) => MappedAttributes;

/**
 * Whether a caller is let in: as Google takes it, a CEL expression of `assertion`, `google` and
 * `attribute` whose value is a bool; or, in a test's own code, a function.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation#conditions
 */
export type AttributeCondition = string | AttributeConditionFunction;

/** Whether a caller is let in. */
export type AttributeConditionFunction = (
  assertion: AwsAssertion,
  attributes: MappedAttributes,
) => boolean;

/**
 * Google's default mapping for AWS, which a provider without a mapping has.
 *
 * @see https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
 */
export const DEFAULT_ATTRIBUTE_MAPPING: AttributeMappingExpressions = Object.freeze({
  'google.subject': 'assertion.arn',
  'attribute.aws_role':
    "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn",
});

/** What {@link DEFAULT_ATTRIBUTE_MAPPING} makes, written out as a function. */
export function defaultAttributeMapping(assertion: AwsAssertion): MappedAttributes {
  const {arn} = assertion;
  return {
    'google.subject': arn,
    'attribute.aws_role': arn.includes('assumed-role')
      ? `${between(arn, '', 'assumed-role/')}assumed-role/${between(arn, 'assumed-role/', '/')}`
      : arn,
  };
}

// CEL's extract(): what stands between the first `before` and the first `after` that follows it, or
// nothing.
function between(value: string, before: string, after: string): string {
  const found = value.indexOf(before);
  if (found < 0) return '';
  const start = found + before.length;
  const end = value.indexOf(after, start);
  return end < 0 ? '' : value.slice(start, end);
}
