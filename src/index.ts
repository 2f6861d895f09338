export {AwsAuthClient} from './client/aws-auth-client.js';
export {firebaseCredential} from './client/firebase-credential.js';
export {forGoogleClient} from './client/google-clients.js';
export {getCallerIdentity} from './client/get-caller-identity.js';
export {enableSignedUrls} from './client/signed-urls.js';
export {createExternalAccountConfig} from './config/external-account-config.js';
export {AwsAuthError, isAwsAuthError} from './errors.js';

export type {AssumeRoleOptions} from './aws/assume-role.js';
export type {AwsCredentialSourceName} from './aws/credential-source.js';
export type {AwsCredentials, AwsCredentialsProvider} from './aws/credentials.js';
export type {AwsRegionProvider} from './aws/region.js';
export type {AwsRegionSource} from './aws/region-lookup.js';
export type {IdentityDescription} from './client/aws-identity.js';
export type {CallerIdentity} from './client/caller-identity.js';
export type {CredentialFileOverrides} from './client/credential-file-options.js';
export type {FirebaseCredential} from './client/firebase-credential.js';
export type {CallerIdentityOptions} from './client/get-caller-identity.js';
export type {AwsAuthClientOptions} from './client/options.js';
export type {SigningStorage} from './client/signed-urls.js';
export type {StepTrace} from './client/step-tracing.js';
export type {
  AwsCredentialSource,
  ExternalAccountConfig,
  ExternalAccountConfigOptions,
} from './config/external-account-config.js';
export type {AwsAuthErrorCode, AwsAuthErrorDetails, AwsAuthStep} from './errors.js';
