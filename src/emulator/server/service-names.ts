import type {ServiceName} from '../service.js';

const NAMES: Readonly<Record<ServiceName, true>> = {
  'aws-container-credentials': true,
  'aws-instance-metadata': true,
  'aws-pod-identity': true,
  'aws-sso': true,
  'aws-sso-oidc': true,
  'aws-sts': true,
  'google-certs': true,
  'google-oauth2': true,
  'google-sts': true,
  'iam-credentials': true,
  storage: true,
};

/** Every service's name. */
export const SERVICE_NAMES: readonly string[] = Object.keys(NAMES);
