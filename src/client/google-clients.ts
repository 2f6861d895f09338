import {invalidOption, show} from '../config/option-checks.js';
import {AwsAuthClient} from './aws-auth-client.js';

/**
 * The client as the type that a Google client of an older major asks for. Such a client holds a
 * google-auth-library of its own, whose classes TypeScript tells apart from the newest ones:
 *
 * ```ts
 * const storage = new Storage({authClient: forGoogleClient(authClient)});
 * ```
 *
 * It gives back the same object, which is read by Google's clients of every major. Another library's auth
 * client is refused: a client of an older major would find no headers in it, and send its requests
 * without authorization. Clients that hold google-auth-library 11 take the client as it is.
 *
 * Write it where it is asked for. A variable in between asks for nothing, and would be of the type `never`;
 * name the type there:
 *
 * ```ts
 * const forStorage = forGoogleClient<NonNullable<StorageOptions['authClient']>>(authClient);
 * ```
 *
 * @typeParam T the type that is asked for; TypeScript finds it from the place of use.
 * @throws AwsAuthError `INVALID_OPTION`, when it is no `AwsAuthClient` of this copy of the package.
 */
export function forGoogleClient<T extends Asked<T>>(authClient: AwsAuthClient): T;
export function forGoogleClient(authClient: unknown): unknown {
  if (!(authClient instanceof AwsAuthClient)) {
    throw invalidOption(
      'authClient',
      `is ${show(authClient)}, not an AwsAuthClient of this copy of google-auth-aws`,
      'Give a client that "new AwsAuthClient()" made; "npm ls google-auth-aws" shows other copies.',
    );
  }
  return authClient;
}

/**
 * What can be asked for is an auth client of some kind, or what some clients take in its place. For anything
 * else TypeScript infers the constraint itself: the client as it is, which fits nowhere else. Where nothing is
 * known of what is asked for, `never` fits. It must: so it is for the first of several overloads, as googleapis
 * has them, and what TypeScript takes there it keeps for the overloads after. Any other type, as a default type
 * argument would give one, fits into none of them then.
 */
type Asked<T> = unknown extends T
  ? never
  : [Extract<T, {getRequestHeaders: unknown}>] extends [never]
    ? AwsAuthClient
    : unknown;
