import assert from 'node:assert/strict';
import {
  checkBoolean,
  checkEmail,
  checkEndpointUrl,
  checkLifetime,
  checkProject,
  checkUniverseDomain,
  show,
} from '../../src/config/option-checks.js';
import {assertRefused} from '../support/refusal.js';

interface Check {
  readonly of: string;
  readonly check: (value: unknown, option: string) => unknown;
  readonly accepted: readonly unknown[];
  readonly refused: readonly unknown[];
  /** What every refusal says to do. */
  readonly fix: string | RegExp;
}

const WRONG_TYPES = [null, undefined, true, [], {}, () => 'x', Symbol('x'), 10n] as const;

const CHECKS: readonly Check[] = [
  {
    of: 'an e-mail',
    check: checkEmail,
    accepted: [
      'demo@my-project.iam.gserviceaccount.com',
      '123456789012-compute@developer.gserviceaccount.com',
      'my-project@appspot.gserviceaccount.com',
      'demo@my-project.example.com.iam.gserviceaccount.com',
      'demo@my-project.s3ns-system.iam.gserviceaccount.com',
    ],
    refused: [
      ...WRONG_TYPES,
      1,
      '',
      'demo',
      'demo@',
      '@my-project.iam.gserviceaccount.com',
      'demo@localhost',
      'demo@my-project.iam.gserviceaccount.com ',
      'demo@my-project.iam.gserviceaccount.com\n',
      'serviceAccount:demo@my-project.iam.gserviceaccount.com',
      'projects/-/serviceAccounts/demo@my-project.iam.gserviceaccount.com',
      'demo@my-project.iam.gserviceaccount.com:generateAccessToken',
      'demo@evil.com/../x.com',
      'demo%2f@my-project.iam.gserviceaccount.com',
      'démo@my-project.iam.gserviceaccount.com',
      'a@b@c.com',
    ],
    fix: 'gcloud iam service-accounts list',
  },
  {
    of: 'a lifetime',
    check: checkLifetime,
    accepted: [600, 3600, 43_200],
    refused: [
      ...WRONG_TYPES,
      '3600',
      '',
      0,
      -1,
      599,
      43_201,
      3600.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ],
    fix: 'from 600 to 43200. Leave it out for 3600',
  },
  {
    of: 'a universe’s domain',
    check: checkUniverseDomain,
    accepted: ['googleapis.com', 'apis-s3ns.fr', 'apis-berlin-build0.goog'],
    refused: [
      ...WRONG_TYPES,
      1,
      '',
      'googleapis',
      'https://googleapis.com',
      'googleapis.com/',
      'googleapis.com:443',
      '.googleapis.com',
      'googleapis..com',
      'GoogleAPIs.com',
      'user@googleapis.com',
      'googleapis.com\n',
      'gооgleapis.com',
      '127.0.0.1',
    ],
    fix: 'Leave it out for googleapis.com',
  },
  {
    of: 'a project',
    check: checkProject,
    accepted: ['my-project', 'example.com:my-project', '123456789012'],
    refused: [
      ...WRONG_TYPES,
      123456789012,
      '',
      ' ',
      'my-project ',
      'my-project\r\nx-evil: 1',
      'my/project',
      '-my-project',
    ],
    fix: 'gcloud config get project',
  },
  {
    of: 'a switch',
    check: checkBoolean,
    accepted: [true, false],
    refused: [...WRONG_TYPES.filter(value => value !== true), 'true', 'false', 0, 1, ''],
    fix: 'Give true or false',
  },
  {
    of: 'an endpoint’s URL',
    check: checkEndpointUrl,
    accepted: [
      'https://sts.googleapis.com/v1/token',
      'https://sts.example.com:8443/v1/token?alt=json',
      'http://localhost:8080/v1/token',
      'http://127.0.0.1:1/v1/token',
      'http://127.8.9.10/v1/token',
      'http://[::1]:8080/v1/token',
    ],
    refused: [
      ...WRONG_TYPES,
      1,
      '',
      'sts.googleapis.com',
      '/v1/token',
      'http://sts.googleapis.com/v1/token',
      'http://localhost.evil.com/v1/token',
      'http://127.0.0.1.evil.com/v1/token',
      'http://evil.com/localhost',
      'http://0.0.0.0/v1/token',
      'http://169.254.169.254/v1/token',
      'http://[::2]/v1/token',
      'ftp://sts.googleapis.com/v1/token',
      'file:///etc/passwd',
      'data:text/plain,x',
      'https://user@sts.googleapis.com/v1/token',
      'https://user:pass@sts.googleapis.com/v1/token',
      'https://:pass@sts.googleapis.com/v1/token',
      'http://user:pass@localhost/v1/token',
      'https://sts.googleapis.com/v1/token#fragment',
      new URL('https://sts.googleapis.com/v1/token'),
    ],
    fix: /absolute https URL|Plain http is allowed to localhost/,
  },
];

describe('the checks of options', () => {
  for (const {of, check, accepted, refused, fix} of CHECKS) {
    for (const value of accepted) {
      it(`take ${JSON.stringify(value)} as ${of}`, () => {
        const checked = check(value, 'anOption');
        assert.equal(checked instanceof URL ? checked.href : checked, value);
      });
    }
    it(`refuse everything else as ${of}`, () => {
      for (const value of refused) {
        const error = assertRefused(() => check(value, 'anOption'), {
          code: 'INVALID_OPTION',
          says: ['The option "anOption"', fix],
        });
        assert.equal(error.step, 'config');
        assert.equal(error.transient, false);
      }
    });
  }

  it('do not repeat a password', () => {
    const error = assertRefused(() => checkEndpointUrl('https://u:hunter22@sts.evil.com', 'x'), {
      code: 'INVALID_OPTION',
      says: ['holds a user name or a password'],
    });
    assert.ok(!error.message.includes('hunter22'));
  });
});

describe('how an error shows a value', () => {
  const SHOWN: readonly (readonly [value: unknown, shown: string])[] = [
    ['text', '"text"'],
    ['a\n"b"', '"a\\n\\"b\\""'],
    ['x'.repeat(201), `"${'x'.repeat(200)}…"`],
    // What nobody sees, and what a terminal obeys.
    ['demo@a.com\u200b', '"demo@a.com\\u200b"'],
    ['\ufeffa\u00a0b c', '"\\ufeffa\\u00a0b c"'],
    ['\u001b[2J\u009b2J\u202ea', '"\\u001b[2J\\u009b2J\\u202ea"'],
    ['\u{e0061}é…', '"\\udb40\\udc61é…"'],
    [1.5, '1.5'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'a value of type undefined'],
    [['secret'], 'an array'],
    [{secret: 'secret'}, 'a value of type object'],
    [() => 'secret', 'a value of type function'],
    [Symbol('secret'), 'a value of type symbol'],
    [1n, 'a value of type bigint'],
  ];
  for (const [value, shown] of SHOWN) {
    it(`is ${shown.slice(0, 40)}`, () => {
      assert.equal(show(value), shown);
    });
  }
});
