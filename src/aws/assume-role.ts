import type {CredentialSource} from './credential-source.js';
import type {AwsCredentials} from './credentials.js';
import {clientConfigWithin, credentialProviders} from './aws-sdk.js';
import {readCredentials} from './read-credentials.js';
import {DEFAULT_TIME_LIMIT_MILLIS} from './time-limit.js';

/** A role to assume on top of the AWS identity that is found or given. */
export interface AssumeRoleOptions {
  /** `arn:aws:iam::ACCOUNT:role/NAME`. Required. */
  readonly roleArn: string;
  /** Default `google-auth-aws`. It is part of the subject that Google sees. */
  readonly sessionName?: string | undefined;
  /** What the role's trust policy may ask for. Default: none. */
  readonly externalId?: string | undefined;
  /** How long the role's session lasts, 900–43 200 s. Default 3600. */
  readonly durationSeconds?: number | undefined;
}

/** The source that assumes a role with the credentials of another one. */
export function assumedRoleSource(
  base: CredentialSource,
  options: AssumeRoleOptions,
  region: () => Promise<string>,
): CredentialSource {
  const {roleArn, sessionName = 'google-auth-aws', externalId, durationSeconds} = options;
  return {
    name: base.name,
    description: `the role ${roleArn}, assumed with ${base.description}`,
    advice: `Check the role's trust policy, and the base identity. ${base.advice}`,
    roleArn,
    asksAws: true,
    secrets: base.secrets,
    read: async readOptions => {
      // Not by the SDK: the base has a time limit, a check and an error of its own.
      const timeoutMillis = DEFAULT_TIME_LIMIT_MILLIS;
      const credentials = await readCredentials(base, {timeoutMillis, ...readOptions});
      const {fromTemporaryCredentials} = await credentialProviders();
      return fromTemporaryCredentials({
        masterCredentials: asSdkIdentity(credentials),
        params: {
          RoleArn: roleArn,
          RoleSessionName: sessionName,
          ...(externalId === undefined ? {} : {ExternalId: externalId}),
          ...(durationSeconds === undefined ? {} : {DurationSeconds: durationSeconds}),
        },
        clientConfig: clientConfigWithin(timeoutMillis, await region()),
      })();
    },
  };
}

// The SDK's type takes no `undefined` where a field may be left out.
function asSdkIdentity({accessKeyId, secretAccessKey, sessionToken}: AwsCredentials) {
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : {sessionToken}),
  };
}
