import assert from 'node:assert/strict';
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {readSharedProfile, type SharedProfile} from '../../src/aws/shared-config.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';

const ROLE = 'arn:aws:iam::111122223333:role/demo-role';
const KEYS = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n';

/** What is found where there is nothing. */
const NOTHING: SharedProfile = {
  name: 'default',
  exists: false,
  kind: 'none',
  region: undefined,
  roleArn: undefined,
  webIdentity: undefined,
  processes: [],
  needsMfaCode: false,
  absentSession: undefined,
  unreadable: [],
};

interface Files {
  readonly config?: string;
  readonly credentials?: string;
  /** `AWS_PROFILE` */
  readonly profile?: string;
}

const CASES: readonly (readonly [title: string, files: Files, found: Partial<SharedProfile>])[] = [
  ['no files', {}, {}],
  ['empty files', {config: '', credentials: ''}, {}],
  ['files of other things', {config: '\u0000\u0001 {"not": "ini"}', credentials: '%PDF-1.7'}, {}],
  ['keys in the credentials file', {credentials: `[default]\n${KEYS}`}, {kind: 'static keys'}],
  ['keys in the config file', {config: `[default]\n${KEYS}`}, {kind: 'static keys'}],
  [
    'half of the keys in either file',
    {
      config: '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
      credentials: '[default]\naws_secret_access_key = wJalrXUtnFEMI\n',
    },
    {kind: 'static keys'},
  ],
  [
    'a secret key without its id',
    {credentials: '[default]\naws_secret_access_key = wJalrXUtnFEMI\n'},
    {kind: 'static keys'},
  ],
  [
    'a role to assume with another profile',
    {config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\n`},
    {kind: 'assumed role', roleArn: ROLE},
  ],
  [
    'a role to assume with the keys of an instance',
    {config: `[default]\nrole_arn=${ROLE}\ncredential_source=Ec2InstanceMetadata\n`},
    {kind: 'assumed role', roleArn: ROLE},
  ],
  [
    'a role before keys',
    {config: `[default]\nrole_arn = ${ROLE}\nsource_profile = default\n${KEYS}`},
    {kind: 'assumed role', roleArn: ROLE},
  ],
  [
    'a role and nothing to assume it with',
    {config: `[default]\nrole_arn = ${ROLE}\n`},
    {kind: 'role without one source'},
  ],
  [
    'a role and two sources to assume it with',
    {
      config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\ncredential_source = Environment\n`,
    },
    {kind: 'role without one source'},
  ],
  [
    'keys beside a role and two sources to assume it with, as the AWS SDK has it',
    {
      config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\ncredential_source = Environment\n${KEYS}`,
    },
    {kind: 'static keys'},
  ],
  [
    'a web identity',
    {config: `[default]\nrole_arn = ${ROLE}\nweb_identity_token_file = /token\n`},
    {
      kind: 'web identity',
      roleArn: ROLE,
      webIdentity: {file: '/token', sessionName: undefined},
    },
  ],
  [
    'a program that gives keys',
    {config: '[default]\ncredential_process = /bin/keys --password "a b = c"\n'},
    {kind: 'credential_process', processes: ['/bin/keys --password "a b = c"']},
  ],
  [
    'keys before a program, whose command is a secret all the same',
    {config: `[default]\ncredential_process = /bin/keys\n${KEYS}`},
    {kind: 'static keys', processes: ['/bin/keys']},
  ],
  [
    'a role whose source profile has a program; that of another profile is nothing to it',
    {
      config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\n[profile base]\ncredential_process = /bin/keys\n[profile other]\ncredential_process = /bin/other\n`,
    },
    {kind: 'assumed role', roleArn: ROLE, processes: ['/bin/keys']},
  ],
  [
    'a role that is assumed with an MFA device',
    {config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\nmfa_serial = x\n`},
    {kind: 'assumed role', roleArn: ROLE, needsMfaCode: true},
  ],
  [
    'a role whose source profile’s role is assumed with an MFA device',
    {
      config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\n[profile base]\nrole_arn = ${ROLE}\nsource_profile = default\nmfa_serial = x\n`,
    },
    {kind: 'assumed role', roleArn: ROLE, needsMfaCode: true},
  ],
  [
    'a role whose source profile has keys, which win over a role of its own with an MFA device',
    {
      config: `[default]\nrole_arn = ${ROLE}\nsource_profile = base\n[profile base]\nrole_arn = ${ROLE}\nsource_profile = base\nmfa_serial = x\n${KEYS}`,
    },
    {kind: 'assumed role', roleArn: ROLE},
  ],
  [
    'a program, and an MFA device of a role that nothing assumes',
    {
      config: `[default]\nrole_arn = ${ROLE}\nmfa_serial = x\ncredential_process = /bin/keys\n`,
    },
    {kind: 'credential_process', processes: ['/bin/keys']},
  ],
  [
    'keys, and an MFA device for nothing',
    {config: `[default]\nmfa_serial = x\n${KEYS}`},
    {kind: 'static keys'},
  ],
  [
    'an SSO session',
    {
      config:
        '[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = demo\n[sso-session corp]\nsso_region = eu-west-1\n',
    },
    {kind: 'SSO'},
  ],
  [
    'SSO as older files have it',
    {config: '[default]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n'},
    {kind: 'SSO'},
  ],
  ['half of SSO: the role', {config: '[default]\nsso_role_name = demo\n'}, {kind: 'SSO'}],
  ['half of SSO: the region', {config: '[default]\nsso_region = eu-west-1\n'}, {kind: 'SSO'}],
  [
    'a console login',
    {config: '[default]\nlogin_session = arn:aws:iam::111122223333:user/demo\n'},
    {kind: 'console login'},
  ],
  ['a region and nothing else', {config: '[default]\nregion = eu-west-1\n'}, {region: 'eu-west-1'}],
  [
    'an empty section',
    {config: '[default]\n[profile other]\nregion = eu-west-1\n'},
    {exists: false},
  ],
  [
    'Windows’ line ends, comments and odd spaces',
    {config: '# a comment\r\n[default] ; another\r\n  region   =  eu-west-1  # one more\r\n'},
    {region: 'eu-west-1'},
  ],
  [
    'the same setting in both files: that of the credentials file',
    {
      config: '[default]\nregion = eu-west-1\n',
      credentials: '[default]\nregion = eu-west-2\n',
    },
    {region: 'eu-west-2'},
  ],
  [
    'a setting that is empty',
    {config: '[default]\nregion =\ncredential_process =\nrole_arn =\n'},
    {exists: false},
  ],
  [
    'the profile that AWS_PROFILE names',
    {
      profile: 'work',
      config: '[default]\nregion = eu-west-1\n[profile work]\nregion = eu-west-2\n',
    },
    {name: 'work', region: 'eu-west-2'},
  ],
  [
    'a profile whose section lacks the word "profile" in the config file: none',
    {profile: 'work', config: '[work]\nregion = eu-west-2\n'},
    {name: 'work', exists: false},
  ],
  [
    'a profile that is not there: none, and not the default one',
    {profile: 'typo', config: '[default]\nregion = eu-west-1\n', credentials: `[default]\n${KEYS}`},
    {name: 'typo', exists: false},
  ],
  [
    'the default profile where AWS_PROFILE is empty',
    {profile: '', config: '[default]\nregion = eu-west-1\n'},
    {region: 'eu-west-1'},
  ],
  [
    'a profile with odd characters',
    {profile: "it's a test", credentials: `[it's a test]\n${KEYS}`},
    {name: "it's a test", kind: 'static keys'},
  ],
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map(
    (profile): readonly [string, Files, Partial<SharedProfile>] => [
      `no profile named ${profile}`,
      {profile, config: '[default]\nregion = eu-west-1\n'},
      {name: profile, exists: false},
    ],
  ),
];

describe('the profile of the shared files', () => {
  const environment = awsEnvironment();

  for (const [title, {config, credentials, profile}, found] of CASES) {
    it(`is found with ${title}`, async () => {
      const {folder} = environment;
      environment.set({
        AWS_CONFIG_FILE: join(folder, 'a config'),
        AWS_SHARED_CREDENTIALS_FILE: join(folder, 'the credentials'),
        ...(profile === undefined ? {} : {AWS_PROFILE: profile}),
      });
      if (config !== undefined) await writeFile(join(folder, 'a config'), config);
      if (credentials !== undefined) await writeFile(join(folder, 'the credentials'), credentials);
      const isFound = Object.keys(found).some(key => key !== 'name');
      assert.deepEqual(await readSharedProfile(process.env), {
        ...NOTHING,
        exists: isFound,
        ...found,
      });
    });
  }

  it('is looked for in ~/.aws where no variable names the files', async () => {
    const {folder} = environment;
    delete process.env['AWS_CONFIG_FILE'];
    delete process.env['AWS_SHARED_CREDENTIALS_FILE'];
    await mkdir(join(folder, '.aws'));
    await writeFile(join(folder, '.aws', 'config'), '[default]\nregion = eu-west-1\n');
    await writeFile(join(folder, '.aws', 'credentials'), `[default]\n${KEYS}`);
    const {kind, region} = await readSharedProfile(process.env);
    assert.deepEqual([kind, region], ['static keys', 'eu-west-1']);
  });

  it('is read again at each call', async () => {
    const file = join(environment.folder, 'config');
    environment.set({AWS_CONFIG_FILE: file});
    for (const region of ['eu-west-1', 'eu-west-2']) {
      await writeFile(file, `[default]\nregion = ${region}\n`);
      assert.equal((await readSharedProfile(process.env)).region, region);
    }
  });

  it('is none where a file cannot be read, of which is told', async () => {
    const {folder} = environment;
    const circle = join(folder, 'circle');
    await symlink(circle, circle);
    environment.set({AWS_CONFIG_FILE: folder, AWS_SHARED_CREDENTIALS_FILE: circle});
    assert.deepEqual(await readSharedProfile(process.env), {
      ...NOTHING,
      unreadable: [`${JSON.stringify(folder)} (EISDIR)`, `${JSON.stringify(circle)} (ELOOP)`],
    });
  });

  it('is none in files of UTF-16, as Windows PowerShell writes them, of which is told', async () => {
    const {folder} = environment;
    const text = Buffer.from(`\ufeff[default]\n${KEYS}`, 'utf16le');
    const [little, big, utf8] = [join(folder, 'little'), join(folder, 'big'), join(folder, 'utf8')];
    await writeFile(little, text);
    await writeFile(big, Buffer.from(text).swap16());
    await writeFile(utf8, text.toString('utf16le'));
    environment.set({AWS_CONFIG_FILE: little, AWS_SHARED_CREDENTIALS_FILE: big});
    assert.deepEqual(await readSharedProfile(process.env), {
      ...NOTHING,
      unreadable: [little, big].map(file => `${JSON.stringify(file)} (UTF-16, not UTF-8)`),
    });
    environment.set({AWS_CONFIG_FILE: utf8, AWS_SHARED_CREDENTIALS_FILE: utf8});
    const {kind, unreadable} = await readSharedProfile(process.env);
    assert.deepEqual([kind, unreadable], ['static keys', []]);
  });

  it('is none where a file’s folder is a file: it is not there', async () => {
    await writeFile(join(environment.folder, 'file'), '');
    environment.set({AWS_CONFIG_FILE: join(environment.folder, 'file', 'config')});
    assert.deepEqual(await readSharedProfile(process.env), NOTHING);
  });
});
