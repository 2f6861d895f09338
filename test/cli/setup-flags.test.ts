import assert from 'node:assert/strict';
import {describe, it} from 'mocha';
import type {SetupPlan} from '../../src/cli/setup/setup-plan.js';
import {runCommand} from './run-command.js';

const PROJECT = ['--project', 'my-project', '--project-number', '123456789012'];
const COMPLETE = [...PROJECT, '--aws-account', '111122223333'];
const LONG = 'a-role-with-a-name-that-is-long';

async function plan(...flags: readonly string[]): Promise<SetupPlan & {stderr: string}> {
  const argv = ['setup', ...COMPLETE, ...flags, '--json'];
  const {status, stdout, stderr} = await runCommand(argv);
  assert.equal(status, 0, stderr);
  return {...(JSON.parse(stdout) as SetupPlan), stderr};
}

describe('setup', () => {
  it('plans the bindings of each role and each subject', async () => {
    const subject = 'arn:aws:iam::111122223333:user/ci';
    const {bindings, provider, pool} = await plan(
      ...['--role', 'one', '--role', 'two', '--role', 'one', '--subject', subject],
      ...['--service-account', 'demo-app', '--pool', 'my-pool', '--provider', 'my-provider'],
    );
    const name = 'projects/123456789012/locations/global/workloadIdentityPools/my-pool';
    assert.equal(pool.name, name);
    assert.equal(provider.audience, `//iam.googleapis.com/${name}/providers/my-provider`);
    assert.deepEqual(
      bindings.map(({member}) => member),
      [
        `principalSet://iam.googleapis.com/${name}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/one`,
        `principalSet://iam.googleapis.com/${name}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/two`,
        `principal://iam.googleapis.com/${name}/subject/${subject}`,
      ],
    );
    assert.equal(
      provider.attributeCondition,
      `attribute.aws_role in ['arn:aws:sts::111122223333:assumed-role/one', 'arn:aws:sts::111122223333:assumed-role/two'] || google.subject == '${subject}'`,
    );
  });

  it('binds the whole pool, with a condition where roles are named', async () => {
    const {bindings, provider, warnings} = await plan(
      ...['--whole-pool', '--role', 'one', '--service-account', 'demo-app'],
    );
    assert.deepEqual(
      bindings.map(({member}) => member),
      [
        'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/*',
      ],
    );
    assert.match(provider.attributeCondition ?? '', /assumed-role\/one'$/);
    assert.deepEqual(warnings, []);
  });

  for (const [given, name, warning] of [
    ['arn:aws:iam::111122223333:role/demo-role', 'demo-role', undefined],
    ['arn:aws:iam::111122223333:role/a/b/demo-role', 'demo-role', /path \/a\/b\/ of the role/],
    ['arn:aws:sts::111122223333:assumed-role/demo-role', 'demo-role', undefined],
    ['arn:aws:sts::111122223333:assumed-role/demo-role/s1', 'demo-role', /session s1 .* --subject/],
  ] as const) {
    it(`takes the role's name out of ${given}`, async () => {
      const {aws, warnings, stderr} = await plan('--role', given, '--bucket', 'my-bucket');
      assert.deepEqual(aws.roles, [name]);
      if (warning === undefined) assert.deepEqual(warnings, []);
      else assert.match(warnings.join(), warning);
      for (const text of warnings) assert.ok(stderr.includes(`Warning: ${text}\n`));
    });
  }

  for (const [given, email, create, project] of [
    ['demo-app', 'demo-app@my-project.iam.gserviceaccount.com', 'demo-app', 'my-project'],
    [
      'demo-app@my-project.iam.gserviceaccount.com',
      'demo-app@my-project.iam.gserviceaccount.com',
      'demo-app',
      'my-project',
    ],
    ['a-b-c@other.iam.gserviceaccount.com', 'a-b-c@other.iam.gserviceaccount.com', null, 'other'],
    [
      'a-b-c@other.example.com.iam.gserviceaccount.com',
      'a-b-c@other.example.com.iam.gserviceaccount.com',
      null,
      'example.com:other',
    ],
    [
      '123-compute@developer.gserviceaccount.com',
      '123-compute@developer.gserviceaccount.com',
      null,
      '123',
    ],
    ['other@appspot.gserviceaccount.com', 'other@appspot.gserviceaccount.com', null, 'other'],
  ] as const) {
    it(`${create === null ? 'uses' : 'makes'} the service account ${given}`, async () => {
      const {serviceAccount} = await plan('--role', 'demo-role', '--service-account', given);
      assert.deepEqual(serviceAccount, {email, project, create});
    });
  }

  it('names the service accounts of a project with a domain as Google does', async () => {
    const {stdout} = await runCommand([
      ...['setup', '--project', 'example.com:my-project', '--project-number', '1'],
      ...['--aws-account', '111122223333', '--role', 'r', '--service-account', 'demo-app'],
      ...['--format', 'json'],
    ]);
    const {serviceAccount} = JSON.parse(stdout) as SetupPlan;
    assert.equal(serviceAccount?.email, 'demo-app@my-project.example.com.iam.gserviceaccount.com');
    assert.equal(serviceAccount.create, 'demo-app');
  });

  it('gives roles on the project and on buckets to the service account', async () => {
    const {bindings} = await plan(
      ...['--role', 'demo-role', '--service-account', 'demo-app', '--grant', 'roles/a.b'],
      ...['--bucket', 'b-1', '--bucket', 'gs://b-2/=projects/my-project/roles/own'],
    );
    const member = 'serviceAccount:demo-app@my-project.iam.gserviceaccount.com';
    assert.deepEqual(bindings.slice(1), [
      {resource: {kind: 'project', id: 'my-project'}, role: 'roles/a.b', member},
      {resource: {kind: 'bucket', name: 'b-1'}, role: 'roles/storage.objectViewer', member},
      {resource: {kind: 'bucket', name: 'b-2'}, role: 'projects/my-project/roles/own', member},
    ]);
  });

  for (const [what, flags, warning] of [
    [
      'of session names that a long role leaves no room for',
      ['--role', LONG, '--bucket', 'b-1'],
      /has more than 56 characters is refused: .* --subject-from userid/,
    ],
    [
      'of a subject that is too long',
      ['--subject', `arn:aws:sts::111122223333:assumed-role/${'r'.repeat(64)}/${'s'.repeat(64)}`],
      /has 168 bytes, and Google refuses subjects of more than 127/,
    ],
    [
      'of a subject without its session',
      ['--subject', 'arn:aws:sts::111122223333:assumed-role/demo-role'],
      /matches nobody: .* session's name. .* --role/,
    ],
    [
      'of a subject of another account',
      ['--subject', 'arn:aws:iam::999988887777:user/ci'],
      /matches nobody: .* of the account 111122223333/,
    ],
    [
      'of a role that is given as a subject',
      ['--subject', 'arn:aws:iam::111122223333:role/demo-role'],
      /matches nobody/,
    ],
    [
      'of an ARN where the user id is the subject',
      ['--subject-from', 'userid', '--subject', 'arn:aws:iam::111122223333:user/ci'],
      /matches nobody: .* AROA…:SESSION/,
    ],
    [
      'of a single session',
      ['--subject', 'arn:aws:sts::111122223333:assumed-role/demo-role/s1'],
      /is one session of a role/,
    ],
    [
      'of one user under two paths',
      ['a/ci', 'b/CI'].flatMap(user => ['--subject', `arn:aws:iam::111122223333:user/${user}`]),
      /"arn:aws:iam::111122223333:user\/a\/ci" and "arn:aws:iam::111122223333:user\/b\/CI" are of one user, and one of them matches nobody/,
    ],
    [
      'of a whole pool without a condition',
      ['--whole-pool', '--service-account', 'demo-app'],
      /every role and every user of the AWS account 111122223333 is let in/,
    ],
    ['of a set-up in which nobody may do anything', ['--role', 'demo-role'], /may do nothing yet/],
  ] as const) {
    it(`warns ${what}, on stderr and in what it prints`, async () => {
      const {warnings} = await plan(...flags);
      assert.match(warnings.join('\n'), warning);
      for (const format of ['gcloud', 'terraform']) {
        const {stdout, stderr} = await runCommand([
          'setup',
          ...COMPLETE,
          ...flags,
          '--format',
          format,
        ]);
        assert.match(stderr, warning);
        const comments = stdout.split('\n').filter(line => line.startsWith('# '));
        const text = comments.map(line => line.replace(/^# +/, '')).join(' ');
        assert.match(text, warning);
      }
    });
  }

  it('warns of nothing where nothing bites, and still tells what to know', async () => {
    const flags = ['--role', 'demo-role', '--service-account', 'demo-app'];
    const {warnings, notes, stderr} = await plan(...flags);
    assert.deepEqual(warnings, []);
    assert.match(notes.join('\n'), /five minutes[^]*30 days[^]*--organization NUMBER/);
    assert.equal(stderr, notes.map(note => `Note: ${note}\n`).join(''));
  });

  it('has room for every session name with the user id as the subject', async () => {
    const {provider, warnings} = await plan(
      ...['--role', LONG, '--bucket', 'b-1', '--subject-from', 'userid'],
    );
    assert.deepEqual(warnings, []);
    assert.equal(provider.attributeMapping['google.subject'], 'assertion.userid');
  });

  it('wraps its warnings for a narrow terminal', async () => {
    const {stderr} = await runCommand(['setup', ...COMPLETE, '--role', 'demo-role'], {columns: 40});
    const prose = stderr.split('\n').filter(line => !/\S{30,}/.test(line));
    assert.ok(prose.length > 10);
    assert.deepEqual(
      prose.filter(line => line.length > 40),
      [],
    );
  });

  for (const [flags, says] of [
    [['--aws-account', '111122223333', '--role', 'r'], /--project is missing/],
    [
      ['--project', 'my-project', '--aws-account', '111122223333', '--role', 'r'],
      /--project-number is missing: .* both are needed.* gcloud projects describe my-project --format="value\(projectNumber\)"/,
    ],
    [
      ['--project', 'my-project', '--project-number', 'my-project', '--role', 'r'],
      /--project-number "my-project" is not a project's number \(its id goes to --project/,
    ],
    [
      ['--project', '123456789012', '--project-number', '123456789012', '--role', 'r'],
      /--project takes the project's id, and 123456789012 is a number: give that as --project-number/,
    ],
    [[...PROJECT, '--role', 'r'], /--aws-account is missing/],
    [[...PROJECT, '--aws-account', '1111-2222-3333', '--role', 'r'], /twelve digits/],
    [COMPLETE, /Nobody is let in: .*--role.*--subject.*--whole-pool/],
    [[...COMPLETE, '--role', 'a/b'], /--role "a\/b" is not the name of an AWS role/],
    [[...COMPLETE, '--role', '*'], /there is --whole-pool/],
    [
      [...COMPLETE, '--role', 'arn:aws:iam::999988887777:role/r'],
      /of the account 999988887777, and --aws-account is 111122223333/,
    ],
    [
      [...COMPLETE, '--role', 'arn:aws-cn:iam::111122223333:role/r'],
      /of the partition aws-cn: .* aws alone/,
    ],
    [[...COMPLETE, '--role', 'arn:aws:iam::111122223333:user/r'], /not the name of an AWS role/],
    [[...COMPLETE, '--role', 'r', '--pool', 'gcp-pool'], /--pool "gcp-pool".* "gcp-"/],
    [[...COMPLETE, '--role', 'r', '--pool', 'abc'], /4 to 32/],
    [[...COMPLETE, '--role', 'r', '--provider', 'My-Provider'], /--provider "My-Provider"/],
    [[...COMPLETE, '--role', 'r', '--location', 'Global'], /--location "Global"/],
    [[...COMPLETE, '--role', 'r', '--service-account', 'demo'], /6 to 30 characters/],
    [
      [...COMPLETE, '--role', 'r', '--service-account', 'me@example.com'],
      /NAME@my-project\.iam\.gserviceaccount\.com/,
    ],
    [[...COMPLETE, '--role', 'r', '--grant', 'storage.admin'], /--grant .* roles\/storage/],
    [
      [...COMPLETE, '--role', 'r', '--bucket', 'B'],
      /--bucket "B" .* gcloud storage buckets list --project=my-project --format="value\(name\)"/,
    ],
    [[...COMPLETE, '--role', 'r', '--bucket', 'my..bucket'], /--bucket "my\.\.bucket"/],
    [[...COMPLETE, '--role', 'r', '--bucket', 'gs://b-1/key'], /without the name of an object/],
    [
      [...COMPLETE, '--role', 'r', '--service-account', 'abc@my-project.iam.gserviceaccount.com'],
      /--service-account "abc@my-project.iam.gserviceaccount.com" is not .* 6 to 30 characters/,
    ],
    [
      [...COMPLETE, '--role', 'r-1', '--role', 'arn:aws:iam::111122223333:role/R-1'],
      /--role r-1 and --role R-1 are one role to AWS.* aws iam get-role --role-name R-1 /,
    ],
    [['--project', 'My-Project', '--role', 'r'], /"My-Project" is not .* 6 to 30 characters/],
    [
      ['--project', 'my-project', '--project-number', '012', '--role', 'r'],
      /--project-number "012" is not/,
    ],
    ...(['terraform', 'policy'] as const).map(
      format =>
        [
          [...COMPLETE, '--role', 'r', '--location', 'europe-west1', '--format', format],
          new RegExp(
            `--location europe-west1 does not go with --format ${format}: .* global alone`,
          ),
        ] as const,
    ),
    [[...COMPLETE, '--role', 'r', '--bucket', 'b-1=admin'], /the role of --bucket b-1 "admin"/],
    [[...COMPLETE, '--role', 'r', '--organization', 'example.com'], /organizations list/],
    [[...COMPLETE, '--subject', 'a\nb'], /--subject "a\\nb" is not a subject/],
    [[...COMPLETE, '--role', 'r', '--json', '--format', 'gcloud'], /--json.* cannot be used with/],
    [[...COMPLETE, '--role', 'r', '--format', 'yaml'], /gcloud, terraform, json/],
    [[...COMPLETE, '--role', 'r', '--subject-from', 'name'], /arn, userid/],
    [[...COMPLETE, '--rol', 'r'], /unknown option '--rol'[^]*--role/],
    [
      [
        ...COMPLETE,
        ...Array.from({length: 60}, (_, i) => ['--role', `${'r'.repeat(60)}${i}`]).flat(),
      ],
      /would have \d{4} characters, and Google allows 4096/,
    ],
  ] as const) {
    it(`is used wrongly: ${says.source.slice(0, 70)}`, async () => {
      const {status, stdout, stderr} = await runCommand(['setup', ...flags]);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }
});
