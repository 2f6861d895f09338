// google-auth-library's own client over the AWS SDK, as its README shows it.
import {readFileSync} from 'node:fs';
import {fromNodeProviderChain} from '@aws-sdk/credential-providers';
import {AwsClient} from 'google-auth-library';

class AwsSupplier {
  async getAwsRegion() {
    return process.env.AWS_REGION;
  }

  async getAwsSecurityCredentials() {
    const awsCredentialsProvider = fromNodeProviderChain();
    const awsCredentials = await awsCredentialsProvider();
    return {
      accessKeyId: awsCredentials.accessKeyId,
      secretAccessKey: awsCredentials.secretAccessKey,
      token: awsCredentials.sessionToken,
    };
  }
}

export function makeClient() {
  const config = JSON.parse(readFileSync(process.env.GOOGLE_APPLICATION_CREDENTIALS, 'utf8'));
  // It takes one of the two.
  delete config.credential_source;
  return new AwsClient({...config, aws_security_credentials_supplier: new AwsSupplier()});
}
