import {parseCallerArn, type Caller} from './aws/caller-arn.js';
import {completePolicy} from './check-policy.js';
import {explainProvider, type ProviderExplanation} from './explain-provider.js';
import type {AwsAssertion} from './google/attributes.js';
import {listProviders, type FoundProvider} from './google/providers.js';
import type {AwsPolicy, EmulatorPolicy, GooglePolicy} from './policy.js';

/** What a policy makes of an AWS identity. It is plain data, which JSON can hold. */
export interface IdentityExplanation {
  /** The ARN that was judged: of a session, where a role's own was given. */
  readonly arn: string;
  readonly aws: ExplainedCaller;
  /** What Google learns of it from AWS. `userid` is made up, as the emulated AWS makes it up. */
  readonly assertion: AwsAssertion;
  /** What there is to know beside, each a sentence: what was assumed, what the policy does not have. */
  readonly notes: readonly string[];
  /** One for each provider of the policy, those that take the identity's account first. */
  readonly providers: readonly ProviderExplanation[];
}

/** An AWS identity, and whether the policy has it. */
export interface ExplainedCaller {
  readonly kind: Caller['kind'];
  readonly account: string;
  readonly isAccountKnown: boolean;
  /** The role's or user's name; the root has none. */
  readonly name?: string;
  readonly sessionName?: string;
  /** Whether the policy has the role or user. */
  readonly isKnown: boolean;
}

/**
 * Says what a policy makes of an AWS identity: the attributes that each provider maps, what its
 * condition says, the names to write into bindings, the service accounts that it may act as, and of the
 * others why not. The emulated Google STS and IAM Credentials decide by the same code.
 *
 * @param policy - what is left out is {@link defaultPolicy}'s
 * @param arn - as `aws sts get-caller-identity` prints it; for a role's own ARN, a session of the name
 * `session` is judged
 * @throws PolicyError for a policy that is wrong; TypeError for an ARN that is no identity's.
 */
export function explainIdentity(policy: Partial<EmulatorPolicy>, arn: string): IdentityExplanation {
  const {aws, google} = completePolicy(policy);
  const caller = parseCallerArn(arn);
  const assertion = {arn: caller.arn, account: caller.account, userid: caller.userId};
  const explained = explainCaller(caller, aws);
  const isOwn = ({provider}: FoundProvider) => provider.aws.accountId === caller.account;
  const found = listProviders(google);
  return {
    arn: caller.arn,
    aws: explained,
    assertion,
    notes: [...callerNotes(arn, caller, explained), ...googleNotes(google)],
    providers: [...found.filter(isOwn), ...found.filter(item => !isOwn(item))].map(item =>
      explainProvider(item, assertion, google.serviceAccounts),
    ),
  };
}

function explainCaller({kind, account, name, path, sessionName}: Caller, aws: AwsPolicy) {
  const known = aws.accounts.find(({accountId}) => accountId === account);
  const isKnown =
    kind === 'role-session'
      ? known?.roles?.some(role => role.name === name)
      : kind === 'user'
        ? known?.users?.some(user => user.name === name && (user.path ?? '/') === path)
        : kind === 'root' && known !== undefined;
  return {
    kind,
    account,
    isAccountKnown: known !== undefined,
    ...(name === undefined ? {} : {name}),
    ...(sessionName === undefined ? {} : {sessionName}),
    isKnown: isKnown === true,
  };
}

function callerNotes(given: string, {arn, account}: Caller, explained: ExplainedCaller): string[] {
  const {kind, name = '', isAccountKnown, isKnown} = explained;
  const notes: string[] = [];
  if (given !== arn) {
    notes.push(`Google sees sessions of a role: judged is ${arn}.`);
  }
  if (!isAccountKnown) notes.push(`The policy has no AWS account ${account}.`);
  else if (!isKnown && kind === 'role-session') {
    notes.push(`The policy's AWS account ${account} has no role ${name}.`);
  } else if (!isKnown && kind === 'user') {
    notes.push(`The policy's AWS account ${account} has no user ${name} with this path.`);
  }
  return notes;
}

function googleNotes({disabledServices = [], workloadIdentityPools}: GooglePolicy): string[] {
  const hasProvider = workloadIdentityPools.some(({providers}) => providers.length > 0);
  return [
    ...disabledServices.map(
      service => `${service} is disabled in the project: it refuses every request.`,
    ),
    ...(hasProvider ? [] : ['The policy has no provider.']),
  ];
}
