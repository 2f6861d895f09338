import type {AwsAuthClient} from 'google-auth-aws';

/** The client, typed for a copy of google-auth-library of another version than the package's. */
export function typed<T>(client: AwsAuthClient): T {
  return client as unknown as T;
}
