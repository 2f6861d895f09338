export {startEmulator} from './emulator.js';
export {explainIdentity} from './explain-identity.js';
export {DEFAULT_ATTRIBUTE_MAPPING, defaultAttributeMapping} from './google/attributes.js';
export {defaultPolicy} from './policy.js';
export {PolicyError} from './policy-error.js';
export {parsePolicy, readPolicyFile} from './policy-file.js';

export type {AwsSetup, AwsSetupOptions, AwsSource} from './aws/aws-setup.js';
export type {IssueAwsCredentialsOptions} from './aws/issue-credentials.js';
export type {AwsFile} from './aws/shared-files.js';
export type {IssueSsoTokenOptions, SsoToken} from './aws/sso-sessions.js';
export type {IssueWebIdentityTokenOptions} from './aws/web-identity-tokens.js';
export type {CredentialConfigOptions, EmulatorCredentialConfig} from './credential-config.js';
export type {Emulator, EmulatorAwsCredentials, EmulatorEnvironment} from './emulator.js';
export type {ExplainedCaller, IdentityExplanation} from './explain-identity.js';
export type {
  BindingDifference,
  ConditionExplanation,
  FailedPart,
  ProviderExplanation,
  ServiceAccountExplanation,
} from './explain-provider.js';
export type {
  AttributeCondition,
  AttributeConditionFunction,
  AttributeMapping,
  AttributeMappingExpressions,
  AttributeMappingFunction,
  AwsAssertion,
  MappedAttributes,
} from './google/attributes.js';
export type {AdmissionRefusal} from './google/map-attributes.js';
export type {Grant} from './google/principal.js';
export type {InstanceMetadataOptions} from './instance-metadata-options.js';
export type {EmulatorOptions} from './options.js';
export type {
  AwsAccount,
  AwsOidcProvider,
  AwsPolicy,
  AwsPrincipalTrust,
  AwsProvider,
  AwsRole,
  AwsRoleAccessKey,
  AwsRoleTrust,
  AwsUser,
  AwsUserAccessKey,
  AwsWebIdentityTrust,
  DomainWideDelegation,
  EmulatorPolicy,
  GooglePolicy,
  GoogleService,
  ServiceAccount,
  ServiceAccountBinding,
  ServiceAccountRole,
  StorageRole,
  WorkloadIdentityPool,
  WorkspaceDomain,
} from './policy.js';
export type {PolicyErrorFacts, PolicyPath, TextPosition} from './policy-error.js';
export type {ParsePolicyOptions} from './policy-file.js';
export type {
  AnswerFault,
  Fault,
  HangFault,
  RedirectFault,
  ResetFault,
  SlowFault,
} from './server/fault.js';
export type {RequestFacts, RequestRecord} from './server/request-record.js';
export type {ServiceName} from './service.js';
