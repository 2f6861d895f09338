import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {afterEach, describe, it} from 'mocha';
import {gcloudVersion, runGcloud} from '../support/gcloud.js';
import {FakeGcloud, type FakeCloud} from './gcloud-fixture.js';
import {runCommand} from './run-command.js';

const PROJECT = ['--project', 'my-project', '--project-number', '123456789012'];
const ACCOUNT = ['--aws-account', '111122223333'];
const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
const ROLE = 'arn:aws:sts::111122223333:assumed-role/demo-role';
const EMAIL = 'demo-app@my-project.iam.gserviceaccount.com';
const ACCOUNTS = 'constraints/iam.workloadIdentityPoolAwsAccounts';

async function script(...flags: readonly string[]): Promise<string> {
  const {status, stdout, stderr} = await runCommand(['setup', ...PROJECT, ...ACCOUNT, ...flags]);
  assert.equal(status, 0, stderr);
  return stdout;
}

const EVERYTHING = [
  ...['--role', 'demo-role', '--role', 'other+role=x,y@z', '--service-account', 'demo-app'],
  ...['--grant', 'roles/bigquery.user', '--bucket', 'my-bucket', '--organization', '42'],
];

const SHORT = ['--role', 'demo-role', '--service-account', 'demo-app'];

describe('the script of setup, run against a fake gcloud', function () {
  // Each call of gcloud is a process.
  this.timeout(60_000);
  const clouds: FakeGcloud[] = [];
  function fake(cloud: Partial<FakeCloud> = {}): FakeGcloud {
    const made = new FakeGcloud(cloud);
    clouds.push(made);
    return made;
  }
  afterEach(() => {
    for (const made of clouds.splice(0)) made.remove();
  });

  it('makes everything, and changes nothing when it is run again', async () => {
    const gcloud = fake({
      services: ['iam.googleapis.com'],
      constraints: {[ACCOUNTS]: {allowedValues: ['999988887777']}},
    });
    const text = await script(...EVERYTHING);
    const first = gcloud.run(text);
    assert.equal(first.status, 0, first.stderr);
    assert.equal(first.stderr, '');
    const {services, constraints, pools, providers, policies, serviceAccounts} = gcloud.cloud;
    assert.deepEqual(services.sort(), [
      'cloudresourcemanager.googleapis.com',
      'iam.googleapis.com',
      'iamcredentials.googleapis.com',
      'sts.googleapis.com',
    ]);
    assert.deepEqual(constraints, {[ACCOUNTS]: {allowedValues: ['999988887777', '111122223333']}});
    assert.deepEqual(Object.keys(pools), ['aws-pool']);
    assert.deepEqual(providers['aws-provider'], {
      state: 'ACTIVE',
      aws: {accountId: '111122223333'},
      attributeMapping: {
        'google.subject': 'assertion.arn',
        'attribute.aws_role':
          "assertion.arn.contains('assumed-role') ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/' + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn",
      },
      attributeCondition: `attribute.aws_role in ['${ROLE}', 'arn:aws:sts::111122223333:assumed-role/other+role=x,y@z']`,
    });
    assert.deepEqual(Object.keys(serviceAccounts), [EMAIL]);
    const member = `serviceAccount:${EMAIL}`;
    assert.deepEqual(policies, {
      [`serviceAccounts/${EMAIL}`]: [
        {
          role: 'roles/iam.workloadIdentityUser',
          members: [`principalSet://${POOL}/attribute.aws_role/${ROLE}`],
        },
        {
          role: 'roles/iam.workloadIdentityUser',
          members: [
            `principalSet://${POOL}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/other+role=x,y@z`,
          ],
        },
      ],
      'projects/my-project': [{role: 'roles/bigquery.user', members: [member]}],
      'buckets/gs://my-bucket': [{role: 'roles/storage.objectViewer', members: [member]}],
    });

    const before = gcloud.cloud;
    const second = gcloud.run(text);
    assert.equal(second.status, 0, second.stderr);
    assert.deepEqual(second.changes, []);
    assert.deepEqual({...gcloud.cloud, calls: []}, {...before, calls: []});
  });

  it('goes on where an error stopped it', async () => {
    const gcloud = fake({failures: {'iam service-accounts create': 1}});
    const text = await script(...SHORT);
    assert.equal(gcloud.run(text).status, 1);
    assert.deepEqual(gcloud.cloud.policies, {}, 'nothing is bound after an error');
    assert.equal(gcloud.run(text).status, 0);
    assert.equal(Object.keys(gcloud.cloud.policies).length, 1);
  });

  it('waits for a new service account to be known everywhere', async () => {
    const gcloud = fake({failures: {'iam service-accounts add-iam-policy-binding': 3}});
    const {status, stderr} = gcloud.run(await script(...SHORT));
    assert.equal(status, 0, stderr);
  });

  it('does not wait where nothing is new, and says who was not given what', async () => {
    const gcloud = fake();
    gcloud.run(await script(...SHORT));
    gcloud.change({failures: {'storage buckets add-iam-policy-binding': 1}});
    const {status, stderr} = gcloud.run(await script(...SHORT, '--bucket', 'new-bucket'));
    assert.equal(status, 1);
    assert.match(
      stderr,
      /demo-app@.* was not given roles\/storage\.objectViewer on gs:\/\/new-bucket/,
    );
  });

  it('lets an organisation alone that allows everything', async () => {
    const gcloud = fake();
    const {status} = gcloud.run(await script(...SHORT, '--organization', '42'));
    assert.equal(status, 0);
    assert.ok(gcloud.cloud.calls.some(call => call.includes('org-policies')));
    assert.deepEqual(gcloud.cloud.constraints, {}, 'a list would refuse all others');
  });

  for (const [kind, advice] of [
    ['pools', 'gcloud iam workload-identity-pools undelete aws-pool'],
    ['providers', 'gcloud iam workload-identity-pools providers undelete aws-provider'],
  ] as const) {
    it(`stops at a deleted one of the ${kind}`, async () => {
      const gcloud = fake();
      const text = await script(...SHORT);
      gcloud.run(text);
      const [id = ''] = Object.keys(gcloud.cloud[kind]);
      gcloud.change({[kind]: {[id]: {...gcloud.cloud[kind][id], state: 'DELETED'}}, policies: {}});
      const {status, stderr, changes} = gcloud.run(text);
      assert.equal(status, 1);
      assert.ok(stderr.includes(advice), stderr);
      assert.deepEqual(changes, []);
    });
  }

  it('gives nobody a role where the provider has other settings, and prints the change', async () => {
    const gcloud = fake();
    gcloud.run(await script('--whole-pool', '--service-account', 'demo-app'));
    gcloud.change({policies: {}});
    const {status, stderr, changes} = gcloud.run(await script(...SHORT));
    assert.equal(status, 1);
    assert.deepEqual(changes, []);
    assert.match(stderr, /are: {4}\tassertion\.arn\t.*\t111122223333\n/);
    const [, command = ''] = /for all who use it: (gcloud .*)/.exec(stderr) ?? [];
    const parsed = spawnSync('bash', ['-c', `printf '%s\\n' ${command}`], {encoding: 'utf8'});
    assert.ok(
      parsed.stdout.includes(`\n--attribute-condition=attribute.aws_role == '${ROLE}'\n`),
      parsed.stdout,
    );
  });

  it('stops where the number is another project’s', async () => {
    const gcloud = fake({project: {projectId: 'my-project', projectNumber: '999999999999'}});
    const {status, stderr} = gcloud.run(await script(...SHORT));
    assert.equal(status, 1);
    assert.match(stderr, /is 999999999999, not 123456789012/);
    assert.deepEqual(gcloud.cloud.pools, {});
  });

  it('takes a binding with a condition for another one', async () => {
    const role = 'roles/bigquery.user';
    const members = [`serviceAccount:${EMAIL}`];
    const gcloud = fake({
      policies: {'projects/my-project': [{role, members, condition: {title: 'at night'}}]},
    });
    assert.equal(gcloud.run(await script(...SHORT, '--grant', role)).status, 0);
    assert.equal(gcloud.cloud.policies['projects/my-project']?.length, 2);
  });

  it('gives the AWS identities themselves the roles, without a service account', async () => {
    const gcloud = fake();
    const subject = 'arn:aws:iam::111122223333:user/ci';
    const flags = [
      '--role',
      'demo-role',
      '--subject',
      subject,
      '--bucket',
      'b-1=roles/storage.admin',
    ];
    const {status, stderr} = gcloud.run(await script(...flags));
    assert.equal(status, 0, stderr);
    assert.deepEqual(gcloud.cloud.policies, {
      'buckets/gs://b-1': [
        {
          role: 'roles/storage.admin',
          members: [`principalSet://${POOL}/attribute.aws_role/${ROLE}`],
        },
        {role: 'roles/storage.admin', members: [`principal://${POOL}/subject/${subject}`]},
      ],
    });
  });

  it('binds a service account of another project, and does not make it', async () => {
    const email = 'app@other-project.iam.gserviceaccount.com';
    const gcloud = fake({otherProject: 'other-project', serviceAccounts: {[email]: {email}}});
    const flags = ['--whole-pool', '--role', 'demo-role', '--service-account', email];
    const {status, stderr} = gcloud.run(await script(...flags));
    assert.equal(status, 0, stderr);
    assert.deepEqual(gcloud.cloud.policies[`serviceAccounts/${email}`], [
      {role: 'roles/iam.workloadIdentityUser', members: [`principalSet://${POOL}/*`]},
    ]);
    assert.deepEqual(Object.keys(gcloud.cloud.serviceAccounts), [email]);
  });

  for (const [whose, number] of [
    ['its own project', '123456789012'],
    ['another project', '210987654321'],
  ] as const) {
    it(`binds the Compute Engine account of ${whose}, whose e-mail has the number that gcloud refuses`, async () => {
      const email = `${number}-compute@developer.gserviceaccount.com`;
      const gcloud = fake({otherProject: 'other-project', serviceAccounts: {[email]: {email}}});
      const {status, stderr} = gcloud.run(
        await script('--role', 'demo-role', '--service-account', email),
      );
      assert.equal(status, 0, stderr);
      assert.deepEqual(gcloud.cloud.policies[`serviceAccounts/${email}`], [
        {
          role: 'roles/iam.workloadIdentityUser',
          members: [`principalSet://${POOL}/attribute.aws_role/${ROLE}`],
        },
      ]);
    });
  }

  it('runs nothing that a subject says', async () => {
    const gcloud = fake();
    const subject = `arn:aws:iam::111122223333:user/'"$(touch,/tmp/x)\`id\`\\!\${PATH};exit`;
    const {status, stderr} = gcloud.run(await script('--subject', subject, '--bucket', 'b-1'));
    assert.equal(status, 0, stderr);
    assert.deepEqual(gcloud.cloud.policies['buckets/gs://b-1'], [
      {role: 'roles/storage.objectViewer', members: [`principal://${POOL}/subject/${subject}`]},
    ]);
    const {attributeCondition} = gcloud.cloud.providers['aws-provider'] ?? {};
    const literal = subject.replace(/[\\']/g, String.raw`\$&`);
    assert.equal(attributeCondition, `google.subject == '${literal}'`);
  });

  it('is clean to shellcheck, where the machine has it', async () => {
    const input = await script(...EVERYTHING);
    const {error, status, stdout} = spawnSync('shellcheck', ['-'], {input, encoding: 'utf8'});
    if (error === undefined) assert.equal(status, 0, stdout);
    else console.log('      (no shellcheck on PATH)');
  });

  it('uses flags that the real gcloud has, where the machine has one', async function () {
    this.timeout(240_000);
    if ((await gcloudVersion()) === undefined) {
      console.log('      (no gcloud on PATH)');
      return;
    }
    const gcloud = fake({constraints: {[ACCOUNTS]: {allowedValues: ['999988887777']}}});
    gcloud.run(await script(...EVERYTHING));
    const seen = new Map(
      gcloud.cloud.calls.map(call => [call.map(arg => arg.replace(/=.*/s, '')).join(' '), call]),
    );
    for (const call of seen.values()) {
      const {status, stderr} = await runGcloud(call, gcloud.folder);
      // It finds no account to ask as: only after it has understood the command.
      assert.match(stderr, /active account|auth login/, `${call.join(' ')}: ${stderr}`);
      assert.equal(status, 1);
    }
  });
});
