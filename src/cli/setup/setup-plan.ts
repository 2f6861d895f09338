import {UsageError} from '../failure.js';
import {
  assumedRoleArn,
  attributeCondition,
  attributeMapping,
  type AttributeMapping,
} from './attributes.js';
import type {SetupRequest} from './setup-request.js';
import {setupNotes, setupWarnings} from './setup-warnings.js';

/** All that has to be there on Google's side, in the order in which it is made. */
export interface SetupPlan {
  readonly project: {readonly id: string; readonly number: string};
  readonly aws: PlannedAwsSide;
  /** The APIs to enable. */
  readonly services: readonly string[];
  readonly organizationPolicies: readonly OrganizationPolicy[];
  readonly pool: {readonly id: string; readonly location: string; readonly name: string};
  readonly provider: PlannedProvider;
  /** `null`: the AWS identities are given roles themselves. */
  readonly serviceAccount: PlannedServiceAccount | null;
  readonly bindings: readonly PlannedBinding[];
  /** What bites in this plan. */
  readonly warnings: readonly string[];
  /** What bites in every plan. */
  readonly notes: readonly string[];
}

/** Who is let in. */
export interface PlannedAwsSide {
  readonly accountId: string;
  /** Names of roles, without a path. */
  readonly roles: readonly string[];
  readonly subjects: readonly string[];
  /** Whether the bindings are for everybody in the pool. */
  readonly wholePool: boolean;
}

/** A value that a list constraint of the organisation must allow. */
export interface OrganizationPolicy {
  /** The organisation's number. */
  readonly organization: string;
  readonly constraint: string;
  readonly allowedValue: string;
}

export interface PlannedProvider {
  readonly id: string;
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`. */
  readonly name: string;
  /** What clients are given: the name with `//iam.googleapis.com/` in front. */
  readonly audience: string;
  readonly attributeMapping: AttributeMapping;
  /** `null`: every identity of the AWS account is let in. */
  readonly attributeCondition: string | null;
}

export interface PlannedServiceAccount {
  readonly email: string;
  /** The id or number of the project that it belongs to. */
  readonly project: string;
  /** The name to make it under; `null`: it is there already. */
  readonly create: string | null;
}

/** A role for a member on a resource. */
export interface PlannedBinding {
  readonly resource: BoundResource;
  readonly role: string;
  readonly member: string;
}

export type BoundResource =
  | {readonly kind: 'service-account'; readonly email: string}
  | {readonly kind: 'project'; readonly id: string}
  | {readonly kind: 'bucket'; readonly name: string};

// https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#before-you-begin
const SERVICES = [
  'iam.googleapis.com',
  'cloudresourcemanager.googleapis.com',
  'iamcredentials.googleapis.com',
  'sts.googleapis.com',
] as const;

const MAX_CONDITION_CHARACTERS = 4096;

/**
 * Plans what has to be set up.
 *
 * @throws UsageError where the attribute condition would be longer than Google allows.
 */
export function planSetup(request: SetupRequest): SetupPlan {
  const {projectId, projectNumber, location, poolId, providerId, serviceAccount} = request;
  const poolName = `projects/${projectNumber}/locations/${location}/workloadIdentityPools/${poolId}`;
  const condition = attributeCondition(request);
  if (condition !== undefined && condition.length > MAX_CONDITION_CHARACTERS) {
    throw new UsageError(
      `The attribute condition would have ${condition.length} characters, and Google allows ${MAX_CONDITION_CHARACTERS}: name fewer roles and subjects, and make further providers for the others.`,
    );
  }
  return {
    project: {id: projectId, number: projectNumber},
    aws: {
      accountId: request.awsAccount,
      roles: request.roles,
      subjects: request.subjects,
      wholePool: request.wholePool,
    },
    services: SERVICES,
    organizationPolicies: organizationPolicies(request),
    pool: {id: poolId, location, name: poolName},
    provider: {
      id: providerId,
      name: `${poolName}/providers/${providerId}`,
      audience: `//iam.googleapis.com/${poolName}/providers/${providerId}`,
      attributeMapping: attributeMapping(request.subjectFrom),
      attributeCondition: condition ?? null,
    },
    serviceAccount:
      serviceAccount === undefined
        ? null
        : {
            email: serviceAccount.email,
            project: serviceAccount.project,
            create: serviceAccount.name ?? null,
          },
    bindings: bindings(request, poolName),
    warnings: setupWarnings(request),
    notes: setupNotes(request),
  };
}

function organizationPolicies({
  organization,
  awsAccount,
}: SetupRequest): readonly OrganizationPolicy[] {
  if (organization === undefined) return [];
  return [
    {
      organization,
      constraint: 'constraints/iam.workloadIdentityPoolAwsAccounts',
      allowedValue: awsAccount,
    },
    {
      organization,
      constraint: 'constraints/iam.workloadIdentityPoolProviders',
      allowedValue: 'https://sts.amazonaws.com',
    },
  ];
}

function bindings(request: SetupRequest, poolName: string): readonly PlannedBinding[] {
  const {serviceAccount, projectId} = request;
  const identities = members(request, `iam.googleapis.com/${poolName}`);
  const users =
    serviceAccount === undefined ? identities : [`serviceAccount:${serviceAccount.email}`];
  const give = (resource: BoundResource, role: string, to: readonly string[]) =>
    to.map(member => ({resource, role, member}));
  return [
    ...(serviceAccount === undefined
      ? []
      : give(
          {kind: 'service-account', email: serviceAccount.email},
          'roles/iam.workloadIdentityUser',
          identities,
        )),
    ...request.projectRoles.flatMap(role => give({kind: 'project', id: projectId}, role, users)),
    ...request.bucketRoles.flatMap(({bucket, role}) =>
      give({kind: 'bucket', name: bucket}, role, users),
    ),
  ];
}

// https://cloud.google.com/iam/docs/principal-identifiers#allow
function members(request: SetupRequest, pool: string): readonly string[] {
  const {wholePool, roles, subjects, awsAccount} = request;
  if (wholePool) return [`principalSet://${pool}/*`];
  return [
    ...roles.map(
      role => `principalSet://${pool}/attribute.aws_role/${assumedRoleArn(awsAccount, role)}`,
    ),
    ...subjects.map(subject => `principal://${pool}/subject/${subject}`),
  ];
}
