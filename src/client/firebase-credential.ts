import {AwsAuthError} from '../errors.js';
import type {AwsAuthClient} from './aws-auth-client.js';

/** firebase-admin's `Credential`, as far as it is looked at. */
export interface FirebaseCredential {
  /** A token, and how many seconds it has left. */
  getAccessToken(): Promise<{access_token: string; expires_in: number}>;
}

/**
 * The `credential` of firebase-admin (13 and 14), which takes no `authClient`:
 *
 * ```ts
 * initializeApp({credential: firebaseCredential(authClient), projectId: 'my-project'});
 * ```
 *
 * firebase-admin keeps a token until five minutes before the end that it is told here, and asks again
 * then at every call: the client answers from memory. Its `getFirestore()` and `getStorage()` refuse any
 * credential that is not their own, and throw an `AwsAuthError` `CLIENT_UNSUPPORTED` with this one: use
 * `@google-cloud/firestore` and `@google-cloud/storage` for those.
 *
 * @see https://firebase.google.com/docs/reference/admin/node/firebase-admin.app.credential
 */
export function firebaseCredential(authClient: AwsAuthClient): FirebaseCredential {
  const credential = new AwsFirebaseCredential(async () => {
    const {token} = await authClient.getAccessToken();
    const {access_token: kept, expiry_date: end} = authClient.credentials;
    // Another token may have come in between; of one whose end is unknown nothing is to be kept.
    const left = kept === token && typeof end === 'number' ? end - Date.now() : 0;
    return {access_token: token, expires_in: Math.max(0, Math.floor(left / 1000))};
  });
  // What firebase-admin reads of a credential whenever an app's options are asked for: its deepExtend() tells
  // plain objects from others by it. On the way to a refusal it touches nothing else.
  return Object.defineProperty(credential, 'constructor', {
    configurable: true,
    get: () => {
      const asking = askingProduct();
      if (asking !== undefined) throw notTakenBy(asking, authClient);
      return AwsFirebaseCredential;
    },
  });
}

/** Of a class of its own, so that firebase-admin keeps it as it is: it copies plain objects. */
class AwsFirebaseCredential implements FirebaseCredential {
  readonly getAccessToken: FirebaseCredential['getAccessToken'];

  constructor(getAccessToken: FirebaseCredential['getAccessToken']) {
    this.getAccessToken = getAccessToken;
  }
}

type Product = 'Firestore' | 'Storage';

/**
 * Which of firebase-admin's products asks for the app's options in order to be made, by the stack: its
 * `getFirestoreOptions()` and the constructor of its `Storage` begin with `getExplicitProjectId()`, and end
 * in a refusal that names a key and Google's default credentials alone. Both functions must stand next to each
 * other, as nobody else has them: who looks at the options is not disturbed. Where they are not recognised
 * (minified code), firebase-admin's own refusal follows.
 */
function askingProduct(): Product | undefined {
  const asking = /\bgetExplicitProjectId\b.*\n.*\b(getFirestoreOptions|new Storage)\b/.exec(
    String(new Error().stack),
  );
  if (asking === null) return undefined;
  return asking[1] === 'new Storage' ? 'Storage' : 'Firestore';
}

function notTakenBy(product: Product, {projectId}: AwsAuthClient): AwsAuthError {
  const name = `@google-cloud/${product.toLowerCase()}`;
  return new AwsAuthError({
    code: 'CLIENT_UNSUPPORTED',
    step: 'config',
    what: `firebase-admin's get${product}() takes a service-account key or Google's default credentials, and no other credential: not firebaseCredential() either.`,
    fix: `Use the client that it wraps, with the same auth client: import {${product}} from '${name}'; new ${product}({authClient, projectId: '${projectId ?? 'PROJECT'}'}). The rest of firebase-admin goes on with firebaseCredential().`,
  });
}
