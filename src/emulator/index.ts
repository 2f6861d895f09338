export {startEmulator} from './emulator.js';
export {defaultAttributeMapping} from './google/attributes.js';
export {defaultPolicy} from './policy.js';

export type {CredentialConfigOptions, EmulatorCredentialConfig} from './credential-config.js';
export type {
  Emulator,
  EmulatorAwsCredentials,
  EmulatorEnvironment,
  IssueAwsCredentialsOptions,
} from './emulator.js';
export type {
  AttributeCondition,
  AttributeMapping,
  AwsAssertion,
  MappedAttributes,
} from './google/attributes.js';
export type {EmulatorOptions} from './options.js';
export type {
  AwsAccount,
  AwsPolicy,
  AwsProvider,
  AwsRole,
  AwsUser,
  AwsUserAccessKey,
  EmulatorPolicy,
  GooglePolicy,
  GoogleService,
  ServiceAccount,
  ServiceAccountBinding,
  ServiceAccountRole,
  WorkloadIdentityPool,
} from './policy.js';
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
