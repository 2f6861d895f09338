import type {AwsProvider} from '../policy.js';
import type {AttributeCondition, AwsAssertion, MappedAttributes} from './attributes.js';
import {CelError, parseCondition} from './cel-expression.js';
import {mapAttributes, whyNoValue, type AdmissionRefusal, type Mapped} from './map-attributes.js';
import type {FoundProvider} from './providers.js';

/** What a provider says to an identity that AWS vouches for. */
export type Admission = {
  /** The attributes whose expression has no value for this identity, and why. */
  readonly unmapped: Readonly<Record<string, string>>;
  /** What the condition says. `undefined` where there is none, it is not asked, or has no value. */
  readonly condition: boolean | undefined;
} & Mapped;

/** What a condition came to. */
export interface ConditionOutcome {
  readonly value: boolean | undefined;
  /** Why it has no value. */
  readonly problem?: string;
}

/** Google's refusal of a provider that is disabled or is not there. */
export const INVALID_TARGET =
  'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.';

/** Why a provider takes nobody, or `undefined` where it is in use. */
export function whyOutOfUse({pool, provider}: FoundProvider): AdmissionRefusal | undefined {
  const disabled = [
    ...(pool.disabled === true ? [`The pool ${pool.poolId} is disabled.`] : []),
    ...(provider.disabled === true ? [`The provider ${provider.providerId} is disabled.`] : []),
  ];
  if (disabled.length === 0) return undefined;
  return {error: 'invalid_target', description: INVALID_TARGET, reason: disabled.join(' ')};
}

/** Maps an identity's attributes, and asks the provider's condition whether to let it in. */
export function admit(assertion: AwsAssertion, provider: AwsProvider): Admission {
  const {aws, attributeMapping, attributeCondition} = provider;
  if (assertion.account !== aws.accountId) {
    const refusal = {
      error: 'invalid_grant',
      // Nobody here has seen what Google says of another account.
      description: 'The AWS account of the given credential is not the account of the provider.',
      reason: `The provider takes the AWS account ${aws.accountId}, and this identity is of ${assertion.account}.`,
    } as const;
    return {attributes: undefined, unmapped: {}, condition: undefined, refusal};
  }
  const mapping = mapAttributes(assertion, attributeMapping);
  if (mapping.refusal !== undefined || attributeCondition === undefined) {
    return {...mapping, condition: undefined};
  }
  const {value, problem} = ask(attributeCondition, assertion, mapping.attributes);
  if (value === true) return {...mapping, condition: true};
  return {...mapping, condition: value, refusal: rejected(problem ?? 'The condition is false.')};
}

/** Asks a condition, or a part of one. */
export function ask(
  condition: AttributeCondition,
  assertion: AwsAssertion,
  attributes: MappedAttributes,
): ConditionOutcome {
  if (typeof condition === 'function') return {value: condition(assertion, attributes)};
  try {
    const value = parseCondition(condition).evaluate({assertion, attributes});
    if (typeof value === 'boolean') return {value};
    return {value: undefined, problem: 'The condition is neither true nor false.'};
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return {value: undefined, problem: whyNoValue('The condition', error)};
  }
}

// Where the condition has no value, too: that Google says the same then is a guess.
function rejected(reason: string): AdmissionRefusal {
  return {
    error: 'unauthorized_client',
    description: 'The given credential is rejected by the attribute condition.',
    reason,
  };
}
