import {
  createExternalAccountConfig,
  type AwsCredentialSource,
  type ExternalAccountConfig,
} from '../config/external-account-config.js';
import type {ResolvedOptions} from './options.js';

/**
 * The credential file of a client, as gcloud writes it.
 *
 * @param credentialSource that of the file which the client was made of, where it was.
 */
export function credentialFileContent(
  {
    audience,
    universeDomain,
    tokenUrl,
    serviceAccount,
    quotaProjectId,
  }: Pick<
    ResolvedOptions,
    'audience' | 'universeDomain' | 'tokenUrl' | 'serviceAccount' | 'quotaProjectId'
  >,
  credentialSource: AwsCredentialSource | undefined,
): ExternalAccountConfig {
  const config = createExternalAccountConfig({
    audience,
    universeDomain,
    tokenUrl,
    serviceAccountEmail: serviceAccount?.email,
    serviceAccountImpersonationUrl: serviceAccount?.url,
    tokenLifetimeSeconds: serviceAccount?.lifetimeGiven
      ? serviceAccount.lifetimeSeconds
      : undefined,
    quotaProjectId,
  });
  return credentialSource === undefined ? config : {...config, credential_source: credentialSource};
}
