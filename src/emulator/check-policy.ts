import {awsShape, checkAwsNames} from './check-aws.js';
import {checkGoogleNames, googleShape} from './check-google.js';
import {defaultPolicy, type EmulatorPolicy} from './policy.js';
import {object, optional} from './policy-shape.js';

const shape = object<EmulatorPolicy>({aws: optional(awsShape), google: optional(googleShape)});

/**
 * Checks a policy as the clouds check what it is made of: a slip in a member's name, say, is told here
 * and not found at the first refusal.
 *
 * @returns the policy, with what is left out as {@link defaultPolicy} has it.
 * @throws PolicyError that says what is wrong and where.
 */
export function completePolicy(policy: unknown = {}): EmulatorPolicy {
  assertShape(policy);
  const {aws, google} = defaultPolicy();
  const complete = {aws: policy.aws ?? aws, google: policy.google ?? google};
  checkAwsNames(complete.aws);
  checkGoogleNames(complete.google);
  return complete;
}

function assertShape(policy: unknown): asserts policy is Partial<EmulatorPolicy> {
  shape(policy, []);
}
