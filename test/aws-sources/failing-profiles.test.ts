import type {Emulator} from '../../src/emulator/index.js';
import {configFiles, roleArn} from './each-source.js';
import {describeFailing, type FailingSource} from './failing-sources.js';

const SECRETS = {
  accessKeyId: 'ASIAQ3EGEXAMPLE7WXYZ',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: `IQoJb3JpZ2luX2Vj/EXAMPLE+${'Zm9vYmFy0'.repeat(20)}==`,
};
function sso(change: (emulator: Emulator, folder: string) => void, lifetimeSeconds?: number) {
  const setUp: FailingSource['setUp'] = (emulator, folder) => {
    const ssoToken = {
      ...emulator.issueSsoToken(lifetimeSeconds === undefined ? {} : {lifetimeSeconds}),
      // What would renew it by itself.
      refreshToken: 'aorAAAAAGof-nobody',
    };
    const options = {folder, role: 'sso-role', profile: "it's a test; rm x", ssoToken};
    const {env, files} = emulator.awsSetup('sso', options);
    change(emulator, folder);
    // A name with spaces can be in the credentials file alone.
    return {
      env,
      files: files.map(file =>
        file.path === env['AWS_CONFIG_FILE']
          ? {...file, content: file.content.replace(/\[profile [^]*/, '')}
          : file.path === env['AWS_SHARED_CREDENTIALS_FILE']
            ? {
                ...file,
                content: (/\[profile [^]*/.exec(files[0]?.content ?? '')?.[0] ?? '').replace(
                  '[profile ',
                  '[',
                ),
              }
            : file,
      ),
    };
  };
  return setUp;
}

const ROLE = `role_arn = ${roleArn('assumed-role')}`;

const SSO = [
  'the profile "it\'s a test; rm x" (SSO)',
  "renew it with: aws sso login --profile 'it'\\''s a test; rm x'",
];

describeFailing('an SSO profile that fails is the only source that is asked, where', [
  {
    title: 'nobody has logged in',
    setUp: (emulator, folder) => {
      const setup = sso(() => undefined)(emulator, folder);
      return {
        env: setup.env,
        files: (setup.files ?? []).filter(({path}) => !path.includes('cache')),
      };
    },
    says: [...SSO, 'was not found or is invalid'],
  },
  {title: 'the session has expired', setUp: sso(() => undefined, -60), says: [...SSO, 'expired']},
  {
    title: 'the user was logged out',
    setUp: sso(emulator => emulator.revokeSsoTokens()),
    says: [...SSO, 'Session token not found or invalid'],
  },
  {
    title: 'the portal answers HTML',
    setUp: sso(emulator =>
      emulator.failNext({service: 'aws-sso', status: 502, body: '<html>', times: 9}),
    ),
    slow: true,
    says: SSO,
  },
  {
    title: 'the session is not in the file',
    setUp: (_, folder) => {
      const settings =
        'sso_session = nowhere\nsso_account_id = 111122223333\nsso_role_name = sso-role\n';
      return configFiles(folder, `[default]\n${settings}`);
    },
    says: [
      'the profile "default" (SSO): its sso_session is "nowhere", and "',
      '/config" has no section [sso-session nowhere]. Correct sso_session, or add',
    ],
  },
  {
    title:
      'the session of its source profile is in the credentials file, where nobody looks for it',
    setUp: (_, folder) =>
      configFiles(
        folder,
        `[default]\n${ROLE}\nsource_profile = base\n[profile base]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = sso-role\n`,
        '[sso-session corp]\nsso_region = eu-west-1\n',
      ),
    says: [
      'the profile "default" (assumed role): its source profile\'s sso_session is "corp", and "',
      '/config" has no section [sso-session corp]. Correct sso_session, or add',
    ],
  },
  {
    title: 'half of its settings are missing',
    setUp: (_, folder) => configFiles(folder, '[default]\nsso_role_name = sso-role\n'),
    says: ['the profile "default" (SSO)', 'sso_account_id'],
  },
]);

function assuming(config: string, credentials = ''): FailingSource['setUp'] {
  return (emulator, folder) => {
    const {env, files = []} = configFiles(folder, config, credentials);
    return {env: {...env, AWS_ENDPOINT_URL_STS: emulator.url}, files};
  };
}

const ASSUMED = ['the profile "default" (assumed role)', 'may assume the role'];
describeFailing('a profile that fails is the only source that is asked, where', [
  {
    title: 'its source profiles go round in a circle',
    setUp: assuming(
      `[default]\n${ROLE}\nsource_profile = other\n[profile other]\n${ROLE}\nsource_profile = default\n`,
    ),
    says: [...ASSUMED, 'cycle'],
  },
  {
    title: 'its source profile is not there',
    setUp: assuming(`[default]\n${ROLE}\nsource_profile = typo\n`),
    says: ASSUMED,
  },
  {
    title: 'its source profile has keys that AWS does not know',
    setUp: assuming(
      `[default]\n${ROLE}\nsource_profile = base\n`,
      `[base]\naws_access_key_id = ${SECRETS.accessKeyId}\naws_secret_access_key = ${SECRETS.secretAccessKey}\naws_session_token = ${SECRETS.sessionToken}\n`,
    ),
    says: [...ASSUMED, /security token/i],
    hidden: SECRETS,
  },
  {
    title: 'its role does not trust its source',
    setUp: (emulator, folder) => emulator.awsSetup('assume-role', {folder, role: 'sso-role'}),
    says: [...ASSUMED, 'not authorized to perform: sts:AssumeRole'],
  },
  {
    title: 'it wants a code of an MFA device',
    setUp: assuming(
      `[default]\n${ROLE}\nsource_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/x\n`,
    ),
    says: [...ASSUMED, 'the code of an MFA device (mfa_serial)'],
  },
  {
    title: 'it has half of the keys',
    setUp: assuming(`[default]\naws_secret_access_key = ${SECRETS.secretAccessKey}\n`),
    says: ['the profile "default" (static keys)', 'aws sts get-caller-identity --profile default'],
    hidden: {key: SECRETS.secretAccessKey},
  },
  {
    title: 'its keys are in quotes',
    setUp: assuming(
      `[default]\naws_access_key_id = "${SECRETS.accessKeyId}"\naws_secret_access_key = ${SECRETS.secretAccessKey}\n`,
    ),
    code: 'AWS_CREDENTIALS_INVALID',
    says: ['What the profile "default" (static keys) gave', 'a quote', 'exactly as AWS gave them'],
    hidden: SECRETS,
  },
  {
    title: 'its login of the console is not there',
    setUp: assuming('[default]\nlogin_session = arn:aws:iam::111122223333:user/demo\n'),
    says: ['the profile "default" (console login)', 'aws login --profile default'],
  },
  {
    title: 'AWS_PROFILE names one that is not there',
    setUp: () => ({env: {AWS_PROFILE: 'no "such" profile'}}),
    says: ['AWS_PROFILE names the profile "no \\"such\\" profile"', 'Correct AWS_PROFILE'],
  },
  {
    title: 'AWS_PROFILE names one that is not there, beside keys of the environment',
    setUp: emulator => ({
      env: {...emulator.awsSetup('environment').env, AWS_PROFILE: 'typo'},
    }),
    says: ['AWS_PROFILE names the profile "typo"'],
  },
]);

describeFailing('keys of the environment that cannot be used are the only source, where', [
  ...(
    [
      ['a line end', `${SECRETS.secretAccessKey}\n`, 'a newline'],
      ['a carriage return', `${SECRETS.secretAccessKey}\r`, 'a newline'],
      ['quotes around it', `"${SECRETS.secretAccessKey}"`, 'a quote'],
      ['a space before it', ` ${SECRETS.secretAccessKey}`, 'a space'],
    ] as const
  ).map(([title, AWS_SECRET_ACCESS_KEY, says]): FailingSource => ({
    title: `the secret key has ${title}`,
    setUp: () => ({env: {AWS_ACCESS_KEY_ID: SECRETS.accessKeyId, AWS_SECRET_ACCESS_KEY}}),
    code: 'AWS_CREDENTIALS_INVALID',
    says: [
      'What the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY gave',
      says,
      'exactly as AWS gave them',
    ],
    hidden: SECRETS,
  })),
]);
