import {clientConfigWithin, credentialProviders, type StsRegion} from './aws-sdk.js';
import type {AwsCredentials} from './credentials.js';
import {readTokenFile} from './token-file.js';

/** Whose token is changed for the credentials of a role. */
export interface WebIdentity {
  /** The file of its token. */
  readonly file: string;
  /** Default: the AWS SDK's. */
  readonly sessionName: string | undefined;
}

/**
 * Asks AWS STS for the role of a web identity. Its file is not read by the AWS SDK: see `readTokenFile()`.
 *
 * @param timeoutMillis how long a request may take, in ms, and the file half of that.
 */
export async function assumeWithWebIdentity(
  {file, sessionName}: WebIdentity,
  roleArn: string,
  region: StsRegion,
  timeoutMillis: number,
): Promise<AwsCredentials> {
  const webIdentityToken = await readTokenFile(file, timeoutMillis);
  const {fromWebToken} = await credentialProviders();
  return fromWebToken({
    roleArn,
    webIdentityToken,
    clientConfig: clientConfigWithin(timeoutMillis, region),
    ...(sessionName ? {roleSessionName: sessionName} : {}),
  })();
}
