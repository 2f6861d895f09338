import type {
  AwsAuthClient,
  AwsAuthErrorCode,
  CallerIdentity,
  IdentityDescription,
} from '../../index.js';
import type {Io} from '../io.js';
import type {ProviderFlags} from '../provider-flags.js';

/** What is asked of the doctor. */
export interface DoctorFlags extends ProviderFlags {
  readonly url?: string;
  readonly bucket?: string;
  readonly sign?: true;
  /** The Workspace user to act for, too. */
  readonly subject?: string;
  readonly scopes?: readonly string[];
  readonly json?: true;
}

/** A command that mends something, and why one would run it. */
export interface Remedy {
  readonly why: string;
  readonly command: string;
}

/** What a step has found. */
export interface Finding {
  readonly status: 'ok' | 'warning' | 'failed';
  /** A line: what was seen, or what failed and the server's own words. */
  readonly facts: string;
  /** The kind of failure, where it is one of the library's. */
  readonly code?: AwsAuthErrorCode;
  /** What that means here. */
  readonly meaning?: string;
  readonly remedies?: readonly Remedy[];
}

/** What a failure means here, and what mends it. */
export type Explanation = Pick<Finding, 'meaning' | 'remedies'>;

/** What the steps so far have found out, for those that follow. */
export interface Visit {
  readonly io: Io;
  readonly flags: DoctorFlags;
  client?: AwsAuthClient;
  /** The same, acting for the Workspace user of `--subject`. */
  userClient?: AwsAuthClient;
  identity?: IdentityDescription;
  caller?: CallerIdentity;
  /** How far the servers' clocks are ahead of this machine's, in ms. */
  clockOffsetMillis?: number;
}

/** A step of the way. */
export interface Step {
  /** For programs. */
  readonly id: string;
  readonly title: string;
  /** `undefined`: there is nothing to do in this step. */
  run(visit: Visit): Promise<Finding | undefined>;
}

/** The client that the configuration step has made. */
export function clientOf({client}: Visit): AwsAuthClient {
  if (client === undefined) throw new TypeError('the configuration step comes first');
  return client;
}
