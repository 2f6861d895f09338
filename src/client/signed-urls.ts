import {show} from '../config/option-checks.js';
import {AwsAuthError} from '../errors.js';
import {AwsAuthClient} from './aws-auth-client.js';
import {signatureNeedsServiceAccount} from './signing.js';

/** What `enableSignedUrls()` needs of a `Storage`, of whichever version. */
export interface SigningStorage {
  readonly authClient: {
    /** The auth client that the `Storage` was given. */
    readonly cachedCredential: unknown;
    getCredentials(): Promise<object>;
  };
}

type Callback = (error: Error | null, credentials?: object) => void;

/**
 * Lets a `Storage` of `@google-cloud/storage` sign URLs and forms (`getSignedUrl()`,
 * `generateSignedPostPolicyV4()`) with an {@link AwsAuthClient}:
 *
 * ```ts
 * const storage = enableSignedUrls(new Storage({authClient, projectId}));
 * ```
 *
 * It is needed where the `Storage` has a google-auth-library of its own, another copy than this package's:
 * always with `@google-cloud/storage` 7, and wherever `npm ls google-auth-library` shows two. Such a copy
 * does not know this package's client for one that can sign, and looks for credentials elsewhere. Where it is
 * not needed it changes nothing.
 *
 * @returns the same `Storage`.
 * @throws AwsAuthError `INVALID_OPTION` where it is no `Storage`, or its auth client is not an
 *   `AwsAuthClient`; `SERVICE_ACCOUNT_REQUIRED` where the client acts as the federated principal itself.
 */
export function enableSignedUrls<Client extends SigningStorage>(storage: Client): Client {
  const auth = authOf(storage);
  const client = auth.cachedCredential;
  if (!(client instanceof AwsAuthClient)) {
    throw invalid(
      `enableSignedUrls() was given a Storage whose auth client is ${show(client)}, not an AwsAuthClient.`,
      'Make it with new Storage({authClient}), where authClient is an AwsAuthClient of the same copy of google-auth-aws.',
    );
  }
  const email = client.getServiceAccountEmail();
  if (email === null) throw signatureNeedsServiceAccount();
  const credentials = {client_email: email, universe_domain: client.universeDomain};
  // In place of google-auth-library's own: with an e-mail in hand, the rest of its signing works for every
  // client.
  Object.defineProperty(auth, 'getCredentials', {
    configurable: true,
    writable: true,
    value: (callback?: Callback): Promise<object> | undefined => {
      if (callback === undefined) return Promise.resolve({...credentials});
      process.nextTick(callback, null, {...credentials});
      return undefined;
    },
  });
  return storage;
}

function authOf(storage: unknown): {readonly cachedCredential: unknown} {
  const auth = isObject(storage) && 'authClient' in storage ? storage.authClient : undefined;
  if (isObject(auth) && 'getCredentials' in auth && 'cachedCredential' in auth) return auth;
  throw invalid(
    `enableSignedUrls() was given ${show(storage)}, not a Storage of @google-cloud/storage.`,
    'Give it the Storage itself, not a bucket or a file: enableSignedUrls(new Storage({authClient, projectId})).',
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function invalid(what: string, fix: string): AwsAuthError {
  return new AwsAuthError({code: 'INVALID_OPTION', step: 'config', what, fix});
}
