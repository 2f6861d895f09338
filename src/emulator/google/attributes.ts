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
export type MappedAttributes = Readonly<Record<string, string>>;

/** Makes Google's attributes of what AWS says. It must set `google.subject`. */
export type AttributeMapping = (assertion: AwsAssertion) => MappedAttributes;

/** Whether a caller is let in. */
export type AttributeCondition = (assertion: AwsAssertion, attributes: MappedAttributes) => boolean;

/**
 * Google's default mapping for AWS:
 *
 * ```
 * google.subject = assertion.arn
 * attribute.aws_role = assertion.arn.contains('assumed-role')
 *   ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/')
 *   : assertion.arn
 * ```
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions
 */
export function defaultAttributeMapping(assertion: AwsAssertion): MappedAttributes {
  const {arn} = assertion;
  return {
    'google.subject': arn,
    'attribute.aws_role': arn.includes('assumed-role')
      ? `${extract(arn, '', 'assumed-role/')}assumed-role/${extract(arn, 'assumed-role/', '/')}`
      : arn,
  };
}

// CEL's extract(): what stands between the first `before` and the first `after` that follows it, or
// nothing. https://cloud.google.com/iam/docs/conditions-attribute-reference#extract
function extract(value: string, before: string, after: string): string {
  const found = value.indexOf(before);
  if (found < 0) return '';
  const start = found + before.length;
  const end = value.indexOf(after, start);
  return end < 0 ? '' : value.slice(start, end);
}
