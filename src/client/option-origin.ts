import type {AwsCredentialSource} from '../config/external-account-config.js';
import type {Federation} from './federation.js';

/** What a client needs to know of where its options come from. */
export interface OptionOrigin {
  /** The credential file that they were made of. */
  readonly credentialSource?: AwsCredentialSource | undefined;
  /** What the client that they were derived from shares. */
  readonly federation?: Federation | undefined;
}

// Remembered here and not in a property, which a caller could forge.
const origins = new WeakMap<object, OptionOrigin>();

/** Remembers where these very options come from. */
export function withOrigin<T extends object>(options: T, origin: OptionOrigin): T {
  origins.set(options, origin);
  return options;
}

/** Where these very options come from; nothing is known of options that a caller made. */
export function originOf(options: unknown): OptionOrigin {
  const origin = typeof options === 'object' && options !== null ? origins.get(options) : undefined;
  return origin ?? {};
}
