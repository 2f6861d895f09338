import {checkKnownNames} from '../config/known-names.js';
import type {AwsAuthClientOptions} from './options.js';

// A record and not an array: the compiler then sees that none is missing.
const NAMES: Readonly<Record<keyof AwsAuthClientOptions, true>> = {
  audience: true,
  serviceAccountEmail: true,
  delegates: true,
  tokenLifetimeSeconds: true,
  scopes: true,
  subject: true,
  projectId: true,
  quotaProjectId: true,
  universeDomain: true,
  awsCredentials: true,
  awsRegion: true,
  assumeRole: true,
  tokenUrl: true,
  serviceAccountImpersonationUrl: true,
  oauthTokenUrl: true,
  transporter: true,
  transporterOptions: true,
  eagerRefreshThresholdMillis: true,
  forceRefreshOnFailure: true,
  timeouts: true,
  retry: true,
  clock: true,
};

/**
 * Refuses options of other names.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function checkOptionNames(options: unknown): void {
  checkKnownNames(options, Object.keys(NAMES));
}
