import type {AwsUser, EmulatorPolicy, ServiceAccount} from '../../emulator/index.js';
import type {SetupPlan} from './setup-plan.js';

/** The plan as a policy of the emulator: to try it before it is made. */
export function emulatorPolicy(plan: SetupPlan): EmulatorPolicy {
  const {aws, project, pool, provider, serviceAccount} = plan;
  const {attributeMapping, attributeCondition} = provider;
  return {
    aws: {
      accounts: [
        {
          accountId: aws.accountId,
          roles: aws.roles.map(name => ({name})),
          users: aws.subjects.flatMap(userOf),
        },
      ],
    },
    google: {
      projectId: project.id,
      projectNumber: project.number,
      workloadIdentityPools: [
        {
          poolId: pool.id,
          providers: [
            {
              providerId: provider.id,
              aws: {accountId: aws.accountId},
              attributeMapping,
              ...(attributeCondition === null ? {} : {attributeCondition}),
            },
          ],
        },
      ],
      serviceAccounts: serviceAccount === null ? [] : [boundAccount(serviceAccount.email, plan)],
    },
  };
}

function boundAccount(email: string, {bindings}: SetupPlan): ServiceAccount {
  const members = bindings
    .filter(({resource}) => resource.kind === 'service-account')
    .map(({member}) => member);
  return {email, bindings: [{role: 'roles/iam.workloadIdentityUser', members}]};
}

function userOf(subject: string): readonly AwsUser[] {
  const {path, name} =
    /^arn:aws:iam::\d{12}:user(?<path>\/(?:[!-~]+\/)?)(?<name>[\w+=,.@-]{1,64})$/.exec(subject)
      ?.groups ?? {};
  return path === undefined || name === undefined ? [] : [{name, path}];
}
