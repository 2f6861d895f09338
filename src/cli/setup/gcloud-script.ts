import {
  ALLOW_FUNCTION,
  BIND_FUNCTION,
  CHECK_PROJECT,
  ENABLE_SERVICES,
  FIND_ACCOUNT_PROJECT,
  MAKE_POOL,
  MAKE_PROVIDER,
  MAKE_SERVICE_ACCOUNT,
  PROLOGUE,
} from './gcloud-steps.js';
import {planComments} from './plan-comments.js';
import type {BoundResource, PlannedBinding, SetupPlan} from './setup-plan.js';
import {shellQuote} from '../shell-quote.js';

/**
 * The plan as a bash script that makes it with gcloud. What is there already is left as it is, so
 * that the script can be run again, after an error in its middle, say. It is run by bash 3.2, which
 * macOS has, as well.
 */
export function gcloudScript(plan: SetupPlan): string {
  const {organizationPolicies, serviceAccount, bindings} = plan;
  return [
    ['#!/usr/bin/env bash', ...planComments(plan).map(line => `# ${line}`.trimEnd())].join('\n'),
    PROLOGUE,
    variables(plan).join('\n'),
    step('Enable the services.', ENABLE_SERVICES),
    step('A project has an id and a number: are these of the same one?', CHECK_PROJECT),
    ...(/^\d+$/.test(serviceAccount?.project ?? '')
      ? [
          step(
            'Find the id of the project that the service account belongs to.',
            FIND_ACCOUNT_PROJECT,
          ),
        ]
      : []),
    ...(organizationPolicies.length === 0
      ? []
      : [
          step(
            'Allow the AWS account and its provider in the organisation.',
            ALLOW_FUNCTION,
            ...organizationPolicies.map(
              ({constraint, allowedValue}) => `allow ${constraint} ${shellQuote(allowedValue)}`,
            ),
          ),
        ]),
    step('Make the workload identity pool.', MAKE_POOL),
    step('Make the provider.', MAKE_PROVIDER),
    ...(serviceAccount?.create == null
      ? []
      : [step('Make the service account.', MAKE_SERVICE_ACCOUNT)]),
    ...(bindings.length === 0
      ? []
      : [step('Give the roles.', BIND_FUNCTION, ...bindings.map(bind))]),
    step('What clients need to know.', ending(plan)),
  ].join('\n\n');
}

function step(title: string, ...commands: readonly string[]): string {
  return [`# ${title}`, ...commands].join('\n');
}

function variables(plan: SetupPlan): readonly string[] {
  const {project, aws, pool, provider, serviceAccount, services, organizationPolicies} = plan;
  const mapping = Object.entries(provider.attributeMapping).map(
    ([attribute, expression]) => `${attribute}=${expression}`,
  );
  const values = {
    PROJECT_ID: project.id,
    PROJECT_NUMBER: project.number,
    SERVICES: services.join(' '),
    ...(organizationPolicies[0] === undefined
      ? {}
      : {ORGANIZATION: organizationPolicies[0].organization}),
    LOCATION: pool.location,
    POOL: pool.id,
    PROVIDER: provider.id,
    AWS_ACCOUNT: aws.accountId,
    SUBJECT: provider.attributeMapping['google.subject'],
    AWS_ROLE: provider.attributeMapping['attribute.aws_role'],
    // None of the expressions holds a comma, at which gcloud would split it.
    ATTRIBUTE_MAPPING: mapping.join(','),
    ATTRIBUTE_CONDITION: provider.attributeCondition ?? '',
    ...(serviceAccount === null
      ? {}
      : {SERVICE_ACCOUNT: serviceAccount.email, SERVICE_ACCOUNT_PROJECT: serviceAccount.project}),
    ...(serviceAccount?.create == null ? {} : {SERVICE_ACCOUNT_NAME: serviceAccount.create}),
  };
  return Object.entries(values).map(([name, value]) => `${name}=${shellQuote(value)}`);
}

function bind({resource, role, member}: PlannedBinding): string {
  return ['bind', role, shellQuote(member), ...commandOf(resource)].join(' ');
}

function commandOf(resource: BoundResource): readonly string[] {
  switch (resource.kind) {
    case 'service-account':
      return [
        '"$SERVICE_ACCOUNT"',
        '"$SERVICE_ACCOUNT_PROJECT"',
        'gcloud',
        'iam',
        'service-accounts',
      ];
    case 'project':
      return ['"$PROJECT_ID"', '"$PROJECT_ID"', 'gcloud', 'projects'];
    case 'bucket':
      return [`gs://${resource.name}`, '"$PROJECT_ID"', 'gcloud', 'storage', 'buckets'];
  }
}

function ending({provider, serviceAccount}: SetupPlan): string {
  const command = [
    'npx google-auth-aws config',
    `--audience ${provider.audience}`,
    ...(serviceAccount === null ? [] : [`--service-account ${serviceAccount.email}`]),
    '--output-file gcp.json',
  ].join(' ');
  return [
    `say 'Done. It takes up to five minutes until it is seen everywhere.'`,
    `say 'The credential file for AWS, which holds no secret:'`,
    `say ${shellQuote(`  ${command}`)}`,
    '',
  ].join('\n');
}
