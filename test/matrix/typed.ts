import type {AwsAuthClient} from 'google-auth-aws';

/** The client, typed for a copy of google-auth-library of another version than the package's. */
export function typed<T>(client: AwsAuthClient): T {
  return client as unknown as T;
}

export const firebaseCredential = (client: AwsAuthClient) => ({
  getAccessToken: async () => ({
    access_token: (await client.getAccessToken()).token,
    expires_in: 3600,
  }),
});
