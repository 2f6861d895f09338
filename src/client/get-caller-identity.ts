import {gaxios} from 'google-auth-library';
import {formatProviderName} from '../config/provider-name.js';
import {sharedHttpsDelivery} from '../google/https-delivery.js';
import type {CallerIdentity} from './caller-identity.js';
import {Federation} from './federation.js';
import {foreground} from './foreground.js';
import {isProxyNamed, resolveOptions, type AwsAuthClientOptions} from './options.js';
import {apiClientHeader} from './package-version.js';

/** Options of {@link getCallerIdentity}: those of `AwsAuthClient` that concern AWS. */
export type CallerIdentityOptions = Pick<
  AwsAuthClientOptions,
  | 'awsCredentials'
  | 'awsRegion'
  | 'assumeRole'
  | 'transporter'
  | 'transporterOptions'
  | 'timeouts'
  | 'retry'
  | 'clock'
>;

// No provider plays a part in it.
const NO_PROVIDER = formatProviderName({
  projectNumber: '0',
  location: 'global',
  poolId: 'none',
  providerId: 'none',
});

/**
 * Finds the AWS identity of this process as `AwsAuthClient` does, and asks AWS STS who it is. Google need
 * not be set up: this is for whoever is about to do that, and needs the ARN.
 *
 * @throws AwsAuthError `INVALID_OPTION`, or with the step `aws-credentials`, `aws-region` or
 *   `caller-identity`.
 */
export async function getCallerIdentity(
  options: CallerIdentityOptions = {},
): Promise<CallerIdentity> {
  const resolved = resolveOptions({...options, audience: NO_PROVIDER});
  const transporter =
    resolved.ownDelivery && !isProxyNamed()
      ? sharedHttpsDelivery()
      : (resolved.transporter ?? new gaxios.Gaxios(options.transporterOptions));
  const apiClient = apiClientHeader(resolved);
  return foreground(new Federation({options: resolved, transporter, apiClient}).callerIdentity());
}
