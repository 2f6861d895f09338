import type {
  ConditionExplanation,
  IdentityExplanation,
  ProviderExplanation,
  ServiceAccountExplanation,
} from '../../emulator/index.js';
import type {Output} from '../io.js';
import {table, wrap} from '../text-layout.js';

// Of a service account with many bindings, the nearest are told.
const MOST_DIFFERENCES = 3;

/** What a policy makes of an AWS identity, for people: what it quotes cannot steer their terminal. */
export function explanationText(explanation: IdentityExplanation, output: Output): string {
  const {arn, notes, providers} = explanation;
  return [
    [arn, ...notes.map(note => wrap(`Note: ${note}`, output, 2)), ''].join('\n'),
    ...providers.map(provider => providerText(provider, output)),
  ]
    .join('\n')
    .replace(/[^\P{Cc}\n]/gu, '?');
}

function providerText(provider: ProviderExplanation, output: Output): string {
  const {audience, attributes, unmapped, condition, refusal, members} = provider;
  const say = (text: string, indent = 2) => `${wrap(text, output, indent)}\n`;
  const accounts = provider.serviceAccounts.map(account =>
    serviceAccountText(account, provider.isAdmitted, say),
  );
  return [
    `Provider ${audience}\n`,
    table(
      [
        ...Object.entries(attributes ?? {}),
        ...Object.entries(unmapped).map(([name, why]) => [name, `(no value: ${why})`] as const),
        ['condition', conditionInWords(condition)],
        ['let in', refusal === undefined ? 'yes' : 'no'],
      ],
      output,
    ),
    ...(condition?.failedParts ?? []).map(({expression, problem}) =>
      say(
        `Not true: ${expression}${problem === undefined || problem === refusal?.reason ? '' : `. ${problem}`}`,
      ),
    ),
    ...(refusal === undefined
      ? []
      : [
          say(`Google STS answers ${refusal.error}: ${refusal.description}`),
          say(`Why: ${refusal.reason}`),
        ]),
    ...accounts,
    ...(members.length === 0 ? [] : [say('Names for the members of bindings:')]),
    ...members.map(member => `    ${member}\n`),
  ].join('');
}

function conditionInWords(condition: ConditionExplanation | undefined): string {
  if (condition === undefined) return 'none';
  const {expression = 'a function', value} = condition;
  // Its further lines stand below it, and not where the names of the table are.
  return `${value ?? 'no value'}: ${expression.trim().replace(/\r?\n/g, '\n      ')}`;
}

function serviceAccountText(
  {email, isUsable, grants, differences, delegates}: ServiceAccountExplanation,
  isAdmitted: boolean,
  say: (text: string, indent?: number) => string,
): string {
  const isReachable = isAdmitted && delegates.length > 0;
  const may = isUsable
    ? 'may be used'
    : isReachable
      ? 'may be used through delegates'
      : 'may not be used';
  const others = differences.slice(0, MOST_DIFFERENCES);
  const why = isAdmitted
    ? differences.length === 0 && grants.length === 0
      ? ['The account has no binding that could name it.']
      : []
    : ['The provider does not let it in.'];
  return [
    say(`Service account ${email}: ${may}`),
    ...grants.map(({role, member}) => say(`${role} for ${member}`, 4)),
    ...(isUsable ? [] : why.map(text => say(text, 4))),
    ...(isUsable ? [] : delegates.map(delegate => say(`through ${delegate}`, 4))),
    ...(isUsable || grants.length > 0
      ? []
      : others.flatMap(({role, member, reason}) => [
          say(`not by ${role} for ${member}:`, 4),
          say(reason, 6),
        ])),
    ...(isUsable || grants.length > 0 || differences.length <= MOST_DIFFERENCES
      ? []
      : [say(`nor by ${differences.length - MOST_DIFFERENCES} others (--json has them)`, 4)]),
  ].join('');
}
