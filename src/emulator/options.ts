import {completePolicy} from './check-policy.js';
import {
  resolveInstanceMetadata,
  type InstanceMetadataOptions,
  type ResolvedInstanceMetadata,
} from './instance-metadata-options.js';
import {checkKeys, type KeysOf} from './known-keys.js';
import type {EmulatorPolicy} from './policy.js';
import type {RequestRecord} from './server/request-record.js';
import {REGION} from './aws/verify-signature.js';

/** How {@link startEmulator} plays the clouds. Everything is optional. */
export interface EmulatorOptions {
  /** The port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** What exists and who may do what. What is left out is {@link defaultPolicy}'s. */
  readonly policy?: Partial<EmulatorPolicy>;
  /** The clock of both clouds, in epoch ms. Default `Date.now`. */
  readonly clock?: () => number;
  /** The region of the container, for `env.AWS_REGION`. Default `us-east-1`. */
  readonly region?: string;
  /**
   * The name of the container's role, which must be one of the policy's first AWS account. Default that
   * account's first; without any role, a request for the container's credentials is answered 500.
   */
  readonly taskRole?: string;
  /** The EC2 instance whose metadata service is played. Default one that has the role `taskRole`. */
  readonly instanceMetadata?: InstanceMetadataOptions;
  /**
   * How long AWS credentials live, in whole seconds, 1 or more. Default 21600 (six hours). For those of
   * STS callers choose, and keys that the policy holds never end.
   */
  readonly awsCredentialsLifetimeSeconds?: number;
  /** How long Google's federated tokens live, in whole seconds, 1 or more. Default 3600. */
  readonly federatedTokenLifetimeSeconds?: number;
  /**
   * How long the access tokens of service accounts, and of users for whom they act, live, in whole
   * seconds, 1 or more, whatever clients ask for. Default what they ask for, as Google has it.
   */
  readonly serviceAccountTokenLifetimeSeconds?: number;
  /** How far a signer's clock may be off the emulator's, in whole seconds, 1 or more. Default 300, as at AWS. */
  readonly maxClockSkewSeconds?: number;
  /**
   * Called with the record of each request, just before its answer is complete. Default nothing is
   * called. What it throws is an uncaught exception of the process, and no fault of the cloud.
   */
  readonly onRequest?: (record: RequestRecord) => void;
}

/** Options that are complete and checked. */
export interface ResolvedOptions {
  readonly port: number;
  readonly policy: EmulatorPolicy;
  readonly clock: () => number;
  readonly region: string;
  readonly taskRole: string | undefined;
  readonly instanceMetadata: ResolvedInstanceMetadata;
  readonly awsCredentialsLifetimeSeconds: number;
  readonly federatedTokenLifetimeSeconds: number;
  readonly serviceAccountTokenLifetimeSeconds: number | undefined;
  readonly maxClockSkewSeconds: number;
  readonly onRequest: ((record: RequestRecord) => void) | undefined;
}

const OPTIONS: KeysOf<EmulatorOptions> = {
  port: true,
  policy: true,
  clock: true,
  region: true,
  taskRole: true,
  instanceMetadata: true,
  awsCredentialsLifetimeSeconds: true,
  federatedTokenLifetimeSeconds: true,
  serviceAccountTokenLifetimeSeconds: true,
  maxClockSkewSeconds: true,
  onRequest: true,
};

/** @throws TypeError that names the option which is wrong; PolicyError for the policy. */
export function resolveOptions(options: EmulatorOptions): ResolvedOptions {
  checkKeys(options, OPTIONS, 'startEmulator()');
  const {port = 0, clock = Date.now, region = 'us-east-1', onRequest} = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError('The option "port" must be a port number, or 0 for any free one.');
  }
  for (const [name, value] of Object.entries({clock, onRequest})) {
    if (value !== undefined && typeof value !== 'function') {
      throw new TypeError(`The option "${name}" must be a function.`);
    }
  }
  if (!REGION.test(region)) {
    throw new TypeError('The option "region" must be the name of an AWS region.');
  }
  const policy = completePolicy(options.policy);
  const {taskRole = policy.aws.accounts[0]?.roles?.[0]?.name} = options;
  if (
    taskRole !== undefined &&
    policy.aws.accounts[0]?.roles?.some(role => role.name === taskRole) !== true
  ) {
    throw new TypeError(
      'The option "taskRole" must name a role of the first AWS account of the policy.',
    );
  }
  const roles = policy.aws.accounts[0]?.roles ?? [];
  return {
    port,
    policy,
    clock,
    region,
    taskRole,
    instanceMetadata: resolveInstanceMetadata(options.instanceMetadata ?? {}, {
      taskRole,
      region,
      roles: roles.map(role => role.name),
    }),
    awsCredentialsLifetimeSeconds: seconds('awsCredentialsLifetimeSeconds', options) ?? 21_600,
    federatedTokenLifetimeSeconds: seconds('federatedTokenLifetimeSeconds', options) ?? 3600,
    serviceAccountTokenLifetimeSeconds: seconds('serviceAccountTokenLifetimeSeconds', options),
    maxClockSkewSeconds: seconds('maxClockSkewSeconds', options) ?? 300,
    onRequest,
  };
}

type SecondsOption = Extract<keyof EmulatorOptions, `${string}Seconds`>;

function seconds(name: SecondsOption, options: EmulatorOptions): number | undefined {
  const value = options[name];
  if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
    throw new TypeError(`The option "${name}" must be a whole number of seconds, 1 or more.`);
  }
  return value;
}
