import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {tmpdir} from 'node:os';
import {describe, it} from 'mocha';
import {hclString} from '../../src/cli/setup/hcl.js';
import {runCommand} from './run-command.js';

const COMPLETE = [
  ...['setup', '--format', 'terraform', '--project', 'my-project'],
  ...['--project-number', '123456789012', '--aws-account', '111122223333'],
];

const SUBJECT = String.raw`arn:aws:iam::111122223333:user/"\${"$"}{path.root}%{if}$$x`;

const SETUPS = {
  'a service account': ['--role', 'demo-role', '--service-account', 'demo-app'],
  everything: [
    ...['--role', 'one', '--role', 'two', '--subject', 'arn:aws:iam::111122223333:user/ci'],
    ...['--service-account', 'demo-app', '--grant', 'roles/bigquery.user', '--bucket', '9-b.x'],
    ...['--grant', 'projects/my-project/roles/ownRole', '--bucket', 'b-1=roles/storage.admin'],
    ...['--bucket', 'b_1=roles/storage.admin', '--organization', '42'],
  ],
  'no service account': ['--whole-pool', '--grant', 'roles/bigquery.user', '--bucket', 'b-1'],
  'a service account of another project': [
    ...['--role', 'one', '--service-account', 'app-name@other.iam.gserviceaccount.com'],
    ...['--bucket', 'b-1'],
  ],
  'a subject that looks like a template': ['--subject', SUBJECT, '--bucket', 'b-1'],
} as const;

async function configuration(flags: readonly string[]): Promise<string> {
  const {status, stdout, stderr} = await runCommand([...COMPLETE, ...flags]);
  assert.equal(status, 0, stderr);
  return stdout;
}

describe('the Terraform configuration of setup', () => {
  for (const [what, flags] of Object.entries(SETUPS)) {
    it(`is laid out as terraform fmt does it, with ${what}`, async () => {
      checkLayout(await configuration(flags));
    });

    it(`is left alone by terraform fmt, where the machine has it, with ${what}`, async () => {
      const input = await configuration(flags);
      const {error, status, stdout, stderr} = spawnSync(
        'terraform',
        ['fmt', '-diff', '-check', '-'],
        {input, encoding: 'utf8', env: {...process.env, CHECKPOINT_DISABLE: '1'}},
      );
      if (error === undefined) assert.equal(status, 0, stdout + stderr);
      else console.log('      (no terraform on PATH)');
    });
  }

  it('defines each resource once, and refers to none that it does not define', async () => {
    for (const flags of Object.values(SETUPS)) {
      const text = await configuration(flags);
      const defined = [...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)].map(
        ([, type, name]) => `${type ?? ''}.${name ?? ''}`,
      );
      assert.deepEqual([...new Set(defined)], defined);
      const code = text.replace(/^#.*$/gm, '').replace(/^resource .*$/gm, '');
      for (const [used] of code.matchAll(/\bgoogle_\w+\.\w+/g)) {
        assert.ok(defined.includes(used), used);
      }
    }
  });

  it('holds the provider, the service account and who may use it', async () => {
    const text = await configuration(SETUPS['a service account']);
    for (const block of [
      `resource "google_iam_workload_identity_pool_provider" "aws" {
  project                            = "my-project"
  workload_identity_pool_id          = google_iam_workload_identity_pool.aws.workload_identity_pool_id
  workload_identity_pool_provider_id = "aws-provider"
  attribute_condition                = "attribute.aws_role == 'arn:aws:sts::111122223333:assumed-role/demo-role'"

  attribute_mapping = {
    "google.subject"     = "assertion.arn"
`,
      `  aws {
    account_id = "111122223333"
  }
`,
      `resource "google_service_account_iam_member" "workload" {
  for_each = toset([
    "principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-role",
  ])

  service_account_id = google_service_account.workload.name
  role               = "roles/iam.workloadIdentityUser"
  member             = each.value
`,
    ]) {
      assert.ok(text.includes(block), `${text}\ndoes not hold\n${block}`);
    }
  });

  it('leaves a service account of another project to that project', async () => {
    const text = await configuration(SETUPS['a service account of another project']);
    assert.doesNotMatch(text, /resource "google_service_account" /);
    assert.match(
      text,
      /service_account_id = "projects\/other\/serviceAccounts\/app-name@other\.iam\.gserviceaccount\.com"/,
    );
    assert.match(text, /member = "serviceAccount:app-name@other\.iam\.gserviceaccount\.com"/);
  });

  it('says that the policy of an organisation is replaced', async () => {
    assert.match(await configuration(SETUPS.everything), /^# - WARNING: google_org_policy_policy/m);
  });

  it('takes nothing for a template', async () => {
    const text = await configuration(SETUPS['a subject that looks like a template']);
    const [, member = ''] = /^ {4}"principal:\/\/[^]*?\/subject\/(.*)",$/m.exec(text) ?? [];
    assert.equal(member, hclString(SUBJECT).slice(1, -1));
    assert.doesNotMatch(text.replace(/^#.*$/gm, ''), /(?<![$])\$\{(?!google_)|(?<!%)%\{/);
  });

  it('reads a string as it was, by terraform where the machine has it', () => {
    for (const text of [
      SUBJECT,
      '$${a}',
      '$$${a}',
      '${',
      '%{ if true }x%{ endif }',
      String.raw`back\slash \n`,
      'new\nline\ttab\r\u0000\u2028"quotes"',
    ]) {
      const {error, stdout, stderr} = spawnSync('terraform', ['console'], {
        cwd: tmpdir(),
        // It prints a string as a literal, which would have to be read first.
        input: `base64encode(${hclString(text)})\n`,
        encoding: 'utf8',
        env: {...process.env, CHECKPOINT_DISABLE: '1'},
      });
      if (error !== undefined) {
        console.log('      (no terraform on PATH)');
        return;
      }
      const [, encoded = ''] = /^"([\w+/=]*)"$/m.exec(stdout) ?? [];
      assert.equal(Buffer.from(encoded, 'base64').toString(), text, stdout + stderr);
    }
  });
});

// https://developer.hashicorp.com/terraform/language/style
function checkLayout(text: string): void {
  const lines = text.split('\n');
  assert.equal(lines.pop(), '', 'it ends in a newline');
  assert.notEqual(lines.at(-1), '', 'it ends in one newline');
  // Strings hold brackets and signs of their own.
  const codes = lines.map(line =>
    line.startsWith('#') ? '' : line.replace(/"(?:[^"\\]|\\.)*"/g, it => '"'.repeat(it.length)),
  );
  let depth = 0;
  for (const [index, code] of codes.entries()) {
    const at = `line ${index + 1}: ${lines[index] ?? ''}`;
    const before = codes[index - 1] ?? '';
    const after = codes[index + 1] ?? '';
    assert.doesNotMatch(lines[index] ?? '', /\s$|\t/, at);
    if (lines[index] === '') {
      assert.notEqual(lines[index - 1], '', at);
      assert.doesNotMatch(before, /[{[(]$/, at);
      assert.doesNotMatch(after, /^ *[}\])]/, at);
    }
    if (code === '') continue;
    if (/^ *[}\])]/.test(code)) depth -= 1;
    assert.equal(/^ */.exec(code)?.[0].length, depth * 2, at);
    if (/[{[(]$/.test(code)) depth += 1;
    if (!isAttribute(code)) continue;
    // Neighbours' signs stand below each other, one space after the longest name.
    let first = index;
    while (isAttribute(codes[first - 1]) && isAttribute(codes[first])) first -= 1;
    let last = index;
    while (isAttribute(codes[last + 1])) last += 1;
    const names = codes.slice(first, last + 1).map(it => /^ *\S+/.exec(it)?.[0].length ?? 0);
    assert.equal(code.indexOf(' = '), Math.max(...names), at);
  }
  assert.equal(depth, 0);
}

// One whose value is in its line.
function isAttribute(code = ''): boolean {
  return /^ *\S+ += .*[^{[(]$/.test(code);
}
