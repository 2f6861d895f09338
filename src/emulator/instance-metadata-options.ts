import {REGION} from './aws/verify-signature.js';
import {checkKeys, type KeysOf} from './known-keys.js';

/** The EC2 instance whose metadata service the emulator plays. Everything is optional. */
export interface InstanceMetadataOptions {
  /**
   * The name of the instance profile's role, which must be one of the policy's first AWS account;
   * `false`: the instance has no profile. Default the option `taskRole`.
   */
  readonly role?: string | false;
  /** `placement/region`. Default the option `region`. */
  readonly region?: string;
  /**
   * `placement/availability-zone`, a zone of the region, or a Local Zone such as `us-west-2-lax-1a`.
   * Default the region's zone `a`.
   */
  readonly availabilityZone?: string;
  /** How far the answer to the request for a token gets: 1 to 64 hops. Default 1. */
  readonly hopLimit?: number;
  /** How far away the caller is: 1 on the instance, 2 in a container with a network of its own. Default 1. */
  readonly hops?: number;
  /** Whether requests without a token are answered: IMDSv1. Default `false`. */
  readonly allowV1?: boolean;
  /** Whether the service is switched off: it answers 403 to everything. Default `false`. */
  readonly disabled?: boolean;
}

const OPTIONS: KeysOf<InstanceMetadataOptions> = {
  role: true,
  region: true,
  availabilityZone: true,
  hopLimit: true,
  hops: true,
  allowV1: true,
  disabled: true,
};

/** {@link InstanceMetadataOptions} that are complete and checked. */
export interface ResolvedInstanceMetadata {
  /** `undefined` without an instance profile. */
  readonly role: string | undefined;
  readonly region: string;
  readonly availabilityZone: string;
  readonly hopLimit: number;
  readonly hops: number;
  readonly allowV1: boolean;
  readonly disabled: boolean;
}

/**
 * @param defaults - the options of the emulator that stand in
 * @throws TypeError that names the option which is wrong.
 */
export function resolveInstanceMetadata(
  options: InstanceMetadataOptions,
  defaults: {
    readonly taskRole: string | undefined;
    readonly region: string;
    readonly roles: readonly string[];
  },
): ResolvedInstanceMetadata {
  checkKeys(options, OPTIONS, 'The option "instanceMetadata"');
  const {region = defaults.region, hopLimit = 1, hops = 1} = options;
  const {availabilityZone = `${region}a`, allowV1 = false, disabled = false} = options;
  const role = options.role === false ? undefined : (options.role ?? defaults.taskRole);
  need(
    role === undefined || defaults.roles.includes(role),
    'role',
    'a role of the first AWS account of the policy, or false',
  );
  need(REGION.test(region), 'region', 'the name of an AWS region');
  need(
    availabilityZone.startsWith(region) && /^[a-z0-9-]*[a-z]$/.test(availabilityZone),
    'availabilityZone',
    'the name of a zone of the region',
  );
  for (const [name, value] of Object.entries({hopLimit, hops})) {
    need(Number.isInteger(value) && value >= 1 && value <= 64, name, 'a whole number from 1 to 64');
  }
  for (const [name, value] of Object.entries({allowV1, disabled})) {
    need(typeof value === 'boolean', name, 'true or false');
  }
  return {role, region, availabilityZone, hopLimit, hops, allowV1, disabled};
}

function need(isRight: boolean, name: string, what: string): void {
  if (!isRight) throw new TypeError(`The option "instanceMetadata.${name}" must be ${what}.`);
}
