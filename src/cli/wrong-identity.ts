import type {IdentityDescription} from '../index.js';
import {variable, type Io} from './io.js';

/**
 * Says where credentials are likely those of somebody else than the reader thinks: a node's role in a pod,
 * or keys that shadow the role of the task. `undefined` where nothing looks so.
 */
export function wrongIdentityTrap(
  {source}: Pick<IdentityDescription, 'source'>,
  io: Pick<Io, 'env'>,
): string | undefined {
  const set = (names: readonly string[]) => names.find(name => variable(io, name) !== undefined);
  if (source === 'instance-metadata') {
    const place = set(CONTAINER_SIGNS);
    return place === undefined
      ? undefined
      : `This runs in a container (${place} is set), and no identity of its own is set up: the instance metadata service gives the role of the host, which all its containers share. Give the pod or task a role (IRSA, EKS Pod Identity, an ECS task role).`;
  }
  const own = set(OWN_ROLE);
  if (own === undefined) return undefined;
  if (source === 'environment') {
    return `AWS_ACCESS_KEY_ID comes before the role that this workload has of its own (${own}). If that role is meant, unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.`;
  }
  if (source === 'profile') {
    return `A profile of the shared AWS files comes before the role that this workload has of its own (${own}). If that role is meant, unset AWS_PROFILE, or take the files out of the image.`;
  }
  if (source === 'web-identity' && own !== 'AWS_WEB_IDENTITY_TOKEN_FILE') {
    return `AWS_WEB_IDENTITY_TOKEN_FILE comes before the container's credential endpoint (${own}). If the role of EKS Pod Identity is meant, take the annotation eks.amazonaws.com/role-arn off the service account.`;
  }
  return undefined;
}

const CONTAINER_SIGNS = [
  'KUBERNETES_SERVICE_HOST',
  'ECS_CONTAINER_METADATA_URI_V4',
  'ECS_CONTAINER_METADATA_URI',
];

// In this order, so that the last rule sees the container's where both are set.
const OWN_ROLE = [
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
];
