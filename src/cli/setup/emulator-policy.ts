import type {AwsUser, EmulatorPolicy, ServiceAccount} from '../../emulator/index.js';
import type {SetupPlan} from './setup-plan.js';
import {userOf} from './user-subject.js';

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
          users: usersOf(aws),
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

// What AWS has once stands once in the policy. The condition and the bindings hold all the subjects.
function usersOf({accountId, subjects}: SetupPlan['aws']): readonly AwsUser[] {
  const users = new Map<string, AwsUser>();
  for (const {account, name, path, key} of subjects.flatMap(subject => userOf(subject) ?? [])) {
    // Another account's user matches nobody, as a warning says.
    if (account === accountId && !users.has(key)) users.set(key, {name, path});
  }
  return [...users.values()];
}
