import assert from 'node:assert/strict';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, it} from 'mocha';
import {defaultPolicy, startEmulator, type Emulator} from '../../src/emulator/index.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {EMAIL, googlePolicy, POOL, ROLE, setUp} from './doctor-fixture.js';
import {runCommand} from './run-command.js';

interface Printed {
  readonly aws: Readonly<Record<string, string | null>>;
  readonly google: {
    readonly subject: string;
    readonly awsRole: string;
    readonly provider: string | null;
    readonly serviceAccount: string | null;
    readonly principals: Readonly<Record<'awsRole' | 'subject' | 'wholePool', string>> | null;
  };
  readonly notes: readonly string[];
}

describe('google-auth-aws whoami', () => {
  const aws = awsEnvironment();
  let emulator: Emulator;

  beforeEach(async () => {
    emulator = await startEmulator();
    await setUp(emulator, aws);
  });
  afterEach(() => emulator.close());

  async function whoami(...args: string[]): Promise<Printed> {
    const {status, stdout, stderr} = await runCommand(['whoami', '--json', ...args]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout) as Printed;
  }

  it('tells the AWS side, without asking Google', async () => {
    const {aws: side, notes} = await whoami();
    assert.ok(side['arn']?.startsWith(`${ROLE}/`));
    assert.equal(side['accountId'], '111122223333');
    assert.equal(side['source'], 'container');
    assert.equal(side['region'], 'us-east-1');
    assert.equal(side['regionSource'], 'AWS_REGION');
    assert.match(side['expiration'] ?? '', /^\d{4}-.*Z$/);
    assert.deepEqual(notes, []);
    assert.ok(emulator.requests.every(({service}) => service.startsWith('aws-')));
  });

  it('tells the Google side', async () => {
    const {aws: side, google} = await whoami();
    assert.equal(google.subject, side['arn']);
    assert.equal(google.awsRole, ROLE);
    assert.equal(google.provider, emulator.audience);
    assert.equal(google.serviceAccount, EMAIL);
    assert.deepEqual(google.principals, {
      awsRole: `principalSet://${POOL}/attribute.aws_role/${ROLE}`,
      subject: `principal://${POOL}/subject/${google.subject}`,
      wholePool: `principalSet://${POOL}/*`,
    });
  });

  it('tells names that work as members of a binding, each', async () => {
    const session = 'one-session';
    for (const name of ['awsRole', 'subject', 'wholePool'] as const) {
      const keys = (from: Emulator) => {
        const {accessKeyId, secretAccessKey, sessionToken} = from.issueAwsCredentials({
          sessionName: session,
        });
        aws.set({
          AWS_ACCESS_KEY_ID: accessKeyId,
          AWS_SECRET_ACCESS_KEY: secretAccessKey,
          AWS_SESSION_TOKEN: sessionToken,
        });
      };
      await setUp(emulator, aws);
      keys(emulator);
      const member = (await whoami()).google.principals?.[name] ?? '';
      const role = 'roles/iam.workloadIdentityUser';
      await using bound = await startEmulator(
        googlePolicy(() => ({
          serviceAccounts: [{email: EMAIL, bindings: [{role, members: [member]}]}],
        })),
      );
      await setUp(bound, aws);
      keys(bound);
      const {status, stderr} = await runCommand(['token']);
      assert.equal(status, 0, `${name}: ${stderr}`);
    }
  });

  it('needs no more than a pool for the names, and nothing of Google', async () => {
    aws.set({GOOGLE_APPLICATION_CREDENTIALS: ''});
    const {google} = await whoami('--project-number', '42', '--pool', 'new-pool');
    assert.equal(google.provider, null);
    assert.equal(
      google.principals?.awsRole,
      `principalSet://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/new-pool/attribute.aws_role/${ROLE}`,
    );
    // Of an account nothing was said.
    const {stdout} = await runCommand(['whoami', '--project-number', '42', '--pool', 'new-pool']);
    assert.doesNotMatch(stdout, /acts as/);
    assert.ok(emulator.requests.every(({service}) => service.startsWith('aws-')));
  });

  it('tells what it can where nothing names a pool', async () => {
    aws.set({GOOGLE_APPLICATION_CREDENTIALS: ''});
    const {google, notes} = await whoami();
    assert.equal(google.awsRole, ROLE);
    assert.equal(google.principals, null);
    assert.match(notes.join(), /--project-number and --pool/);
  });

  it('passes over a broken file of the environment, and fails for a broken one that was named', async () => {
    const missing = join(aws.folder, 'missing.json');
    aws.set({GOOGLE_APPLICATION_CREDENTIALS: missing});
    const {google, notes} = await whoami();
    assert.equal(google.awsRole, ROLE);
    assert.match(notes.join(), /is not used\. There is no credential file/);
    const {status, stderr} = await runCommand(['whoami', '--config', missing]);
    assert.equal(status, 1);
    assert.match(stderr, /There is no credential file/);
  });

  it('tells of a user by its whole ARN', async () => {
    const key = {accessKeyId: 'AKIAEXAMPLE000000001', secretAccessKey: 's'.repeat(40)};
    const {google} = defaultPolicy();
    await using other = await startEmulator({
      policy: {
        aws: {accounts: [{accountId: '111122223333', users: [{name: 'alice', accessKeys: [key]}]}]},
        google,
      },
    });
    await setUp(other, aws);
    aws.set({
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    });
    const printed = await whoami();
    const arn = 'arn:aws:iam::111122223333:user/alice';
    assert.equal(printed.google.awsRole, arn);
    assert.equal(printed.aws['expiration'], null);
    // Keys that shadow the container's role.
    assert.match(printed.notes.join(), /AWS_ACCESS_KEY_ID comes before the role/);
  });

  it('warns of a subject that is too long', async () => {
    const name = 'r'.repeat(60);
    await using other = await startEmulator({
      policy: {aws: {accounts: [{accountId: '111122223333', roles: [{name}]}]}},
    });
    await setUp(other, aws);
    const {notes} = await whoami();
    assert.match(notes.join(), /would have 1\d\d bytes, and Google takes 127/);
  });

  it('prints for a person, and what must be copied uncut also on a narrow terminal', async () => {
    for (const columns of [undefined, 120, 40]) {
      const {status, stdout} = await runCommand(['whoami'], columns === undefined ? {} : {columns});
      assert.equal(status, 0);
      assert.ok(stdout.includes(`principalSet://${POOL}/attribute.aws_role/${ROLE}\n`));
      assert.ok(stdout.includes('111122223333\n'));
    }
  });

  it('fails with what to do where AWS does not know the keys', async () => {
    const {accessKeyId, secretAccessKey, sessionToken} = emulator.issueAwsCredentials();
    emulator.revokeAwsCredentials();
    aws.set({
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
    const {status, stdout, stderr} = await runCommand(['whoami']);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /InvalidClientTokenId.* deleted or deactivated/);
    for (const secret of [secretAccessKey, sessionToken]) assert.ok(!stderr.includes(secret));
  });

  // The AWS SDK asks four times, a second apart.
  it('fails with what to do where the container gives no credentials', async () => {
    emulator.failNext({service: 'aws-container-credentials', status: 404, times: 4});
    const {status, stdout, stderr} = await runCommand(['whoami']);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /No AWS credentials could be had from the container/);
  });
});
