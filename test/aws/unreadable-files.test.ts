import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {open, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {chooseCredentialSource} from '../../src/aws/credential-source.js';
import {readSharedProfile} from '../../src/aws/shared-config.js';
import {awsIdentityReader} from '../../src/client/aws-identity.js';
import {resolveOptions} from '../../src/client/options.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';

const AUDIENCE =
  '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account';

// A file on a network drive that is gone behaves as a pipe does in which nobody writes.
describe('shared AWS files that cannot be read to their end', () => {
  let pipe: string;
  let hold: NodeJS.Timeout;

  // Before the environment's own, which takes the folder away.
  afterEach(async () => {
    clearInterval(hold);
    // 'r+' waits for no reader.
    await (await open(pipe, 'r+')).close();
  });
  const environment = awsEnvironment();

  beforeEach(() => {
    pipe = join(environment.folder, 'config');
    execFileSync('mkfifo', [pipe]);
    environment.set({AWS_CONFIG_FILE: pipe});
    // No time limit keeps a process alive; a caller that waits does.
    hold = setInterval(() => undefined, 1000);
  });

  /** Waits for a reader, and ends its reading. */
  const write = async (text: string): Promise<void> => {
    const writer = await open(pipe, 'w');
    await writer.write(text);
    await writer.close();
  };

  it('are waited for no longer than the exchange may take', async () => {
    const read = awsIdentityReader(
      resolveOptions({audience: AUDIENCE, timeouts: {totalMillis: 50}}),
    );
    const error = await assertRejected(read(), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: [
        /^No AWS credentials could be looked for: the shared AWS files .* could not be read within \d+ ms\. /,
        JSON.stringify(pipe),
        JSON.stringify(join(environment.folder, 'no-credentials')),
        'AWS_CONFIG_FILE',
      ],
    });
    assert.equal(error.step, 'aws-credentials');
  });

  it('are waited for no longer where it is the region that is looked for in them', async () => {
    environment.set({AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x'});
    const read = awsIdentityReader(
      resolveOptions({audience: AUDIENCE, timeouts: {totalMillis: 50}}),
    );
    await assertRejected(read(), {
      code: 'AWS_REGION_INVALID',
      says: ['the shared AWS files', JSON.stringify(pipe), /within \d+ ms/, 'Set AWS_REGION'],
    });
  });

  it('are read once at a time: Node.js has four threads for that, and for looking names up', async () => {
    for (let count = 0; count < 8; count += 1) {
      await assertRejected(chooseCredentialSource(process.env, 5), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['within 5 ms'],
      });
    }
    // It needs a thread of those.
    await writeFile(join(environment.folder, 'other'), '');
  });

  it('are read anew once the reading has ended', async () => {
    await assertRejected(chooseCredentialSource(process.env, 5), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['within 5 ms'],
    });
    const late = readSharedProfile(process.env);
    await write('[default]\nregion = eu-west-1\n');
    assert.equal((await late).region, 'eu-west-1');
    const next = readSharedProfile(process.env);
    await write('[default]\nregion = eu-west-2\n');
    assert.equal((await next).region, 'eu-west-2');
  });

  it('do not hold up other files', async () => {
    await assertRejected(chooseCredentialSource(process.env, 5), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: ['within 5 ms'],
    });
    const other = join(environment.folder, 'other');
    await writeFile(other, '[default]\nregion = eu-west-3\n');
    environment.set({AWS_CONFIG_FILE: other});
    assert.equal((await readSharedProfile(process.env)).region, 'eu-west-3');
  });
});
