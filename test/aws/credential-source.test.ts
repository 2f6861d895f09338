import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {
  chooseCredentialSource,
  givenSource,
  type AwsCredentialSourceName,
} from '../../src/aws/credential-source.js';
import {lookUpRegion} from '../../src/aws/region-lookup.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';

const ROLE = 'arn:aws:iam::111122223333:role/demo-role';
const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const WEB = {AWS_WEB_IDENTITY_TOKEN_FILE: '/a "token"', AWS_ROLE_ARN: ROLE};

describe('the choice of the source of AWS credentials', () => {
  const environment = awsEnvironment();

  /** Writes the shared files, and chooses. */
  const choose = async (
    variables: Readonly<Record<string, string>>,
    files: {readonly config?: string; readonly credentials?: string} = {},
  ) => {
    const {folder} = environment;
    await writeFile(join(folder, 'config'), files.config ?? '');
    await writeFile(join(folder, 'credentials'), files.credentials ?? '');
    environment.set({
      AWS_CONFIG_FILE: join(folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
      ...variables,
    });
    return chooseCredentialSource(process.env);
  };

  const CASES: readonly (readonly [
    title: string,
    variables: Readonly<Record<string, string>>,
    name: AwsCredentialSourceName,
    description: string,
    roleArn?: string,
  ])[] = [
    ['keys', KEYS, 'environment', 'the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET'],
    [
      'a web identity',
      WEB,
      'web-identity',
      'the web identity in "/a \\"token\\"" (AWS_WEB_IDENTITY_TOKEN_FILE)',
      ROLE,
    ],
    [
      'a web identity without a role, which fails later',
      {AWS_WEB_IDENTITY_TOKEN_FILE: '/token'},
      'web-identity',
      'the web identity in "/token"',
    ],
    [
      'a full URI',
      {AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost/secret-path'},
      'container',
      "the container's credential endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
    ],
    [
      'a relative URI',
      {AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/secret-path'},
      'container',
      "the container's credential endpoint (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)",
    ],
    [
      'both URIs: the relative one, as the AWS SDK has it',
      {
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/secret-path',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost/secret-path',
      },
      'container',
      "the container's credential endpoint (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)",
    ],
    [
      'a relative URI that is set to nothing',
      {
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost/secret-path',
      },
      'container',
      "the container's credential endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI)",
    ],
    ['nothing', {}, 'instance-metadata', 'the EC2 instance metadata service'],
    [
      'variables that are set to nothing',
      {
        AWS_ACCESS_KEY_ID: '',
        AWS_SECRET_ACCESS_KEY: '',
        AWS_WEB_IDENTITY_TOKEN_FILE: '',
        AWS_CONTAINER_CREDENTIALS_FULL_URI: '',
        AWS_PROFILE: '',
      },
      'instance-metadata',
      'the EC2 instance metadata service',
    ],
    [
      'a session token without keys',
      {AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2Vj'},
      'instance-metadata',
      'the EC2 instance metadata service',
    ],
    [
      'a role without a token file',
      {AWS_ROLE_ARN: ROLE},
      'instance-metadata',
      'the EC2 instance metadata service',
    ],
  ];
  for (const [title, variables, name, description, roleArn] of CASES) {
    it(`is ${name} with ${title}`, async () => {
      const source = await choose(variables);
      assert.equal(source.name, name);
      assert.ok(source.description.startsWith(description), source.description);
      assert.equal(source.roleArn, roleArn);
      assert.equal(source.asksAws ?? false, name === 'web-identity');
      assert.doesNotMatch(source.description + source.advice, /secret-path/);
    });
  }

  it('is a web identity and not a profile that has a region alone', async () => {
    const source = await choose({...WEB, AWS_PROFILE: 'x'}, {config: '[profile x]\nregion = y\n'});
    assert.equal(source.name, 'web-identity');
  });

  it('is a web identity where AWS_PROFILE names no profile, as in the AWS SDK', async () => {
    assert.equal((await choose({...WEB, AWS_PROFILE: 'typo'})).name, 'web-identity');
  });

  it('is a profile of a role without a source, which gives nothing, and no other identity', async () => {
    const config = `[profile x]\nrole_arn = ${ROLE}\nsource_profil = base\n`;
    for (const others of [{}, WEB]) {
      const source = await choose({...others, AWS_PROFILE: 'x'}, {config});
      assert.equal(source.description, 'the profile "x" (role without one source)');
      assert.match(source.advice, /either source_profile or credential_source/);
      await assert.rejects(source.read(), /Could not resolve credentials using profile: \[x\]/);
    }
  });

  it('is instance metadata with a profile that has a region alone', async () => {
    const source = await choose({AWS_PROFILE: 'x'}, {config: '[profile x]\nregion = eu-west-1\n'});
    assert.equal(source.name, 'instance-metadata');
  });

  it('is none where AWS_PROFILE names no profile and nothing else is set up', async () => {
    const error = await assertRejected(choose({...KEYS, AWS_PROFILE: 'typo'}), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['AWS_PROFILE names the profile "typo"', 'aws configure --profile NAME'],
    });
    assert.equal(error.step, 'aws-credentials');
  });

  it('is none where a shared file cannot be read, which may name another identity', async () => {
    const {folder} = environment;
    delete process.env['AWS_SHARED_CREDENTIALS_FILE'];
    await mkdir(join(folder, '.aws', 'credentials'), {recursive: true});
    for (const others of [{}, WEB]) {
      environment.set(others);
      await assertRejected(chooseCredentialSource(process.env), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['"~/.aws/credentials" (EISDIR) cannot be read', 'No other source is asked instead'],
      });
    }
    environment.set(KEYS);
    assert.equal((await chooseCredentialSource(process.env)).name, 'environment');
    assert.equal((await lookUpRegion({...process.env, ...WEB})).source, 'default');
  });

  it('follows the environment: it is made anew each time', async () => {
    assert.equal((await choose({})).name, 'instance-metadata');
    environment.set(KEYS);
    assert.equal((await chooseCredentialSource(process.env)).name, 'environment');
  });

  describe('of a profile gives advice', () => {
    const ADVICE: readonly (readonly [settings: string, kind: string, advice: RegExp])[] = [
      ['sso_start_url = x', 'SSO', /aws sso login --profile (.*)$/],
      ['login_session = x', 'console login', /aws login --profile (.*)$/],
      ['credential_process = x', 'credential_process', /must exit with 0 and print JSON/],
      [
        `role_arn = ${ROLE}\nsource_profile = x`,
        'assumed role',
        /get-caller-identity --profile (.*)$/,
      ],
      [
        `role_arn = ${ROLE}\nweb_identity_token_file = x`,
        'web identity',
        /get-caller-identity --profile (.*)$/,
      ],
      ['aws_access_key_id = x', 'static keys', /get-caller-identity --profile (.*)$/],
    ];
    for (const [settings, kind, advice] of ADVICE) {
      for (const name of ['default', 'it\'s a; $(touch x) `x` "test" & \\ %PATH% *', 'a  b c']) {
        it(`on ${kind}, with a command that a shell reads right, for ${name}`, async () => {
          const source = await choose(
            {AWS_PROFILE: name},
            {credentials: `[${name}]\n${settings}\n`},
          );
          assert.equal(source.name, 'profile');
          assert.equal(source.description, `the profile ${JSON.stringify(name)} (${kind})`);
          assert.equal(source.asksAws, !/^(?:credential_process|static keys)$/.test(kind));
          assert.match(source.advice, advice);
          const argument = advice.exec(source.advice)?.[1];
          if (argument === undefined) return;
          const run = promisify(execFile);
          const {stdout} = await run('/bin/sh', ['-c', `printf '[%s]' ${argument}`]);
          assert.equal(stdout, `[${name}]`);
        });
      }
    }
  });

  it('of keys reads the variables at each call, and takes an empty session token for none', async () => {
    const source = await choose({...KEYS, AWS_SESSION_TOKEN: ''});
    assert.deepEqual(await source.read(), {
      accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
      secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
    });
    environment.set({AWS_SESSION_TOKEN: 'IQoJb3JpZ2luX2Vj'});
    assert.equal((await source.read()).sessionToken, 'IQoJb3JpZ2luX2Vj');
  });

  it('holds as secrets what a container and a command are given', async () => {
    const container = await choose({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://localhost/x',
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'the-token',
    });
    assert.deepEqual(container.secrets, ['the-token']);
    const command = '/bin/keys -v --password="open sesame" --to=/etc/x user ./relative';
    const program = await choose({}, {config: `[default]\ncredential_process = ${command}\n`});
    assert.deepEqual(program.secrets, [command, 'open', 'sesame', 'user']);
  });

  it('of the option awsCredentials passes on whether to read again', async () => {
    const asked: unknown[] = [];
    const source = givenSource((...options: unknown[]) => {
      asked.push(...options);
      return Promise.resolve({accessKeyId: 'x', secretAccessKey: 'y'});
    });
    assert.equal(source.name, 'option');
    await source.read({forceRefresh: true});
    await source.read();
    assert.deepEqual(asked, [{forceRefresh: true}]);
  });
});
