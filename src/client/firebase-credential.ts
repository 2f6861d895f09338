import type {AwsAuthClient} from './aws-auth-client.js';

/** firebase-admin's `Credential`, as far as it is looked at. */
export interface FirebaseCredential {
  /** A token, and how many seconds it has left. */
  getAccessToken(): Promise<{access_token: string; expires_in: number}>;
}

/**
 * The `credential` of firebase-admin (12 to 14), which takes no `authClient`:
 *
 * ```ts
 * initializeApp({credential: firebaseCredential(authClient), projectId: 'my-project'});
 * ```
 *
 * firebase-admin keeps a token until five minutes before the end that it is told here, and asks again
 * then at every call: the client answers from memory. Its `getFirestore()` and `getStorage()` refuse any
 * credential that is not their own: use `@google-cloud/firestore` and `@google-cloud/storage` for those.
 *
 * @see https://firebase.google.com/docs/reference/admin/node/firebase-admin.app.credential
 */
export function firebaseCredential(authClient: AwsAuthClient): FirebaseCredential {
  return {
    getAccessToken: async () => {
      const {token} = await authClient.getAccessToken();
      const {access_token: kept, expiry_date: end} = authClient.credentials;
      // Another token may have come in between; of one whose end is unknown nothing is to be kept.
      const left = kept === token && typeof end === 'number' ? end - Date.now() : 0;
      return {access_token: token, expires_in: Math.max(0, Math.floor(left / 1000))};
    },
  };
}
