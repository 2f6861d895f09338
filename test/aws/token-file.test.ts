import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {open, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {chooseCredentialSource} from '../../src/aws/credential-source.js';
import {readCredentials} from '../../src/aws/read-credentials.js';
import {readTokenFile} from '../../src/aws/token-file.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';
import {runNode} from '../support/run-node.js';

const ROLE = 'arn:aws:iam::111122223333:role/demo-role';

// A file on a network drive that is gone behaves as a pipe does in which nobody writes.
describe('a token file that is a pipe', () => {
  let pipe: string;
  let config: string;
  // Ends a reading that hangs after all; before the environment's own, which takes the folder away.
  afterEach(async () => {
    await (await open(pipe, 'r+')).close();
  });
  const environment = awsEnvironment();

  beforeEach(async function () {
    if (process.platform === 'win32') this.skip();
    pipe = join(environment.folder, 'token');
    config = join(environment.folder, 'config');
    await writeFile(config, `[default]\nrole_arn = ${ROLE}\nweb_identity_token_file = ${pipe}\n`);
    execFileSync('mkfifo', [pipe]);
  });

  const variablesOf = {
    'the web identity': () => ({AWS_WEB_IDENTITY_TOKEN_FILE: pipe, AWS_ROLE_ARN: ROLE}),
    "a profile's web identity": () => ({AWS_CONFIG_FILE: config}),
    "the container's": () => ({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: pipe,
    }),
  };

  for (const [whose, variables] of Object.entries(variablesOf)) {
    it(`is waited for no longer than the limit, and named, where it is ${whose}`, async () => {
      environment.set(variables());
      const source = await chooseCredentialSource(process.env, 2_000);
      const error = await assertRejected(readCredentials(source, {timeoutMillis: 10_000}), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: [
          `: the file ${JSON.stringify(pipe)}, which is a pipe or lies on a network drive that does not answer, could not be read within 1000 ms. `,
          source.description,
          source.advice,
        ],
      });
      assert.equal(error.step, 'aws-credentials');
    });

    it(`does not keep the process from its end, where it is ${whose}`, async () => {
      const program = `
        import {AwsAuthClient} from './src/index.ts';
        const audience = '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/aws-pool/providers/aws-provider';
        const client = new AwsAuthClient({audience, timeouts: {totalMillis: 4_000}});
        client.getAccessToken().catch(error => console.log(error.code));`;
      const {stdout, stderr, status} = await runNode(['--input-type=module', '--eval', program], {
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        ...variables(),
      });
      assert.deepEqual(
        {stdout, stderr, status},
        {stdout: 'AWS_CREDENTIALS_UNAVAILABLE\n', stderr: '', status: 0},
      );
    });
  }

  it('is read to its end, by each who reads it', async () => {
    for (const token of ['one', 'two']) {
      const reading = readTokenFile(pipe);
      // Waits for the reader.
      const writer = await open(pipe, 'w');
      await writer.write(token);
      await writer.write('!');
      await writer.close();
      assert.equal(await reading, `${token}!`);
    }
  });

  it('takes no thread of those that read other files, however often it is given up', async () => {
    const other = join(environment.folder, 'other');
    await writeFile(other, 'token');
    await Promise.all(
      Array.from({length: 8}, () =>
        assert.rejects(readTokenFile(pipe, 10), /could not be read within 5 ms/),
      ),
    );
    assert.equal(await readTokenFile(other), 'token');
  });
});

describe('a token file', () => {
  const environment = awsEnvironment();

  it('is read anew each time, and its own error is told', async () => {
    const file = join(environment.folder, 'token');
    await assert.rejects(readTokenFile(file), {code: 'ENOENT'});
    await assert.rejects(readTokenFile(environment.folder), {code: 'EISDIR'});
    for (const token of ['one', 'two']) {
      await writeFile(file, token);
      assert.deepEqual(await Promise.all([readTokenFile(file), readTokenFile(file)]), [
        token,
        token,
      ]);
    }
  });
});
