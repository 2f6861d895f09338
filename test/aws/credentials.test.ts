import assert from 'node:assert/strict';
import {runInNewContext} from 'node:vm';
import sinon from 'sinon';
import {givenSource} from '../../src/aws/credential-source.js';
import {
  checkCredentials,
  type AwsCredentials,
  type AwsCredentialsProvider,
} from '../../src/aws/credentials.js';
import {readCredentials} from '../../src/aws/read-credentials.js';
import {assertRefused, assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';

const KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const SESSION_TOKEN = `IQoJb3JpZ2luX2Vj/EXAMPLE+${'Zm9vYmFy0'.repeat(20)}==`;
const TIMEOUT = 30_000;

function ask(provider: AwsCredentialsProvider): Promise<AwsCredentials> {
  return readCredentials(givenSource(provider), {timeoutMillis: TIMEOUT});
}

function read(answer: unknown): Promise<AwsCredentials> {
  return ask(() => Promise.resolve(answer as AwsCredentials));
}

// What a provider gives, and what the message must say of it.
const UNUSABLE: readonly (readonly [title: string, answer: unknown, says: string])[] = [
  ['null', null, 'it is null, not an object'],
  ['undefined', undefined, 'it is of type undefined, not an object'],
  ['a string', 'AKIAIOSFODNN7EXAMPLE', 'it is of type string, not an object'],
  ['a number', 42, 'it is of type number, not an object'],
  ['an empty object', {}, 'accessKeyId is missing'],
  ['a function', () => KEYS, 'it is of type function, not an object'],
  ['the spelling of AWS’s files', {aws_access_key_id: 'AKIAIOSFODNN7EXAMPLE'}, 'accessKeyId'],
  ['no secret key', {accessKeyId: KEYS.accessKeyId}, 'secretAccessKey is missing'],
  ['an empty access key id', {...KEYS, accessKeyId: ''}, 'accessKeyId is missing'],
  ['an empty secret key', {...KEYS, secretAccessKey: ''}, 'secretAccessKey is missing'],
  ['a key that is a number', {...KEYS, accessKeyId: 12_345_678}, 'accessKeyId is missing or not'],
  ['a key that is null', {...KEYS, secretAccessKey: null}, 'secretAccessKey is missing or not'],
  ['a key with a newline', {...KEYS, secretAccessKey: `${KEYS.secretAccessKey}\n`}, 'a newline'],
  ['a key with a carriage return', {...KEYS, accessKeyId: `${KEYS.accessKeyId}\r`}, 'a newline'],
  [
    'a key with a space',
    {...KEYS, accessKeyId: ` ${KEYS.accessKeyId}`},
    'accessKeyId holds a space',
  ],
  ['a key in quotes', {...KEYS, accessKeyId: `"${KEYS.accessKeyId}"`}, 'a quote'],
  ['a key in single quotes', {...KEYS, secretAccessKey: `'${KEYS.secretAccessKey}'`}, 'a quote'],
  ['a key with a no-break space', {...KEYS, accessKeyId: `AKIA\u00a0IOSFODNN`}, 'a space'],
  ['a key with a Cyrillic letter', {...KEYS, accessKeyId: 'АKIAIOSFODNN7EXAMPLE'}, 'character'],
  ['a key with an emoji', {...KEYS, secretAccessKey: 'wJalrXUtnFEMI🔑'}, 'character'],
  ['a key with a NUL', {...KEYS, secretAccessKey: 'wJalrXUtnFEMI\u0000'}, 'character'],
  ['a session token with a newline', {...KEYS, sessionToken: 'abc\ndef'}, 'sessionToken holds'],
  [
    'a session token that is a number',
    {...KEYS, sessionToken: 1},
    'sessionToken is missing or not',
  ],
  ...[{}, {sessionToken: ''}, {token: SESSION_TOKEN}].map(
    rest =>
      [
        `temporary keys with ${JSON.stringify(Object.keys(rest))} and no session token`,
        {...KEYS, accessKeyId: 'ASIAIOSFODNN7EXAMPLE', ...rest},
        'begins with ASIA, so they are temporary, and sessionToken (AWS_SESSION_TOKEN in the environment) is missing',
      ] as const,
  ),
  ['an end that is text', {...KEYS, expiration: '2026-11-23T22:00:00Z'}, 'not a valid Date'],
  ['an end that is a number', {...KEYS, expiration: 1_795_000_000}, 'not a valid Date'],
  ['an end that is null', {...KEYS, expiration: null}, 'not a valid Date'],
  ['an end that is no date', {...KEYS, expiration: new Date('never')}, 'not a valid Date'],
];

describe('AWS credentials', () => {
  for (const [title, answer, says] of UNUSABLE) {
    it(`are refused when the provider gives ${title}`, async () => {
      const error = await assertRejected(read(answer), {
        code: 'AWS_CREDENTIALS_INVALID',
        says: [
          'What the option "awsCredentials" gave as AWS credentials',
          says,
          'exactly as AWS gave them',
        ],
      });
      assert.equal(error.step, 'aws-credentials');
      assertHidden(printed(error), {...KEYS, start: KEYS.secretAccessKey.slice(0, 13)});
    });

    it(`are refused at construction as ${title}`, () => {
      const error = assertRefused(() => checkCredentials(answer, 'INVALID_OPTION'), {
        code: 'INVALID_OPTION',
        says: ['The option "awsCredentials"', says],
      });
      assert.equal(error.step, 'config');
    });
  }

  it('are taken as they are, temporary or not', async () => {
    const expiration = new Date('2099-01-01T00:00:00Z');
    assert.deepEqual(await read(KEYS), KEYS);
    const temporary = {
      ...KEYS,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      sessionToken: SESSION_TOKEN,
      expiration,
    };
    assert.deepEqual(await read(temporary), temporary);
  });

  it('may end at a Date of another realm, as test runners have them', async () => {
    const expiration: unknown = runInNewContext("new Date('2099-01-01T00:00:00Z')");
    assert.equal((await read({...KEYS, expiration})).expiration, expiration);
  });

  it('may say in any way that there is no session token', async () => {
    for (const sessionToken of [undefined, null, '']) {
      assert.deepEqual(await read({...KEYS, sessionToken}), KEYS);
    }
  });

  it('come with their account, and without what else an AWS SDK identity carries', async () => {
    const known = {...KEYS, accountId: '123456789012'};
    assert.deepEqual(await read({...known, $source: {}, credentialScope: 'us-east-1'}), known);
  });

  it('come without an account that is none', async () => {
    for (const accountId of ['', '12345', '123456789012\n', 123_456_789_012, null, {}]) {
      assert.deepEqual(await read({...KEYS, accountId}), KEYS);
    }
  });

  it('are tried although they end in the past: AWS’s clock decides, not this machine’s', async () => {
    const ended = {...KEYS, sessionToken: SESSION_TOKEN, expiration: new Date(0)};
    assert.deepEqual(await read(ended), ended);
  });
});

describe('a provider of AWS credentials that fails', () => {
  const unavailable = (provider: AwsCredentialsProvider, ...says: string[]) =>
    assertRejected(ask(provider), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: [...says, 'aws sts get-caller-identity'],
    });

  it('is reported with its reason, whether it throws or rejects', async () => {
    const failure = Object.assign(new Error('no role is attached.'), {code: 'ENOROLE'});
    for (const provider of [
      () => Promise.reject(failure),
      () => {
        throw failure;
      },
    ]) {
      const error = await unavailable(
        provider,
        'No AWS credentials could be had from the option "awsCredentials": no role is attached. Check',
      );
      assert.equal(error.step, 'aws-credentials');
      assert.ok(error.cause instanceof Error);
      assert.equal(error.cause.message, failure.message);
      assert.equal((error.cause as Error & {code?: unknown}).code, 'ENOROLE');
    }
  });

  it('is reported whatever it rejects with', async () => {
    for (const thrown of ['just text', 42, undefined, null, Object.create(null), {code: 7}]) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- others do so
      await unavailable(() => Promise.reject(thrown), 'A value that is not an Error was thrown');
    }
  });

  it('shows no key, although its error quotes them everywhere', async () => {
    const inner = new Error(`token ${SESSION_TOKEN}`);
    const failure = Object.assign(
      new Error(
        `credential_process printed {"AccessKeyId":"${KEYS.accessKeyId}","SecretAccessKey":"${KEYS.secretAccessKey}"} and ${encodeURIComponent(SESSION_TOKEN)}`,
        {cause: inner},
      ),
      {stdout: KEYS.secretAccessKey, config: {credentials: {...KEYS, sessionToken: SESSION_TOKEN}}},
    );
    const error = await unavailable(
      () => Promise.reject(failure),
      'credential_process printed {"AccessKeyId":"[masked]","SecretAccessKey":"[masked]"}',
    );
    assertHidden(printed(error), {...KEYS, sessionToken: SESSION_TOKEN});
    assertHidden(printed(error.cause), {...KEYS, sessionToken: SESSION_TOKEN});
  });

  it('keeps the ordinary words of its reason', async () => {
    const reason =
      'Could not read /home/builder/.aws/config, profile arn:aws:iam::123456789012:role/a-role-with-a-very-long-name, sha1 356a192b7913b04c54574d18c28d46e6395428ab';
    await unavailable(() => Promise.reject(new Error(reason)), reason);
  });

  it('is given up where it never answers, and leaves no timer behind', async () => {
    const time = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    try {
      const outcome = unavailable(
        () => new Promise(() => undefined),
        'the provider did not answer within 30000 ms',
      );
      await time.tickAsync(TIMEOUT - 1);
      assert.equal(time.countTimers(), 1);
      await time.tickAsync(1);
      await outcome;
      assert.equal(time.countTimers(), 0);
    } finally {
      time.restore();
    }
  });

  it('leaves no timer behind where it answers', async () => {
    const time = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    try {
      await read(KEYS);
      await unavailable(() => Promise.reject(new Error('no')));
      assert.equal(time.countTimers(), 0);
    } finally {
      time.restore();
    }
  });

  it('may reject after it was given up, and disturbs nobody', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const time = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    try {
      let fail: (error: Error) => void = () => undefined;
      const outcome = unavailable(() => new Promise((_, reject) => (fail = reject)));
      await time.tickAsync(TIMEOUT);
      await outcome;
      fail(new Error('too late'));
    } finally {
      time.restore();
    }
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });
});
