import {parseCredentialFile, readCredentialFile} from '../config/credential-file.js';
import {invalidOption, show} from '../config/option-checks.js';
import {AwsAuthError} from '../errors.js';
import {checkOptionNames} from './option-names.js';
import {withOrigin} from './option-origin.js';
import {
  environmentVariable,
  quotaProjectOfEnvironment,
  type AwsAuthClientOptions,
} from './options.js';

/** What code may say beside a credential file; each wins over the file. */
export type CredentialFileOverrides = Partial<AwsAuthClientOptions>;

/**
 * Turns a credential file's content into options.
 *
 * @throws AwsAuthError `CREDENTIAL_FILE_INVALID`, `INVALID_AUDIENCE`, `UNTRUSTED_URL`,
 *   `INVALID_OPTION`.
 */
export function optionsFromJson(
  value: unknown,
  overrides: CredentialFileOverrides,
  path?: string,
): AwsAuthClientOptions {
  checkOptionNames(overrides);
  const universes = [overrides.universeDomain, environmentVariable('GOOGLE_CLOUD_UNIVERSE_DOMAIN')];
  const file = parseCredentialFile(value, {
    path,
    universes: universes.filter(universe => universe !== undefined),
    ignoreTokenUrl: overrides.tokenUrl !== undefined,
    ignoreImpersonationUrl:
      overrides.serviceAccountImpersonationUrl !== undefined ||
      overrides.serviceAccountEmail !== undefined,
  });
  const options: AwsAuthClientOptions = {
    audience: file.audience,
    universeDomain: file.universeDomain,
    tokenUrl: file.tokenUrl,
    serviceAccountImpersonationUrl: file.serviceAccountImpersonationUrl,
    tokenLifetimeSeconds: file.tokenLifetimeSeconds,
    quotaProjectId: quotaProjectOfEnvironment() ?? file.quotaProjectId,
    ...definedOnly(overrides),
  };
  return withOrigin(options, {credentialSource: file.credentialSource});
}

/**
 * Reads a credential file and turns it into options.
 *
 * @throws AwsAuthError as {@link optionsFromJson}, and `CREDENTIAL_FILE_NOT_FOUND`,
 *   `CREDENTIAL_FILE_UNREADABLE`.
 */
export function optionsFromCredentialFile(
  path: string | undefined,
  overrides: CredentialFileOverrides,
): AwsAuthClientOptions {
  // A number would be read as an open file, 0 as the standard input.
  const wanted: unknown = path;
  if (wanted !== undefined && typeof wanted !== 'string') {
    throw invalidOption('path', `is ${show(wanted)}, not a string`, 'Give the path of the file.');
  }
  const given = path ?? environmentVariable('GOOGLE_APPLICATION_CREDENTIALS');
  if (given === undefined || given === '') {
    throw new AwsAuthError({
      code: 'CREDENTIAL_FILE_NOT_FOUND',
      step: 'config',
      what: 'No credential file is named.',
      fix: 'Give its path, or set GOOGLE_APPLICATION_CREDENTIALS.',
    });
  }
  return optionsFromJson(readCredentialFile(given), overrides, given);
}

// `{...{tokenUrl: undefined}}` would take the file's away.
function definedOnly(overrides: CredentialFileOverrides): CredentialFileOverrides {
  return Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
}
