import {formatProviderName} from '../../config/provider-name.js';
import type {AwsProvider, GooglePolicy, WorkloadIdentityPool} from '../policy.js';

/** A provider and where it is. */
export interface FoundProvider {
  readonly pool: WorkloadIdentityPool;
  readonly provider: AwsProvider;
  /** `//iam.googleapis.com/projects/…/providers/…`. */
  readonly audience: string;
  /** `projects/NUMBER/locations/global/workloadIdentityPools/POOL`. */
  readonly poolName: string;
}

/** The providers of a project's pools, disabled ones too. */
export function listProviders(policy: GooglePolicy): readonly FoundProvider[] {
  const {projectNumber, workloadIdentityPools} = policy;
  return workloadIdentityPools.flatMap(pool =>
    pool.providers.map(provider => {
      const {poolId} = pool;
      const {providerId} = provider;
      return {
        pool,
        provider,
        audience: formatProviderName({projectNumber, location: 'global', poolId, providerId}),
        poolName: `projects/${projectNumber}/locations/global/workloadIdentityPools/${poolId}`,
      };
    }),
  );
}
