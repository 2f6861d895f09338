import assert from 'node:assert/strict';
import {defaultPolicy, parsePolicy, PolicyError} from '../../src/emulator/index.js';
import {completePolicy} from '../../src/emulator/check-policy.js';

const {google} = defaultPolicy();

function withProvider(poolId: string, provider: object) {
  const aws = {accountId: '111122223333'};
  const providers = [{providerId: 'aws-test-account', aws, ...provider}];
  return {google: {...google, workloadIdentityPools: [{poolId, providers}]}};
}

function refusalOf(policy: object): PolicyError {
  try {
    completePolicy(policy);
  } catch (error) {
    assert(error instanceof PolicyError);
    return error;
  }
  return assert.fail('The policy was taken.');
}

describe('a policy that Google would refuse is refused:', () => {
  it("an id that begins with Google's own prefix", () => {
    const reserved = /begin|first/;
    assert.match(refusalOf(withProvider('gcp-pool', {})).message, reserved);
    assert.match(refusalOf(withProvider('aws-pool', {providerId: 'gcp-aws'})).message, reserved);
    assert.doesNotThrow(() => completePolicy(withProvider('my-gcp-pool', {})));
  });

  for (const expression of ['attribute.name', 'google_attributes.subject']) {
    it(`a mapping that speaks of what is being mapped, ${expression}`, () => {
      const attributeMapping = {'google.subject': expression};
      const {path, message} = refusalOf(withProvider('aws-pool', {attributeMapping}));
      assert.match(path, /attributeMapping\["google\.subject"\]$/);
      assert.match(message, /Unknown variable/);
    });
  }
});

describe("a policy's file", () => {
  it('says so where it is empty', async () => {
    for (const text of ['', '# nothing yet\n', '\uFEFF']) {
      await assert.rejects(parsePolicy(text), /The policy is empty/);
    }
  });

  it('names the line of an alias without an anchor, after those that have one', async () => {
    const text = 'aws: &a {accounts: []}\ngoogle:\n  projectId: *a\n  projectNumber: *nowhere\n';
    await assert.rejects(parsePolicy(text), {name: 'PolicyError', line: 4, column: 18});
  });

  it('names the line where "<<" of YAML 1.1 merges what is no object', async () => {
    const text = '%YAML 1.1\n---\n<<: {aws: {accounts: []}}\ngoogle:\n  <<: 3\n';
    await assert.rejects(parsePolicy(text), {
      name: 'PolicyError',
      message: 'line 5, column 3: The policy cannot be read: what "<<" merges is no object.',
    });
  });

  it('says so where it is nested too deeply', async () => {
    await assert.rejects(parsePolicy(`aws: ${'['.repeat(20_000)}`), {
      name: 'PolicyError',
      line: 1,
      message: /The policy cannot be read: it is nested too deeply\.$/,
    });
  });

  it('refuses a key that is a list, and nothing warns beside', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on('warning', listen);
    try {
      await assert.rejects(parsePolicy('? [a, b]\n: 1\n'), /is not known/);
      await new Promise(setImmediate);
    } finally {
      process.off('warning', listen);
    }
    assert.deepEqual(warnings, []);
  });
});

describe('what may be a secret is shown by no message:', () => {
  const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  for (const [where, accessKeys] of [
    [
      'in the place of the key id',
      [{accessKeyId: SECRET, secretAccessKey: 'AKIAIOSFODNN7EXAMPLE'}],
    ],
    ['in the place of a key', [SECRET]],
    ['in the place of the keys', SECRET],
  ] as const) {
    for (const kind of ['roles', 'users']) {
      it(`${where} of ${kind}`, () => {
        const account = {accountId: '111122223333', [kind]: [{name: 'a', accessKeys}]};
        const {message, path} = refusalOf({aws: {accounts: [account]}});
        assert.match(path, /accessKeys/);
        assert.doesNotMatch(message, /wJalr/);
      });
    }
  }
});
