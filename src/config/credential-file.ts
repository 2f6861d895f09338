import {types} from 'node:util';
import {AwsAuthError, isAwsAuthError, type AwsAuthErrorCode} from '../errors.js';
import {checkGoogleHost, checkImpersonationUrl, checkUniverse} from './google-endpoints.js';
import type {AwsCredentialSource} from './external-account-config.js';
import {
  checkEndpointUrl,
  checkLifetime,
  checkProject,
  checkUniverseDomain,
  DEFAULT_UNIVERSE_DOMAIN,
  show,
} from './option-checks.js';
import {formatProviderName, parseProviderName} from './provider-name.js';
import {readText, UnwrittenPipe} from './read-text.js';

/** What a credential file says, checked. */
export interface CredentialFile {
  readonly audience: string;
  readonly universeDomain: string;
  readonly tokenUrl: string | undefined;
  readonly serviceAccountImpersonationUrl: string | undefined;
  readonly tokenLifetimeSeconds: number | undefined;
  readonly quotaProjectId: string | undefined;
  readonly credentialSource: AwsCredentialSource;
}

/** What the caller's code says about a credential file, and so trusts. */
export interface CredentialFileTrust {
  /** Where the file was read; `undefined` where code gives what is in it. */
  readonly path: string | undefined;
  /** Universes that need not be known ones. */
  readonly universes: readonly string[];
  /** Whether code gives its own token URL, so that the file's is not used. */
  readonly ignoreTokenUrl: boolean;
  /** Whether code gives its own impersonation URL or service account. */
  readonly ignoreImpersonationUrl: boolean;
}

/**
 * Reads and parses a credential file.
 *
 * @param pipeMillis how long one that is a pipe is waited for, in ms. Default ten seconds.
 * @throws AwsAuthError `CREDENTIAL_FILE_NOT_FOUND`, `CREDENTIAL_FILE_UNREADABLE`, `CREDENTIAL_FILE_INVALID` or, where
 *   the path is the file's content, `INVALID_OPTION`. None quotes the file: it might be a private key.
 */
export function readCredentialFile(path: string, pipeMillis?: number): unknown {
  let content: string;
  try {
    content = readText(path, pipeMillis);
  } catch (error) {
    if (error instanceof UnwrittenPipe) {
      throw fileError(
        'CREDENTIAL_FILE_UNREADABLE',
        `The credential file ${show(path)} is a pipe, and ${error.message}.`,
        'Correct the path (GOOGLE_APPLICATION_CREDENTIALS, if you gave none), or let something write the file into the pipe and close it.',
      );
    }
    if (CONTENT.test(path)) {
      throw fileError(
        'INVALID_OPTION',
        'Where the path of a credential file belongs (GOOGLE_APPLICATION_CREDENTIALS, if you gave none) stands the content of one.',
        'Write it to a file and give its path, or give what JSON.parse() makes of it to AwsAuthClient.fromJSON().',
      );
    }
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') {
      throw fileError(
        'CREDENTIAL_FILE_NOT_FOUND',
        `There is no credential file at ${show(path)}.`,
        'Correct the path (GOOGLE_APPLICATION_CREDENTIALS, if you gave none), or make the file with createExternalAccountConfig() or gcloud iam workload-identity-pools create-cred-config.',
      );
    }
    throw fileError(
      'CREDENTIAL_FILE_UNREADABLE',
      `The credential file ${show(path)} cannot be read: ${typeof code === 'string' ? code : 'unknown error'}.`,
      'Let the user that runs this process read it; it must be a file.',
    );
  }
  try {
    // A byte order mark is what some editors leave; JSON.parse refuses it.
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch {
    throw fileError(
      'CREDENTIAL_FILE_INVALID',
      `The credential file ${show(path)} is not JSON.`,
      'Make it anew with createExternalAccountConfig() or gcloud iam workload-identity-pools create-cred-config.',
    );
  }
}

// JSON, in quotes or not, and the beginnings that it has in base64.
const CONTENT = /^[\s'"]*\{|^e(?:yJ|yA|wo|w0)[\w+/=\s]{60,}$|BEGIN PRIVATE KEY/;

/**
 * Checks what a credential file says, whoever wrote it.
 *
 * @throws AwsAuthError `CREDENTIAL_FILE_INVALID`, `INVALID_AUDIENCE`, `UNTRUSTED_URL`.
 */
export function parseCredentialFile(value: unknown, trust: CredentialFileTrust): CredentialFile {
  const file =
    trust.path === undefined
      ? 'The credential file’s content'
      : `The credential file ${show(trust.path)}`;
  const invalid = (problem: string, fix: string): AwsAuthError =>
    fileError('CREDENTIAL_FILE_INVALID', `${file} ${problem}.`, fix);
  const remake =
    'Make it anew with: gcloud iam workload-identity-pools create-cred-config PROVIDER --aws --service-account=EMAIL --output-file=FILE';
  if (!isRecord(value) || ArrayBuffer.isView(value) || types.isPromise(value)) {
    throw invalid(
      `is not a JSON object but ${kindOf(value)}`,
      trust.path === undefined
        ? 'Give the object that JSON.parse() makes of the file, or the path of the file to AwsAuthClient.fromFile().'
        : remake,
    );
  }
  const {type} = value;
  if (type !== 'external_account') {
    throw invalid(
      type === undefined
        ? 'has no type, and so is not "external_account"'
        : `is of type ${show(type)}, not "external_account"`,
      otherType(type),
    );
  }
  const subjectTokenType = value['subject_token_type'];
  if (subjectTokenType !== 'urn:ietf:params:aws:token-type:aws4_request') {
    throw invalid(
      `${has('subject_token_type', subjectTokenType)}, so it is not for AWS`,
      `For other clouds use google-auth-library’s own clients. ${remake}`,
    );
  }
  // The checks of options speak of options; here it is the file that is wrong.
  const inFile = <T>(check: () => T): T => {
    try {
      return check();
    } catch (error) {
      if (!isAwsAuthError(error)) throw error;
      const ofFile = (words: string) =>
        words.replace(/^The (?:option|credential file's key)/, 'Its key');
      if (error.code === 'INVALID_OPTION') {
        throw invalid(`cannot be used. ${ofFile(error.message).replace(/\.$/, '')}`, remake);
      }
      const what = `${file} cannot be used. ${ofFile(error.what)}`;
      throw fileError(error.code, what, error.fix);
    }
  };
  const optional = <T>(key: string, check: (value: unknown, key: string) => T): T | undefined =>
    value[key] === undefined ? undefined : inFile(() => check(value[key], key));

  const universeDomain =
    optional('universe_domain', checkUniverseDomain) ?? DEFAULT_UNIVERSE_DOMAIN;
  inFile(() => {
    checkUniverse(universeDomain, trust.universes);
  });
  const tokenUrl = trust.ignoreTokenUrl ? undefined : optional('token_url', checkEndpointUrl);
  if (tokenUrl !== undefined) {
    inFile(() => {
      checkGoogleHost(tokenUrl, {
        service: 'sts',
        universeDomain,
        key: 'token_url',
        option: 'tokenUrl',
      });
    });
  }
  const target = trust.ignoreImpersonationUrl
    ? undefined
    : optional('service_account_impersonation_url', checkImpersonationUrl);
  if (target !== undefined) {
    inFile(() => {
      checkGoogleHost(target.url, {
        service: 'iamcredentials',
        universeDomain,
        key: 'service_account_impersonation_url',
        option: 'serviceAccountImpersonationUrl',
      });
    });
  }
  const impersonation = value['service_account_impersonation'];
  if (impersonation !== undefined && !isRecord(impersonation)) {
    throw invalid('has a "service_account_impersonation" that is not an object', remake);
  }
  const lifetime = impersonation?.['token_lifetime_seconds'];
  if (lifetime !== undefined && target === undefined && !trust.ignoreImpersonationUrl) {
    throw invalid(
      'has a token_lifetime_seconds and no service_account_impersonation_url',
      `To act as no service account, take "service_account_impersonation" out. To act as one: ${remake}`,
    );
  }
  return {
    audience: inFile(() => formatProviderName(parseProviderName(value['audience']))),
    universeDomain,
    tokenUrl: tokenUrl?.href,
    serviceAccountImpersonationUrl: target?.url.href,
    tokenLifetimeSeconds:
      lifetime === undefined
        ? undefined
        : inFile(() => checkLifetime(lifetime, 'token_lifetime_seconds')),
    quotaProjectId: optional('quota_project_id', checkProject),
    credentialSource: credentialSource(value['credential_source'], invalid, remake),
  };
}

type Invalid = (problem: string, fix: string) => AwsAuthError;

function credentialSource(source: unknown, invalid: Invalid, remake: string): AwsCredentialSource {
  if (!isRecord(source)) throw invalid('has no "credential_source" object', remake);
  const environmentId = source['environment_id'];
  if (environmentId !== 'aws1') {
    throw invalid(
      typeof environmentId === 'string' && /^aws\d+$/.test(environmentId)
        ? `has the environment_id ${show(environmentId)}, a version that this package does not know; it knows "aws1"`
        : `${has('environment_id', environmentId)}, not "aws1"`,
      remake,
    );
  }
  const endpoint = source['regional_cred_verification_url'];
  if (typeof endpoint !== 'string' || !CALLER_IDENTITY_URL.test(endpoint)) {
    throw invalid(
      endpoint === undefined
        ? 'has no regional_cred_verification_url'
        : `has the regional_cred_verification_url ${show(endpoint)}, which is no GetCallerIdentity endpoint that Google documents`,
      'It reads https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15',
    );
  }
  const text = (key: 'region_url' | 'url' | 'imdsv2_session_token_url') =>
    typeof source[key] === 'string' ? {[key]: source[key]} : {};
  return {
    environment_id: environmentId,
    ...text('region_url'),
    ...text('url'),
    regional_cred_verification_url: endpoint,
    ...text('imdsv2_session_token_url'),
  };
}

// Google asks sts.amazonaws.com and sts.REGION.amazonaws.com alone.
const CALLER_IDENTITY_URL =
  /^https:\/\/sts(?:\.\{region\}|\.[a-z]{2}[a-z0-9-]+)?\.amazonaws\.com\/?\?Action=GetCallerIdentity&Version=2011-06-15$/;

function otherType(type: unknown): string {
  switch (type) {
    case 'service_account':
      return 'That is a service-account key, which this package exists to replace: delete the key, and make a credential file with gcloud iam workload-identity-pools create-cred-config.';
    case 'authorized_user':
    case 'impersonated_service_account':
      return 'That is a person’s login by gcloud: point GOOGLE_APPLICATION_CREDENTIALS to the file of your workload identity pool.';
    default:
      return 'Make one with: gcloud iam workload-identity-pools create-cred-config PROVIDER --aws --service-account=EMAIL --output-file=FILE';
  }
}

function has(key: string, value: unknown): string {
  return value === undefined ? `has no ${key}` : `has the ${key} ${show(value)}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Not quoted: a string here may be a whole key file that was not parsed.
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'a string';
  if (ArrayBuffer.isView(value)) return 'a Buffer';
  return types.isPromise(value) ? 'a Promise' : show(value);
}

function fileError(code: AwsAuthErrorCode, what: string, fix: string): AwsAuthError {
  return new AwsAuthError({code, step: 'config', what, fix});
}
