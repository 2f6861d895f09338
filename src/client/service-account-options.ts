import {impersonationTarget} from '../config/google-endpoints.js';
import {checkEmail, checkLifetime, invalidOption, show} from '../config/option-checks.js';

/** The options that say which service account the client acts as. */
export interface ServiceAccountOptions {
  readonly serviceAccountEmail?: string | undefined;
  readonly serviceAccountImpersonationUrl?: string | undefined;
  readonly delegates?: readonly string[] | undefined;
  readonly tokenLifetimeSeconds?: number | undefined;
}

/** The service account to act as, checked. */
export interface ResolvedServiceAccount {
  readonly email: string;
  readonly url: string;
  readonly delegates: readonly string[];
  readonly lifetimeSeconds: number;
  /** Whether the lifetime was asked for, which Google counts in its metrics. */
  readonly lifetimeGiven: boolean;
}

const DEFAULT_LIFETIME_SECONDS = 3600;

/**
 * Checks the options that say which service account the client acts as, and fills in the defaults.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function resolveServiceAccount(
  options: ServiceAccountOptions,
  universeDomain: string,
): ResolvedServiceAccount | undefined {
  const target = impersonationTarget(options, universeDomain);
  const {tokenLifetimeSeconds} = options;
  const lifetime =
    tokenLifetimeSeconds === undefined
      ? undefined
      : checkLifetime(tokenLifetimeSeconds, 'tokenLifetimeSeconds');
  const delegates = resolveDelegates(options.delegates);
  if (target === undefined) {
    for (const [name, given] of [
      ['tokenLifetimeSeconds', lifetime !== undefined],
      ['delegates', delegates.length > 0],
    ] as const) {
      if (given) {
        throw invalidOption(
          name,
          'is given without "serviceAccountEmail"',
          'It concerns a service account’s token: name the service account, or leave it out.',
        );
      }
    }
    return undefined;
  }
  return Object.freeze({
    email: target.email,
    url: target.url.href,
    delegates,
    lifetimeSeconds: lifetime ?? DEFAULT_LIFETIME_SECONDS,
    lifetimeGiven: lifetime !== undefined,
  });
}

function resolveDelegates(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw invalidOption(
      'delegates',
      `is ${show(value)}, not an array`,
      'Give an array of e-mails.',
    );
  }
  return Object.freeze(value.map((email, i) => checkEmail(email, `delegates[${String(i)}]`)));
}
