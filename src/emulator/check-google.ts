import {accountId} from './check-aws.js';
import {memberProblem} from './check-member.js';
import {checkCondition, checkMapping} from './check-expressions.js';
import type {
  AwsProvider,
  GooglePolicy,
  ServiceAccount,
  ServiceAccountBinding,
  WorkloadIdentityPool,
} from './policy.js';
import {
  flag,
  isRecord,
  list,
  object,
  oneOf,
  optional,
  required,
  show,
  text,
  unique,
  wrong,
  type Check,
} from './policy-shape.js';
import {workspace} from './check-workspace.js';

// https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create
const poolOrProviderId = text(
  /^(?!gcp-)[a-z0-9-]{4,32}$/,
  '4 to 32 characters out of a-z, 0-9 and the hyphen, and not "gcp-" first, which is Google\'s own',
);

const member: Check = (value, path) => {
  if (typeof value !== 'string') wrong(path, `must be a string, and is ${show(value)}.`);
  const problem = memberProblem(value);
  if (problem !== undefined) wrong(path, `is ${show(value)}: ${problem}.`);
};

const providerShape = object<AwsProvider>({
  providerId: required(poolOrProviderId),
  disabled: optional(flag),
  aws: required(object<AwsProvider['aws']>({accountId: required(accountId)})),
  attributeMapping: optional(mapping => mapping),
  attributeCondition: optional(condition => condition),
});

const provider: Check = (value, path) => {
  providerShape(value, path);
  if (!isRecord(value)) return;
  const {providerId, attributeMapping, attributeCondition} = value;
  // Its index alone is hard to find in a long file.
  const owner = `of the provider ${show(providerId)}`;
  if (attributeMapping !== undefined) {
    checkMapping(attributeMapping, [...path, 'attributeMapping'], owner);
  }
  if (attributeCondition !== undefined) {
    checkCondition(attributeCondition, [...path, 'attributeCondition'], owner);
  }
};

const serviceAccount = object<ServiceAccount>({
  email: required(text(/^[^@\s/:]+@[^@\s/:]+$/, 'no e-mail address')),
  uniqueId: optional(text(/^\d+$/, 'a unique id is a number')),
  bindings: optional(
    list(
      object<ServiceAccountBinding>({
        role: required(
          oneOf([
            'roles/iam.workloadIdentityUser',
            'roles/iam.serviceAccountTokenCreator',
            'roles/iam.serviceAccountOpenIdTokenCreator',
          ]),
        ),
        members: required(list(member)),
      }),
    ),
  ),
  storageRoles: optional(
    list(
      oneOf([
        'roles/storage.admin',
        'roles/storage.objectUser',
        'roles/storage.objectCreator',
        'roles/storage.objectViewer',
      ]),
    ),
  ),
  allowLifetimeExtension: optional(flag),
});

/** The Google side of a policy, as far as each value can be judged alone. */
export const googleShape = object<GooglePolicy>({
  projectId: required(text(/^[a-z0-9:.-]+$/, 'no project id')),
  projectNumber: required(text(/^\d+$/, 'the number, not the id')),
  workloadIdentityPools: required(
    list(
      object<WorkloadIdentityPool>({
        poolId: required(poolOrProviderId),
        disabled: optional(flag),
        providers: required(list(provider)),
      }),
    ),
  ),
  serviceAccounts: required(list(serviceAccount)),
  workspaces: optional(list(workspace)),
  disabledServices: optional(list(oneOf(['sts.googleapis.com', 'iamcredentials.googleapis.com']))),
});

/** @throws PolicyError where something comes twice that may come once. */
export function checkGoogleNames(policy: GooglePolicy): void {
  const {workloadIdentityPools, serviceAccounts, workspaces = []} = policy;
  const pools = ['google', 'workloadIdentityPools'] as const;
  unique(
    workloadIdentityPools.map(({poolId}, i) => ({name: poolId, path: [...pools, i, 'poolId']})),
    'a pool id',
  );
  for (const [i, {providers}] of workloadIdentityPools.entries()) {
    unique(
      providers.map(({providerId}, j) => ({
        name: providerId,
        path: [...pools, i, 'providers', j, 'providerId'],
      })),
      'a provider id',
    );
  }
  unique(
    serviceAccounts.map(({email}, i) => ({
      name: email,
      path: ['google', 'serviceAccounts', i, 'email'],
    })),
    'a service account',
  );
  unique(
    serviceAccounts.flatMap(({uniqueId}, i) =>
      uniqueId === undefined
        ? []
        : [{name: uniqueId, path: ['google', 'serviceAccounts', i, 'uniqueId']}],
    ),
    'a unique id',
  );
  unique(
    workspaces.map(({domain}, i) => ({name: domain, path: ['google', 'workspaces', i, 'domain']})),
    'a Workspace domain',
  );
}
