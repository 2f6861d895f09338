import {clientConfigWithin, credentialProviders, type StsRegion} from './aws-sdk.js';
import type {CredentialSource} from './credential-source.js';
import type {SharedProfile} from './shared-config.js';
import {DEFAULT_TIME_LIMIT_MILLIS} from './time-limit.js';
import {assumeWithWebIdentity} from './web-identity.js';

const ASKING_AWS: readonly SharedProfile['kind'][] = [
  'assumed role',
  'web identity',
  'SSO',
  'console login',
];

/**
 * The source that a profile of the shared files is.
 *
 * @param region the region that is asked for a role, or to renew a console login, where no profile of it names one.
 * @param timeoutMillis how long a request may take, in ms.
 */
export function profileSource(
  profile: SharedProfile,
  region: StsRegion,
  timeoutMillis = DEFAULT_TIME_LIMIT_MILLIS,
): CredentialSource {
  // It goes into a shell.
  const name = /^[\w.@+-]+$/.test(profile.name)
    ? profile.name
    : `'${profile.name.replaceAll("'", "'\\''")}'`;
  const advice: Partial<Record<SharedProfile['kind'], string>> = {
    SSO: `If the session has ended, renew it with: aws sso login --profile ${name}`,
    'console login': `Renew the login with: aws login --profile ${name}`,
    credential_process:
      'Run the command of credential_process by hand: it must exit with 0 and print JSON with "Version": 1, AccessKeyId and SecretAccessKey.',
    'role without one source':
      'Beside role_arn, name in it either source_profile or credential_source. No other source is asked instead: that would be another identity.',
    'assumed role': `Check that the profile's source may assume the role: aws sts get-caller-identity --profile ${name}`,
  };
  const {absentSession, kind, roleArn, webIdentity} = profile;
  return {
    name: 'profile',
    description: `the profile ${JSON.stringify(profile.name)} (${kind})`,
    advice:
      absentSession !== undefined
        ? 'Correct sso_session, or add the section, with sso_start_url and sso_region: aws configure sso-session'
        : (advice[kind] ?? `Check it with: aws sts get-caller-identity --profile ${name}`),
    roleArn,
    asksAws: ASKING_AWS.includes(kind),
    secrets: profile.processes.flatMap(commandSecrets),
    read: async () => {
      // The SDK could not ask for it either, and where the source profile fails too, it would leave a
      // rejection behind that nobody handles, which ends the process.
      if (profile.needsMfaCode) {
        throw new Error(
          'its role is assumed with the code of an MFA device (mfa_serial), which nobody can type here: use a profile with the keys of a session that was made with MFA',
        );
      }
      // The SDK would say that it cannot read properties of undefined.
      if (absentSession !== undefined) {
        throw new Error(
          `${kind === 'SSO' ? 'its' : "its source profile's"} sso_session is ${JSON.stringify(absentSession.name)}, and ${absentSession.file} has no section [sso-session ${absentSession.name}]`,
        );
      }
      if (kind === 'web identity' && roleArn !== undefined && webIdentity !== undefined) {
        return assumeWithWebIdentity(webIdentity, roleArn, region, timeoutMillis);
      }
      const {fromIni} = await credentialProviders();
      return fromIni({
        profile: profile.name,
        ignoreCache: true,
        // No region: it would win over that of an SSO session.
        clientConfig: clientConfigWithin(timeoutMillis),
        // To the request of a source profile's web identity the SDK hands no clientConfig.
        parentClientConfig: clientConfigWithin(timeoutMillis),
      })({
        callerClientConfig: {
          region: typeof region === 'function' ? region : () => Promise.resolve(region),
        },
      });
    },
  };
}

// A command may hold a password, and a program that fails may quote what it was given. Options and paths
// are left: they tell what went wrong.
function commandSecrets(command: string): string[] {
  const values = command.split(/[\s"'=]+/).slice(1);
  return [command, ...values.filter(value => /^[^-/.~]/.test(value))];
}
