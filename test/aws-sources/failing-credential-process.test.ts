import {join} from 'node:path';
import {configFiles, roleArn} from './each-source.js';
import {describeFailing, type FailingSource} from './failing-sources.js';

const SECRETS = {
  accessKeyId: 'ASIAQ3EGEXAMPLE7WXYZ',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: `IQoJb3JpZ2luX2Vj/EXAMPLE+${'Zm9vYmFy0'.repeat(20)}==`,
};
const ANSWER = {
  Version: 1,
  AccessKeyId: SECRETS.accessKeyId,
  SecretAccessKey: SECRETS.secretAccessKey,
  SessionToken: SECRETS.sessionToken,
};

/** A profile with a program that runs these lines, and is given a password. */
function processOf(lines: string, more = ''): FailingSource['setUp'] {
  return (_, folder) => {
    const program = join(folder, 'program.cjs');
    const command = `"${process.execPath}" "${program}" --user demo --password=open-sesame-1 "the second passphrase"`;
    const config = `[default]\n${more}credential_process = ${command}\n`;
    const {env, files = []} = configFiles(folder, config);
    return {env, files: [...files, {path: program, content: lines}]};
  };
}

const PROCESS: Pick<FailingSource, 'hidden'> & {readonly says: readonly string[]} = {
  says: [
    'the profile "default" (credential_process)',
    'Run the command of credential_process by hand',
  ],
  hidden: {...SECRETS, password: 'open-sesame-1', passphrase: 'passphrase'},
};
const print = (text: string) => `process.stdout.write(${JSON.stringify(text)});`;
const told = (...parts: string[]) => [...PROCESS.says, ...parts];

describeFailing('a credential_process that fails is the only source that is asked, where it', [
  {
    ...PROCESS,
    title: 'exits with 1, and prints its arguments and keys on the standard error',
    setUp: processOf(
      `console.error('no token for', process.argv.join(' ')); console.error(${JSON.stringify(JSON.stringify(ANSWER))}); process.exit(1);`,
    ),
    says: told('Command failed', 'no token for'),
  },
  {
    ...PROCESS,
    title: 'exits with 1 after it has printed good keys',
    setUp: processOf(`${print(JSON.stringify(ANSWER))} process.exitCode = 1;`),
    says: told('Command failed'),
  },
  {
    ...PROCESS,
    title: 'prints Version 2',
    setUp: processOf(print(JSON.stringify({...ANSWER, Version: 2}))),
    says: told('did not return Version 1'),
  },
  {
    ...PROCESS,
    title: 'prints the version as text',
    setUp: processOf(print(JSON.stringify({...ANSWER, Version: '1'}))),
    says: told('did not return Version 1'),
  },
  {
    ...PROCESS,
    title: 'prints nothing',
    setUp: processOf(''),
    says: told('returned invalid JSON'),
  },
  {
    ...PROCESS,
    title: 'prints half a JSON',
    setUp: processOf(print(JSON.stringify(ANSWER).slice(0, -10))),
    says: told('returned invalid JSON'),
  },
  {
    ...PROCESS,
    title: 'prints something else',
    setUp: processOf(print(`Enter the MFA code: ${SECRETS.secretAccessKey}`)),
    says: told('returned invalid JSON'),
  },
  {
    ...PROCESS,
    title: 'prints null',
    setUp: processOf(print('null')),
    says: told(),
  },
  {
    ...PROCESS,
    title: 'prints no secret key',
    setUp: processOf(print(JSON.stringify({...ANSWER, SecretAccessKey: undefined}))),
    says: told('returned invalid credentials'),
  },
  {
    ...PROCESS,
    title: 'prints keys that have ended',
    setUp: processOf(print(JSON.stringify({...ANSWER, Expiration: '2020-01-01T00:00:00Z'}))),
    says: told('returned expired credentials'),
  },
  {
    ...PROCESS,
    title: 'prints a key with a line end in it',
    setUp: processOf(
      print(JSON.stringify({...ANSWER, SecretAccessKey: `${SECRETS.secretAccessKey}\n`})),
    ),
    code: 'AWS_CREDENTIALS_INVALID',
    says: ['What the profile "default" (credential_process) gave', 'a newline'],
  },
  {
    ...PROCESS,
    title: 'is no program',
    setUp: (_, folder) =>
      configFiles(
        folder,
        '[default]\ncredential_process = /no/such/program --password open-sesame-1\n',
      ),
    says: told('not found'),
  },
  {
    ...PROCESS,
    title: 'is that of the profile with which another one assumes its role',
    setUp: (emulator, folder) => {
      const failing = processOf("console.error(process.argv.join(' ')); process.exit(3);");
      const {env, files = []} = failing(emulator, folder);
      return {
        env,
        files: files.map(({path, content}) => ({
          path,
          content: path.endsWith('/config')
            ? content.replace(
                '[default]',
                `[default]\nrole_arn = ${roleArn('assumed-role')}\nsource_profile = base\n[profile base]`,
              )
            : content,
        })),
      };
    },
    says: ['the profile "default" (assumed role)', 'Command failed'],
  },
]);
