import assert from 'node:assert/strict';
import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {readCredentialFile} from '../../src/config/credential-file.js';
import {AwsAuthClient} from '../../src/index.js';
import {assertRefused} from '../support/refusal.js';

const SHORT_MILLIS = 20;

describe('a credential file that is a pipe', () => {
  let folder: string;
  let pipe: string;

  beforeEach(async function () {
    if (process.platform === 'win32') this.skip();
    folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-'));
    pipe = join(folder, 'gcp.json');
    execFileSync('mkfifo', [pipe]);
  });
  afterEach(async () => {
    await rm(folder, {recursive: true});
  });

  const refusal = {
    code: 'CREDENTIAL_FILE_UNREADABLE',
    says: [
      'gcp.json" is a pipe, and nobody wrote it to its end within 20 ms. ',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'write the file into the pipe and close it',
    ],
  } as const;

  /** Runs a line of shell, with the pipe for $1, beside this process, which reads without a pause. */
  const beside = (line: string) => spawn('sh', ['-c', line, 'sh', pipe], {stdio: 'pipe'});

  const writing = async (content: object) => {
    await writeFile(join(folder, 'content'), JSON.stringify(content));
    return beside('cat "${1%/*}/content" > "$1"');
  };

  it('is refused where nobody writes', () => {
    assertRefused(() => readCredentialFile(pipe, SHORT_MILLIS), refusal);
  });

  it('is refused where somebody opens it, and writes no end', async () => {
    const writer = beside('exec 3<>"$1" && printf "{" >&3 && echo written && exec cat');
    await once(writer.stdout, 'data');
    assertRefused(() => readCredentialFile(pipe, SHORT_MILLIS), refusal);
    writer.stdin.end();
    await once(writer, 'close');
  });

  it('is read to its end, which may be written later', async () => {
    // More than a pipe holds at once.
    const padding = 'x'.repeat(100_000);
    const writer = await writing({padding});
    assert.deepEqual(readCredentialFile(pipe), {padding});
    await once(writer, 'close');
  });

  it('may be handed to fromFile(), as any', async () => {
    const client = new AwsAuthClient({
      audience:
        '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
    });
    const writer = await writing(client);
    assert.deepEqual(AwsAuthClient.fromFile(pipe).toJSON(), client.toJSON());
    await once(writer, 'close');
  });
});
