import {hclFile, hclList, hclMap, hclString, type Block, type Group} from './hcl.js';
import {planComments} from './plan-comments.js';
import type {BoundResource, OrganizationPolicy, PlannedBinding, SetupPlan} from './setup-plan.js';

const POOL = 'google_iam_workload_identity_pool.aws';
const PROVIDER = 'google_iam_workload_identity_pool_provider.aws';
const SERVICES = 'google_project_service.required';
const ACCOUNT = 'google_service_account.workload';

/**
 * The plan as resources of the Terraform provider hashicorp/google, as `terraform fmt` would leave
 * them. The provider's own configuration is the user's.
 *
 * @see https://registry.terraform.io/providers/hashicorp/google/latest/docs
 */
export function terraformConfiguration(plan: SetupPlan): string {
  const {organizationPolicies} = plan;
  const comments = [
    ...planComments(plan),
    ...(organizationPolicies.length === 0
      ? []
      : [
          '- WARNING: google_org_policy_policy replaces the whole list of the organisation: import what is',
          '  there, and add the values that it allows today.',
        ]),
    '- What exists already is brought in with "terraform import".',
  ];
  const blocks = [
    services(plan),
    ...organizationPolicies.map(organizationPolicy),
    pool(plan),
    provider(plan),
    ...serviceAccount(plan),
    ...bindings(plan),
    output(plan),
  ];
  return `${comments.map(line => `# ${line}`.trimEnd()).join('\n')}\n\n${hclFile(blocks)}`;
}

function services({project, services: names}: SetupPlan): Block {
  return {
    header: 'resource "google_project_service" "required"',
    groups: [
      {for_each: `toset(${hclList(names)})`},
      {project: hclString(project.id), service: 'each.value', disable_on_destroy: 'false'},
    ],
  };
}

function organizationPolicy({organization, constraint, allowedValue}: OrganizationPolicy): Block {
  const name = constraint.replace(/^constraints\//, '');
  const parent = `organizations/${organization}`;
  const values = {header: 'values', groups: [{allowed_values: `[${hclString(allowedValue)}]`}]};
  return {
    header: `resource "google_org_policy_policy" "${identifier(name)}"`,
    groups: [
      {name: hclString(`${parent}/policies/${name}`), parent: hclString(parent)},
      {header: 'spec', groups: [{header: 'rules', groups: [values]}]},
    ],
  };
}

function pool({project, pool: {id}}: SetupPlan): Block {
  return {
    header: 'resource "google_iam_workload_identity_pool" "aws"',
    groups: [
      {
        project: hclString(project.id),
        workload_identity_pool_id: hclString(id),
        display_name: hclString('AWS'),
      },
      {depends_on: `[${SERVICES}]`},
    ],
  };
}

function provider({project, aws, provider: planned, organizationPolicies}: SetupPlan): Block {
  const policies = organizationPolicies.map(
    ({constraint}) =>
      `google_org_policy_policy.${identifier(constraint.replace(/^constraints\//, ''))}`,
  );
  const {attributeCondition} = planned;
  return {
    header: 'resource "google_iam_workload_identity_pool_provider" "aws"',
    groups: [
      {
        project: hclString(project.id),
        workload_identity_pool_id: `${POOL}.workload_identity_pool_id`,
        workload_identity_pool_provider_id: hclString(planned.id),
        ...(attributeCondition === null
          ? {}
          : {attribute_condition: hclString(attributeCondition)}),
      },
      {attribute_mapping: hclMap(planned.attributeMapping)},
      {header: 'aws', groups: [{account_id: hclString(aws.accountId)}]},
      ...(policies.length === 0 ? [] : [{depends_on: `[${policies.join(', ')}]`}]),
    ],
  };
}

function serviceAccount({project, serviceAccount: account}: SetupPlan): readonly Block[] {
  if (account?.create == null) return [];
  return [
    {
      header: 'resource "google_service_account" "workload"',
      groups: [
        {
          project: hclString(project.id),
          account_id: hclString(account.create),
          display_name: hclString('AWS workloads'),
        },
        {depends_on: `[${SERVICES}]`},
      ],
    },
  ];
}

/** Bindings of one role on one resource, which differ by their members alone. */
function bindings(plan: SetupPlan): readonly Block[] {
  const byRole = new Map<string, PlannedBinding[]>();
  for (const binding of plan.bindings) {
    const key = JSON.stringify([binding.resource, binding.role]);
    byRole.set(key, [...(byRole.get(key) ?? []), binding]);
  }
  const names = new Set<string>();
  return [...byRole.values()].flatMap(group => {
    const [first] = group;
    if (first === undefined) return [];
    const type = TYPES[first.resource.kind];
    const name = unusedName(`${type}.`, identifier(nameOf(first)), names);
    return [
      {
        header: `resource "${type}" "${name}"`,
        groups: memberGroups(
          first,
          group.map(({member}) => member),
          plan,
        ),
      },
    ];
  });
}

const TYPES = {
  'service-account': 'google_service_account_iam_member',
  project: 'google_project_iam_member',
  bucket: 'google_storage_bucket_iam_member',
} as const;

function memberGroups(
  {resource, role}: PlannedBinding,
  members: readonly string[],
  plan: SetupPlan,
): readonly Group[] {
  const where = resourceAttribute(resource, plan);
  const made = plan.serviceAccount?.create != null;
  if (members.every(member => member.startsWith('serviceAccount:'))) {
    const member = made ? `"serviceAccount:\${${ACCOUNT}.email}"` : hclString(members.join());
    return [{...where, role: hclString(role), member}];
  }
  return [
    {for_each: `toset(${hclList(members)})`},
    {...where, role: hclString(role), member: 'each.value'},
    // A member of a pool that does not exist is refused.
    {depends_on: `[${PROVIDER}]`},
  ];
}

function resourceAttribute(resource: BoundResource, {serviceAccount: account, project}: SetupPlan) {
  switch (resource.kind) {
    case 'service-account':
      return {
        service_account_id:
          account?.create == null
            ? hclString(
                `projects/${account?.project ?? project.id}/serviceAccounts/${resource.email}`,
              )
            : `${ACCOUNT}.name`,
      };
    case 'project':
      return {project: hclString(project.id)};
    case 'bucket':
      return {bucket: hclString(resource.name)};
  }
}

function nameOf({resource, role}: PlannedBinding): string {
  const short = role.replace(/^.*roles\//, '').replace(/^iam\.workloadIdentityUser$/, 'workload');
  return resource.kind === 'bucket' ? `${resource.name}_${short}` : short;
}

function unusedName(prefix: string, wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let i = 2; names.has(prefix + name); i += 1) name = `${wanted}_${i}`;
  names.add(prefix + name);
  return name;
}

// https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers
function identifier(text: string): string {
  const name = text
    .replace(/[A-Z]+/g, letters => `_${letters.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(name) ? name : `_${name}`;
}

function output({provider: {audience}}: SetupPlan): Block {
  return {
    header: 'output "audience"',
    groups: [
      {
        description: hclString('What clients are given: the full name of the provider.'),
        value: hclString(audience),
      },
      {depends_on: `[${PROVIDER}]`},
    ],
  };
}
