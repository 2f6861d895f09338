import assert from 'node:assert/strict';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, before, describe, it} from 'mocha';
import {runCommand} from './run-command.js';

const POOL =
  'iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool';
const ROLE = 'arn:aws:sts::111122223333:assumed-role/demo-role';

function policy(condition: string, accounts: string): string {
  return `google:
  projectId: my-project
  projectNumber: "123456789012"
  workloadIdentityPools:
    - poolId: aws-pool
      providers: # of line 6
        - {providerId: aws-provider, aws: {accountId: "111122223333"}, attributeCondition: ${JSON.stringify(condition)}}
  serviceAccounts: ${accounts}
`;
}

const ACCOUNTS = `
    - email: demo@my-project.iam.gserviceaccount.com
      bindings:
        - role: roles/iam.workloadIdentityUser
          members: ["principalSet://${POOL}/attribute.aws_role/${ROLE}"]
    - email: other@my-project.iam.gserviceaccount.com
      bindings:
        - role: roles/iam.workloadIdentityUser
          members: ["principalSet://${POOL}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/demo-rola"]
    - email: none@my-project.iam.gserviceaccount.com`;
const CONDITION = "attribute.aws_role.endsWith('/demo-role')";

describe('check-policy', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'check-policy-'));
  });
  after(() => rmSync(folder, {recursive: true}));

  async function check(text: string, arn: string, ...flags: readonly string[]) {
    writeFileSync(path.join(folder, 'policy.yaml'), text);
    // Relative to the working directory.
    const argv = ['check-policy', '--policy', 'policy.yaml', '--arn', arn, ...flags];
    return runCommand(argv, {cwd: folder});
  }

  it('tells who is let in, under which attributes, and as which service account', async () => {
    const {status, stdout, stderr} = await check(policy(CONDITION, ACCOUNTS), `${ROLE}/s1`);
    assert.equal(status, 0, stdout + stderr);
    for (const says of [
      `google.subject      ${ROLE}/s1\n`,
      `attribute.aws_role  ${ROLE}\n`,
      `condition           true: ${CONDITION}\n`,
      'let in              yes\n',
      'Service account demo@my-project.iam.gserviceaccount.com: may be used\n',
      'Service account other@my-project.iam.gserviceaccount.com: may not be used\n',
      `attribute.aws_role is "${ROLE}" here, and not "arn:aws:sts::111122223333:assumed-role/demo-rola".\n`,
      'The account has no binding that could name it.\n',
      `    principal://${POOL}/subject/${ROLE}/s1\n`,
      'It is let in, and may act as demo@my-project.iam.gserviceaccount.com.\n',
    ]) {
      assert.ok(stdout.includes(says), `${stdout}\ndoes not say\n${says}`);
    }
    assert.equal(stderr, '');
  });

  it('fails where the condition refuses, in the words of Google, and tells which part', async () => {
    const condition = `${CONDITION} && assertion.account == 111122223333`;
    const {status, stdout} = await check(policy(condition, ACCOUNTS), `${ROLE}/s1`);
    assert.equal(status, 1);
    assert.match(stdout, /condition +false/);
    assert.match(
      stdout,
      /Not true: assertion\.account == 111122223333\. .* put the digits in quotes/,
    );
    assert.doesNotMatch(stdout, /Not true: .*endsWith/);
    assert.match(
      stdout,
      /answers unauthorized_client: The given credential is rejected by the attribute condition\./,
    );
    assert.match(stdout, /The provider does not let it in\./);
    assert.match(stdout, /\nIt is not let in\.\n$/);
  });

  it('keeps the lines of a condition out of the column of names', async () => {
    const condition = "attribute.aws_role != 'x' &&\r\ngoogle.subject != 'y'\n";
    const {status, stdout} = await check(policy(condition, ACCOUNTS), `${ROLE}/s1`);
    assert.equal(status, 0);
    assert.match(
      stdout,
      / {2}condition {11}true: attribute\.aws_role != 'x' &&\n {6}google\.subject != 'y'\n {2}let in/,
    );
  });

  it('lets nothing of a policy steer the terminal', async () => {
    const condition = "google.subject != '\u001B[2K\u001B[1A'";
    const {status, stdout} = await check(policy(condition, ACCOUNTS), `${ROLE}/s1`);
    assert.equal(status, 0);
    assert.match(stdout, /true: google\.subject != '\?\[2K\?\[1A'/);
  });

  it('fails where the account is another one', async () => {
    const {status, stdout} = await check(
      policy(CONDITION, ACCOUNTS),
      'arn:aws:sts::999988887777:assumed-role/demo-role/s1',
    );
    assert.equal(status, 1);
    assert.match(
      stdout,
      /takes the AWS account 111122223333, and this identity is of 999988887777/,
    );
  });

  it('fails where it is let in and no service account may be used', async () => {
    const {status, stdout} = await check(
      policy("attribute.aws_role.endsWith('role-2')", ACCOUNTS),
      'arn:aws:sts::111122223333:assumed-role/role-2/s1',
    );
    assert.equal(status, 1);
    assert.match(stdout, /\nIt is let in, but may not act as any service account\.\n$/);
  });

  it('asks for one service account', async () => {
    const text = policy(CONDITION, ACCOUNTS);
    const flag = '--service-account';
    const demo = await check(text, `${ROLE}/s1`, flag, 'demo@my-project.iam.gserviceaccount.com');
    assert.equal(demo.status, 0);
    const other = await check(text, `${ROLE}/s1`, flag, 'other@my-project.iam.gserviceaccount.com');
    assert.equal(other.status, 1);
    assert.match(other.stdout, /may not act as other@my-project\.iam\.gserviceaccount\.com\.\n$/);
    const absent = await check(text, `${ROLE}/s1`, flag, 'x@y.iam.gserviceaccount.com');
    assert.equal(absent.status, 2);
    assert.match(absent.stderr, /has no service account "x@y\S*"\. It has demo@my-project/);
  });

  it('takes a policy without service accounts for direct access', async () => {
    const {status, stdout} = await check(policy(CONDITION, '[]'), `${ROLE}/s1`);
    assert.equal(status, 0);
    assert.match(stdout, /It is let in, as itself/);
  });

  it('takes a service account that delegates lead to', async () => {
    const accounts = `
    - email: relay@my-project.iam.gserviceaccount.com
      bindings:
        - role: roles/iam.serviceAccountTokenCreator
          members: ["principalSet://${POOL}/*"]
    - email: last@my-project.iam.gserviceaccount.com
      bindings:
        - role: roles/iam.serviceAccountTokenCreator
          members: ["serviceAccount:relay@my-project.iam.gserviceaccount.com"]`;
    const last = ['--service-account', 'last@my-project.iam.gserviceaccount.com'];
    const found = await check(policy(CONDITION, accounts), `${ROLE}/s1`, ...last);
    assert.equal(found.status, 0);
    assert.match(found.stdout, /last@.*: may be used through delegates\n +through relay@/);
    const refused = await check(policy('false', accounts), `${ROLE}/s1`, ...last);
    assert.equal(refused.status, 1);
  });

  it("takes a role's own ARN for a session, and says so", async () => {
    const {status, stdout} = await check(
      policy(CONDITION, ACCOUNTS),
      'arn:aws:iam::111122223333:role/demo-role',
    );
    assert.equal(status, 0);
    assert.match(
      stdout,
      /Note: Google sees sessions of a role: judged is .*\/demo-role\/session\./,
    );
  });

  it('prints the same as JSON', async () => {
    const {status, stdout} = await check(policy(CONDITION, ACCOUNTS), `${ROLE}/s1`, '--json');
    assert.equal(status, 0);
    const {isAllowed, arn, providers} = JSON.parse(stdout) as {
      isAllowed: boolean;
      arn: string;
      providers: {
        attributes: unknown;
        condition: unknown;
        isAdmitted: boolean;
        serviceAccounts: {email: string; isUsable: boolean}[];
      }[];
    };
    assert.deepEqual({isAllowed, arn}, {isAllowed: true, arn: `${ROLE}/s1`});
    assert.deepEqual(providers[0]?.attributes, {
      'google.subject': `${ROLE}/s1`,
      'attribute.aws_role': ROLE,
    });
    assert.deepEqual(
      providers[0].serviceAccounts.map(({isUsable}) => isUsable),
      [true, false, false],
    );
    const refused = await check(policy('false', ACCOUNTS), `${ROLE}/s1`, '--json');
    assert.equal(refused.status, 1);
    assert.equal((JSON.parse(refused.stdout) as {isAllowed: boolean}).isAllowed, false);
    assert.equal(refused.stderr, '');
  });

  it('is readable on a narrow terminal', async () => {
    const {stdout} = await runCommand(
      ['check-policy', '--policy', 'policy.yaml', '--arn', `${ROLE}/s1`],
      {cwd: folder, columns: 40},
    );
    const prose = stdout.split('\n').filter(line => !/\S{25,}/.test(line));
    assert.deepEqual(
      prose.filter(line => line.length > 40),
      [],
    );
  });

  for (const [what, text, says] of [
    [
      'a condition that does not parse',
      policy("attribute.aws_role == 'x' &&", ACCOUNTS),
      /policy\.yaml:7:\d+: google\.workloadIdentityPools\[0\]\.providers\[0\]\.attributeCondition of the provider "aws-provider" is no CEL .*: Unexpected token: EOF \(line 1, column 29 of the expression\)/,
    ],
    [
      'a condition that is not boolean',
      policy('attribute.aws_role + "x"', ACCOUNTS),
      /policy\.yaml:7:\d+: .*attributeCondition of the provider "aws-provider" must give a bool, and gives a value of the type string: "attribute\.aws_role \+ \\"x\\""/,
    ],
    [
      'a line that is no YAML',
      'google:\n  projectId: [a\n',
      /policy\.yaml:\d:\d+: .* cannot be read/,
    ],
    [
      'a name that is not known',
      policy(CONDITION, ACCOUNTS).replace('attributeCondition', 'attributeConditon'),
      /policy\.yaml:7:\d+: .*attributeConditon.*attributeCondition/,
    ],
  ] as const) {
    it(`says where ${what} is`, async () => {
      const {status, stdout, stderr} = await check(text, `${ROLE}/s1`);
      assert.equal(status, 2, stdout);
      assert.equal(stdout, '');
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }

  it('is used wrongly without a file, with none, and with another ARN than an identity’s', async () => {
    const text = policy(CONDITION, ACCOUNTS);
    for (const [{status, stderr}, says] of [
      [await runCommand(['check-policy', '--arn', ROLE]), /--policy is missing/],
      [await runCommand(['check-policy', '--policy', '/nowhere', '--arn', ROLE]), /no such file/],
      [await check(text, 'arn:aws:s3:::bucket'), /is the ARN of no AWS identity/],
      [await check(text, 'a'.repeat(5000)), /: "a{200}…" is the ARN of no AWS identity/],
    ] as const) {
      assert.equal(status, 2, stderr);
      assert.match(stderr, says);
    }
  });
});
