import assert from 'node:assert/strict';
import {describe, it} from 'mocha';
import {workspace} from '../../src/emulator/check-workspace.js';
import {PolicyError} from '../../src/emulator/policy-error.js';

const PATH = ['google', 'workspaces', 0] as const;
const SCOPE = 'https://www.googleapis.com/auth/calendar.readonly';

describe('a Workspace domain of a policy', () => {
  it('may have no user and no delegation, or several', () => {
    workspace({domain: 'example.com', users: []}, PATH);
    workspace(
      {
        domain: 'mail.example-1.co.uk',
        users: ['alice@mail.example-1.co.uk', 'bob.b+c@mail.example-1.co.uk'],
        delegations: [
          {serviceAccount: 'demo@my-project.iam.gserviceaccount.com', scopes: [SCOPE]},
          {serviceAccount: '107869286294407091795', scopes: [SCOPE, 'openid', 'email', 'profile']},
          {serviceAccount: '1', scopes: ['https://mail.google.com/']},
        ],
      },
      PATH,
    );
  });

  const users = (...names: unknown[]) => ({domain: 'example.com', users: names});
  const delegating = (delegation: object) => ({...users(), delegations: [delegation]});

  for (const [what, value, says] of [
    ['a list', [], 'google.workspaces[0] must be an object, and is a list.'],
    ['without a domain', {users: []}, 'google.workspaces[0] has no "domain".'],
    ['without users', {domain: 'example.com'}, 'google.workspaces[0] has no "users".'],
    [
      'with a slip in a name',
      {...users(), delegation: []},
      'google.workspaces[0].delegation is not known. Did you mean "delegations"?',
    ],
    [
      'of a URL',
      {domain: 'https://example.com', users: []},
      'google.workspaces[0].domain is "https://example.com": no name of a domain.',
    ],
    [
      'with a user who has no address',
      users('alice'),
      'google.workspaces[0].users[0] is "alice": no e-mail address.',
    ],
    [
      'with a user of a domain below it',
      users('alice@example.com', 'bob@eu.example.com'),
      'google.workspaces[0].users[1] is "bob@eu.example.com": a user of example.com ends with @example.com.',
    ],
    [
      'with a user of a domain that only ends so',
      users('alice@notexample.com'),
      'google.workspaces[0].users[0] is "alice@notexample.com": a user of example.com ends with @example.com.',
    ],
    ['with a user that is a number', users(7), 'google.workspaces[0].users[0] is the number 7'],
    [
      'that delegates without scopes',
      delegating({serviceAccount: '1'}),
      'google.workspaces[0].delegations[0] has no "scopes".',
    ],
    [
      'that delegates to an id with letters',
      delegating({serviceAccount: '12a', scopes: [SCOPE]}),
      'google.workspaces[0].delegations[0].serviceAccount is "12a": the unique id or the e-mail of a service account.',
    ],
    [
      'that delegates two scopes in one',
      delegating({serviceAccount: '1', scopes: [`${SCOPE},${SCOPE}`]}),
      'google.workspaces[0].delegations[0].scopes[0] is',
    ],
  ] as const) {
    it(`is refused ${what}, with the place`, () => {
      assert.throws(
        () => workspace(value, PATH),
        (error: unknown) => {
          assert.ok(error instanceof PolicyError);
          assert.ok(error.message.startsWith(says), error.message);
          return true;
        },
      );
    });
  }
});
