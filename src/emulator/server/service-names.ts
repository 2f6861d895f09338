import type {ServiceName} from '../service.js';

const NAMES: Readonly<Record<ServiceName, true>> = {
  'aws-container-credentials': true,
  'aws-sts': true,
  'google-sts': true,
  'iam-credentials': true,
  storage: true,
};

/** Every service's name. */
export const SERVICE_NAMES: readonly string[] = Object.keys(NAMES);
