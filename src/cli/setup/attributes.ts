import {celString} from '../cel-string.js';
import type {SetupRequest, SubjectSource} from './setup-request.js';

/** The provider's attribute mapping: Google's attributes, and the CEL expression that makes each. */
export type AttributeMapping = Readonly<Record<'google.subject' | 'attribute.aws_role', string>>;

/**
 * Google's default mapping for AWS, written out, since whoever reads the provider should see it; or
 * the same with the `userid` as the subject.
 *
 * @see https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions
 */
export function attributeMapping(subjectFrom: SubjectSource): AttributeMapping {
  return {
    'google.subject': `assertion.${subjectFrom}`,
    'attribute.aws_role':
      "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn",
  };
}

/** `attribute.aws_role` of a role's sessions. */
export function assumedRoleArn(account: string, role: string): string {
  return `arn:aws:sts::${account}:assumed-role/${role}`;
}

/** The provider's attribute condition, a CEL expression; `undefined` where everybody is let in. */
export function attributeCondition(
  request: Pick<SetupRequest, 'awsAccount' | 'roles' | 'subjects'>,
): string | undefined {
  const {awsAccount, roles, subjects} = request;
  const tests = [
    ...isOneOf(
      'attribute.aws_role',
      roles.map(role => assumedRoleArn(awsAccount, role)),
    ),
    ...isOneOf('google.subject', subjects),
  ];
  return tests.length === 0 ? undefined : tests.join(' || ');
}

function isOneOf(attribute: string, values: readonly string[]): readonly string[] {
  const [first, second] = values.map(celString);
  if (first === undefined) return [];
  if (second === undefined) return [`${attribute} == ${first}`];
  return [`${attribute} in [${values.map(celString).join(', ')}]`];
}
