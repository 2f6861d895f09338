import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {
  defaultPolicy,
  parsePolicy,
  PolicyError,
  readPolicyFile,
  startEmulator,
} from '../../src/emulator/index.js';

const YAML = `# What production has.
aws:
  accounts:
    - accountId: "111122223333"
      roles:
        - name: demo-role
google:
  projectId: my-project
  projectNumber: "123456789012"
  workloadIdentityPools:
    - poolId: aws-pool
      providers:
        - providerId: aws-test-account
          aws: {accountId: "111122223333"}
          attributeMapping:
            google.subject: assertion.userid
            attribute.aws_role: assertion.arn.extract('assumed-role/{role}/')
          attributeCondition: |
            // Nobody else.
            attribute.aws_role in ['demo-role'] &&
              assertion.account == '111122223333'
  serviceAccounts: []
`;

async function refusal(text: string, file?: string): Promise<PolicyError> {
  try {
    await parsePolicy(text, file === undefined ? {} : {file});
  } catch (error) {
    assert.ok(error instanceof PolicyError, String(error));
    return error;
  }
  throw new assert.AssertionError({message: `This was accepted:\n${text}`});
}

describe("a policy's text", () => {
  it('may be YAML, with comments and expressions of several lines', async () => {
    const {aws, google} = await parsePolicy(YAML);
    assert.deepEqual(aws, {accounts: [{accountId: '111122223333', roles: [{name: 'demo-role'}]}]});
    const [provider] = google.workloadIdentityPools[0]?.providers ?? [];
    assert.equal(
      provider?.attributeCondition,
      "// Nobody else.\nattribute.aws_role in ['demo-role'] &&\n  assertion.account == '111122223333'\n",
    );
    await using emulator = await startEmulator({policy: {aws, google}});
    assert.match(emulator.audience, /aws-test-account$/);
  });

  it('may be JSON, as JSON.stringify() writes a policy', async () => {
    const policy = defaultPolicy();
    for (const indent of [undefined, 2, '\t']) {
      assert.deepEqual(await parsePolicy(JSON.stringify(policy, null, indent)), policy);
    }
    assert.deepEqual(await parsePolicy(`\uFEFF${JSON.stringify(policy)}\r\n`), policy);
  });

  it('may leave a cloud out: it is the one of the default policy', async () => {
    const {aws, google} = await parsePolicy('aws: {accounts: []}');
    assert.deepEqual({aws, google}, {...defaultPolicy(), aws: {accounts: []}});
  });

  it('may name a part once and use it twice', async () => {
    const text = YAML.replace(
      'aws: {accountId: "111122223333"}',
      'aws: &account {accountId: "111122223333"}',
    ).replace(
      '  serviceAccounts: []',
      '        - providerId: another\n          aws: *account\n  serviceAccounts: []',
    );
    const {google} = await parsePolicy(text);
    assert.equal(google.workloadIdentityPools[0]?.providers[1]?.aws.accountId, '111122223333');
  });

  describe('is refused, with line and column,', () => {
    const replaced = (old: string, by: string) => {
      assert.ok(YAML.includes(old));
      return YAML.replace(old, by);
    };
    const WHERE = 'google.workloadIdentityPools[0].providers[0]';
    for (const [name, text, line, column, message] of [
      ['that is empty', '', 1, 1, /^The policy is empty: it needs "aws" or "google"\.$/],
      ['that is a word', 'hello', 1, 1, /^The policy must be an object, and is "hello"\.$/],
      [
        'that breaks off',
        '{"google": {\n  "projectId": "x",\n',
        3,
        1,
        /^The policy cannot be read: Flow map .* end with a \}\.$/,
      ],
      [
        'that lacks a comma',
        '{\n  "aws": {"accounts": []}\n  "google": {}\n}',
        3,
        3,
        /cannot be read: Missing , between flow map items\.$/,
      ],
      [
        'whose indentation is off',
        replaced('  projectNumber', '   projectNumber'),
        8,
        14,
        /cannot be read: Nested mappings/,
      ],
      [
        'with a key twice',
        replaced('  projectNumber', '  projectId: x\n  projectNumber'),
        9,
        3,
        /cannot be read: the key projectId comes twice in its object\.$/,
      ],
      ['with an alias of nothing', 'aws: *nothing', 1, 6, /cannot be read: .*alias.*nothing\.$/],
      ['with a tag that is not known', 'aws: !!js/function x', 1, 6, /cannot be read: .*tag/],
      [
        'of two documents',
        `${YAML}---\naws: {}\n`,
        23,
        1,
        /cannot be read: a second YAML document/,
      ],
      [
        'with a key that is not known',
        replaced('providers:', 'provider:'),
        12,
        7,
        /^google\.workloadIdentityPools\[0\]\.provider is not known\. Did you mean "providers"\?$/,
      ],
      [
        'with an id that is not in quotes',
        replaced('"123456789012"', '123456789012'),
        9,
        18,
        /^google\.projectNumber is the number 123456789012, and must be a string: put it in quotes\.$/,
      ],
      [
        'without what it needs',
        replaced('        - name: demo-role', '        - identityCenter: true'),
        6,
        11,
        /^aws\.accounts\[0\]\.roles\[0\] has no "name"\.$/,
      ],
      [
        'with a mapping that does not parse',
        replaced("assertion.arn.extract('assumed-role/{role}/')", 'assertion.'),
        17,
        43,
        /\["attribute\.aws_role"\] of the provider "aws-test-account" is no CEL.*column 11 of/,
      ],
      [
        'with a slip in the third line of a condition',
        replaced('  assertion.account ==', '  asertion.account =='),
        21,
        15,
        /Unknown variable: asertion \(line 3, column 3 of the expression\)/,
      ],
    ] as const) {
      it(name, async () => {
        const error = await refusal(text);
        assert.deepEqual([error.line, error.column], [line, column], error.message);
        const prefix = `line ${line}, column ${column}: `;
        assert.equal(error.message.slice(0, prefix.length), prefix);
        assert.match(error.message.slice(prefix.length), message);
      });
    }

    const inQuotes = (written: string) =>
      YAML.slice(0, YAML.indexOf('          attributeCondition')) +
      `          attributeCondition: ${written}\n  serviceAccounts: []\n`;
    for (const [name, written, line, column] of [
      ['plain', "nope == 'x'", 18, 31],
      ['plain, further on', "true && nope == 'x'", 18, 39],
      ['in double quotes', '"true && nope"', 18, 40],
      ['in single quotes', "'true && nope'", 18, 40],
      // Escapes and folded lines shift what is in them: then the value is where it begins.
      ['in quotes with escapes', '"\\"x\\" == nope"', 18, 31],
      ['in single quotes that are doubled', "'''x'' == nope'", 18, 31],
      ['folded', '>\n            true &&\n            nope', 18, 31],
      ['plain over two lines', 'true &&\n            nope', 18, 31],
      ['a block that is stripped', '|-\n            true &&\n\n              nope', 21, 15],
      ['a block after an empty line', '|\n\n            nope', 20, 13],
    ] as const) {
      it(`with an expression ${name}`, async () => {
        const error = await refusal(inQuotes(written));
        assert.match(error.message, /Unknown variable: nope/);
        assert.equal(error.path, `${WHERE}.attributeCondition`);
        assert.deepEqual([error.line, error.column], [line, column]);
      });
    }

    it('where an alias leads', async () => {
      const error = await refusal(
        'aws:\n  accounts:\n    - &one {accountId: &id "12"}\n    - *one\n    - {accountId: *id}\n',
      );
      assert.deepEqual(
        [error.path, error.line, error.column],
        ['aws.accounts[0].accountId', 3, 28],
      );
      const second = await refusal(
        'google: &g {projectId: p, projectNumber: x}\naws: {accounts: [*g]}\n',
      );
      assert.deepEqual([second.path, second.line], ['aws.accounts[0].projectId', 1]);
    });

    it('after the name of the file', async () => {
      const error = await refusal(
        YAML.replace('poolId: aws-pool', 'poolId: AWS'),
        'my/policy.yaml',
      );
      assert.deepEqual([error.file, error.line, error.column], ['my/policy.yaml', 11, 15]);
      assert.equal(
        error.message,
        `my/policy.yaml:11:15: google.workloadIdentityPools[0].poolId is "AWS": 4 to 32 characters out of a-z, 0-9 and the hyphen, and not "gcp-" first, which is Google's own.`,
      );
    });
  });
});

describe('readPolicyFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'google-auth-aws-policy-'));
  });
  afterEach(() => rm(folder, {recursive: true}));

  it('reads what was written', async () => {
    const file = join(folder, 'policy.yaml');
    await writeFile(file, YAML);
    assert.deepEqual(await readPolicyFile(file), await parsePolicy(YAML));
  });

  it('names the file and the line in which something is wrong', async () => {
    const file = join(folder, 'policy.yaml');
    await writeFile(file, YAML.replace('  projectId: my-project', '  projectId: [my-project]'));
    await assert.rejects(readPolicyFile(file), {
      name: 'PolicyError',
      file,
      line: 8,
      column: 14,
      path: 'google.projectId',
      message: `${file}:8:14: google.projectId must be a string, and is a list.`,
    });
  });

  it('tells when there is no file, or it cannot be read', async () => {
    const missing = join(folder, 'missing.yaml');
    await assert.rejects(readPolicyFile(missing), {
      name: 'PolicyError',
      file: missing,
      message: `${missing}: The policy cannot be read: there is no such file.`,
    });
    await mkdir(missing);
    await assert.rejects(readPolicyFile(missing), {
      name: 'PolicyError',
      message: `${missing}: The policy cannot be read: it is a folder. Give the name of a file in it.`,
    });
    const inFile = join(folder, 'file', 'policy.yaml');
    await writeFile(join(folder, 'file'), '');
    await assert.rejects(readPolicyFile(inFile), {
      message: `${inFile}: The policy cannot be read: there is no such file, and what should be its folder is a file.`,
    });
  });

  it('takes a byte order mark and the line ends of Windows', async () => {
    const file = join(folder, 'windows.yaml');
    await writeFile(file, `\uFEFF${YAML.replaceAll('\n', '\r\n')}`);
    assert.equal((await readPolicyFile(file)).google.projectId, 'my-project');
  });

  it('tells where it is no UTF-8, and does not judge what it cannot read', async () => {
    const file = join(folder, 'latin1.yaml');
    await writeFile(file, Buffer.from('aws:\n  accounts: [] # caf\u00e9\n', 'latin1'));
    await assert.rejects(readPolicyFile(file), {
      name: 'PolicyError',
      message: `${file}:2:21: The policy cannot be read: here it is no UTF-8. Save it as UTF-8.`,
    });
    await writeFile(file, `\uFEFF${YAML}`, 'utf16le');
    await assert.rejects(readPolicyFile(file), {
      message: `${file}: The policy cannot be read: it is UTF-16. Save it as UTF-8.`,
    });
  });
});
