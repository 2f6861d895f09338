import {
  admit,
  ask,
  whyOutOfUse,
  type Admission,
  type ConditionOutcome,
} from './google/admission.js';
import type {AttributeCondition, AwsAssertion, MappedAttributes} from './google/attributes.js';
import {memberDifference} from './google/binding-difference.js';
import {conjuncts} from './google/cel-expression.js';
import type {AdmissionRefusal} from './google/map-attributes.js';
import {
  findGrants,
  isGranted,
  memberNames,
  type FederatedPrincipal,
  type Grant,
} from './google/principal.js';
import type {FoundProvider} from './google/providers.js';
import type {ServiceAccount} from './policy.js';

/** What a provider makes of an AWS identity. */
export interface ProviderExplanation {
  /** `//iam.googleapis.com/projects/…/providers/…`. */
  readonly audience: string;
  readonly poolId: string;
  readonly providerId: string;
  /** Whether Google STS exchanges a token. */
  readonly isAdmitted: boolean;
  /** Google's words, and what is behind them, where it does not. */
  readonly refusal?: AdmissionRefusal;
  /** What the mapping makes of the identity, where it can. */
  readonly attributes?: MappedAttributes;
  /** The attributes whose expression has no value for it, and why. */
  readonly unmapped: Readonly<Record<string, string>>;
  /** What the attribute condition says, where there is one. */
  readonly condition?: ConditionExplanation;
  /** The names to write into bindings: `principal://…` first, then `principalSet://…`. */
  readonly members: readonly string[];
  /** Every service account of the policy. */
  readonly serviceAccounts: readonly ServiceAccountExplanation[];
}

/** What an attribute condition says of an identity. */
export interface ConditionExplanation {
  /** The CEL expression, unless the condition is a function. */
  readonly expression?: string;
  /** Left out where it was not asked, or has no value: the provider's refusal says which. */
  readonly value?: boolean;
  /** Of a condition that is not true: the parts, joined by `&&`, that are not. */
  readonly failedParts: readonly FailedPart[];
}

/** A part of a condition that is not true. */
export interface FailedPart {
  readonly expression: string;
  /** A sentence, where there is more to say than that it is false. */
  readonly problem?: string;
}

/** Whether an AWS identity may act as a service account, and by which bindings. */
export interface ServiceAccountExplanation {
  readonly email: string;
  /** Whether it may: the provider lets it in, and a binding names it. */
  readonly isUsable: boolean;
  /** The members of bindings that name the identity, and the role that each gives. */
  readonly grants: readonly Grant[];
  /** The members that do not name it, the nearest first, and how they differ. */
  readonly differences: readonly BindingDifference[];
  /** Service accounts that may act as it and that the identity may act as: for `delegates`. */
  readonly delegates: readonly string[];
}

/** A member of a binding that does not name an identity, and how it differs from one that does. */
export interface BindingDifference extends Grant {
  /** A sentence. */
  readonly reason: string;
}

const PERMISSION = 'iam.serviceAccounts.getAccessToken';

/** Says what a provider makes of an identity, and what its pool's principal may do. */
export function explainProvider(
  found: FoundProvider,
  assertion: AwsAssertion,
  accounts: readonly ServiceAccount[],
): ProviderExplanation {
  const {audience, pool, provider, poolName} = found;
  const admission = admit(assertion, provider);
  const {attributes, unmapped} = admission;
  const refusal = whyOutOfUse(found) ?? admission.refusal;
  const isAdmitted = refusal === undefined;
  const {attributeCondition} = provider;
  const principal: FederatedPrincipal | undefined = attributes && {
    kind: 'federated',
    pool: poolName,
    attributes,
  };
  return {
    audience,
    poolId: pool.poolId,
    providerId: provider.providerId,
    isAdmitted,
    ...(refusal === undefined ? {} : {refusal}),
    ...(attributes === undefined ? {} : {attributes}),
    unmapped,
    ...(attributeCondition === undefined
      ? {}
      : {condition: explainCondition(attributeCondition, assertion, admission)}),
    members: principal === undefined ? [] : memberNames(principal),
    serviceAccounts: accounts.map(account =>
      explainServiceAccount(account, {principal, unmapped, isAdmitted, accounts}),
    ),
  };
}

function explainCondition(
  condition: AttributeCondition,
  assertion: AwsAssertion,
  {attributes, condition: value}: Admission,
): ConditionExplanation {
  const known = value === undefined ? {} : {value};
  if (typeof condition === 'function') return {...known, failedParts: []};
  const failedParts =
    value === true || attributes === undefined
      ? []
      : conjuncts(condition).flatMap(part => failure(part, ask(part, assertion, attributes)));
  return {expression: condition, ...known, failedParts};
}

function failure(
  expression: string,
  {value, problem = numberProblem(expression)}: ConditionOutcome,
): readonly FailedPart[] {
  if (value === true) return [];
  return [{expression, ...(problem === undefined ? {} : {problem})}];
}

// An account id without quotes is the slip that nobody sees: in CEL nothing equals across types.
function numberProblem(expression: string): string | undefined {
  const name = /^((?:assertion|attribute|google)\.\w+) == \d+$/.exec(expression)?.[1];
  return name && `${name} is a string, and equals no number: put the digits in quotes.`;
}

interface Judged {
  readonly principal: FederatedPrincipal | undefined;
  readonly unmapped: Readonly<Record<string, string>>;
  readonly isAdmitted: boolean;
  readonly accounts: readonly ServiceAccount[];
}

function explainServiceAccount(
  {email, bindings = []}: ServiceAccount,
  {principal, unmapped, isAdmitted, accounts}: Judged,
): ServiceAccountExplanation {
  if (principal === undefined) {
    return {email, isUsable: false, grants: [], differences: [], delegates: []};
  }
  const grants = findGrants(bindings, principal, PERMISSION);
  const delegates = accounts
    .filter(other => other.email !== email)
    .filter(other =>
      isGranted(other.bindings ?? [], principal, 'iam.serviceAccounts.implicitDelegation'),
    )
    .map(other => other.email)
    .filter(other => isGranted(bindings, {kind: 'serviceAccount', email: other}, PERMISSION));
  const others = bindings
    .flatMap(({role, members}) => members.map(member => ({role, member})))
    .filter(({role, member}) => !grants.some(it => it.role === role && it.member === member));
  const identity = {pool: principal.pool, attributes: principal.attributes, unmapped};
  const names = new Set(memberNames(principal));
  const differences = others
    .map(({role, member}) => ({
      role,
      member,
      ...(names.has(member)
        ? {reason: `The role ${role} does not hold ${PERMISSION}.`, nearness: 9}
        : memberDifference(member, identity)),
    }))
    .sort((one, other) => other.nearness - one.nearness)
    .map(({role, member, reason}) => ({role, member, reason}));
  return {email, isUsable: isAdmitted && grants.length > 0, grants, differences, delegates};
}
