import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import sinon from 'sinon';
import {chooseCredentialSource, type CredentialSource} from '../../src/aws/credential-source.js';
import {readCredentials} from '../../src/aws/read-credentials.js';
import {AwsAuthError} from '../../src/errors.js';
import {awsEnvironment} from '../emulator/support/aws-environment.js';
import {assertRejected} from '../support/refusal.js';
import {SAMPLE_SECRETS} from '../support/sample-secrets.js';
import {assertHidden, printed} from '../support/secrets.js';

const {accessKeyId, secretAccessKey, sessionToken} = SAMPLE_SECRETS;
const KEYS = {accessKeyId, secretAccessKey, sessionToken};

function sourceOf(
  read: CredentialSource['read'],
  more: Partial<CredentialSource> = {},
): CredentialSource {
  return {
    name: 'profile',
    description: 'the profile "x" (SSO)',
    advice: 'Log in.',
    roleArn: undefined,
    secrets: [],
    read,
    ...more,
  };
}

const failing = (thrown: unknown, more: Partial<CredentialSource> = {}) =>
  assertRejected(
    readCredentials(
      sourceOf(() => {
        throw thrown;
      }, more),
      {timeoutMillis: 30_000},
    ),
    {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: ['the profile "x" (SSO)', 'Log in.']},
  );

describe('reading AWS credentials from a source', () => {
  afterEach(() => sinon.restore());

  it('tells the source whether to read again', async () => {
    const asked: unknown[] = [];
    const source = sourceOf(options => {
      asked.push(options);
      return Promise.resolve(KEYS);
    });
    await readCredentials(source, {timeoutMillis: 1000});
    await readCredentials(source, {timeoutMillis: 1000, forceRefresh: true});
    assert.deepEqual(asked, [{forceRefresh: false}, {forceRefresh: true}]);
  });

  it('waits no longer than the shorter of its limit and the source’s own', async () => {
    const time = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    for (const [own, callers, expected] of [
      [2_000, 30_000, 2_000],
      [30_000, 1_000, 1_000],
      [undefined, 5_000, 5_000],
    ] as const) {
      const source = sourceOf(
        () => new Promise(() => undefined),
        own === undefined ? {} : {timeLimitMillis: own},
      );
      const outcome = assertRejected(readCredentials(source, {timeoutMillis: callers}), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: [`did not answer within ${expected} ms`, 'Log in.'],
      });
      await time.tickAsync(expected);
      await outcome;
      assert.equal(time.countTimers(), 0);
    }
  });

  it('leaves the error of a source that stands on another one as it is', async () => {
    const error = new AwsAuthError({
      code: 'AWS_CREDENTIALS_INVALID',
      step: 'aws-credentials',
      what: 'The other one.',
      fix: 'Mend it.',
    });
    await assert.rejects(
      readCredentials(
        sourceOf(() => Promise.reject(error)),
        {timeoutMillis: 1000},
      ),
      thrown => thrown === error,
    );
  });

  it('names the source of what cannot be used', async () => {
    await assertRejected(
      readCredentials(
        sourceOf(() => Promise.resolve({accessKeyId: 'a b', secretAccessKey: 'x'})),
        {timeoutMillis: 1000},
      ),
      {code: 'AWS_CREDENTIALS_INVALID', says: ['What the profile "x" (SSO) gave']},
    );
  });

  it('gives the reason in one line, at most 500 characters long, and once a full stop', async () => {
    const {message} = await failing(new Error('one\r\n\ttwo\u0000\u2028 three.\n'));
    assert.ok(message.includes(': one two three. Log in.'), message);
    const long = await failing(new Error('x'.repeat(10_000)));
    assert.ok(long.message.includes(`${'x'.repeat(500)}….`));
    assert.ok(!long.message.includes('x'.repeat(501)));
  });

  it('gives the error’s name where it has no message', async () => {
    assert.match((await failing(new TypeError(''))).message, /: TypeError\. Log in\.$/);
  });

  it('gives the status where the AWS SDK says no more than "Unknown"', async () => {
    for (const name of ['Unknown', 'UnknownError']) {
      const error = Object.assign(new Error(name), {$metadata: {httpStatusCode: 503}});
      assert.match((await failing(error)).message, new RegExp(`: ${name} \\(HTTP 503\\)\\.`));
      await failing(Object.assign(new Error(name), {$metadata: null}));
      await failing(new Error(name));
    }
  });

  it('names the flag without which Node.js’s permission model refused it, in place of the source’s advice', async () => {
    const denied = (message: string, details = {}) =>
      readCredentials(
        sourceOf(() => Promise.reject(Object.assign(new Error(message), details))),
        {timeoutMillis: 30_000},
      );
    const code = 'ERR_ACCESS_DENIED';
    const words = 'Access to this API has been restricted.';
    for (const [thrown, advice] of [
      [
        denied(`${words} Use --allow-child-process to manage permissions.`),
        '--allow-child-process',
      ],
      [denied(`${words} Use --allow-fs-read to manage permissions.`, {code}), '--allow-fs-read'],
      [denied(`connect ${code} ${words} Use --allow-net to manage permissions.`), '--allow-net'],
      [denied(`getaddrinfo ${code} sts.us-east-1.amazonaws.com`, {code}), '--allow-net'],
    ] as const) {
      const error = await assertRejected(thrown, {code: 'AWS_CREDENTIALS_UNAVAILABLE', says: []});
      assert.equal(error.fix, `Node.js was started with --permission: add ${advice}.`);
    }
    // Of versions that name none.
    await assertRejected(denied(words, {code}), {
      code: 'AWS_CREDENTIALS_UNAVAILABLE',
      says: [`${words} Log in.`],
    });
  });

  describe('where the environment names a proxy, which the AWS SDK does not use,', () => {
    const environment = awsEnvironment();
    const SAYS = /^Where this host reaches AWS by the proxy of https_proxy alone: .* Log in\.$/;

    beforeEach(() => {
      for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'http_proxy']) {
        Reflect.deleteProperty(process.env, name);
      }
      environment.set({https_proxy: 'http://proxy.example:3128'});
    });

    it('says so of AWS that cannot be reached', async () => {
      for (const thrown of [
        Object.assign(new Error('connect failed'), {code: 'ECONNREFUSED'}),
        // As of SSO and of a console login, without a code.
        new Error('Error: getaddrinfo ENOTFOUND portal.sso.us-east-1.amazonaws.com'),
        Object.assign(new Error('a request has exceeded the configured'), {name: 'TimeoutError'}),
      ]) {
        assert.match((await failing(thrown, {asksAws: true})).fix, SAYS);
        assert.equal((await failing(thrown)).fix, 'Log in.');
      }
    });

    it('says so of AWS that does not answer in time', async () => {
      const never = sourceOf(() => new Promise(() => undefined), {asksAws: true});
      const hold = setInterval(() => undefined, 1000);
      const error = await assertRejected(readCredentials(never, {timeoutMillis: 5}), {
        code: 'AWS_CREDENTIALS_UNAVAILABLE',
        says: ['did not answer within 5 ms'],
      });
      clearInterval(hold);
      assert.match(error.fix, SAYS);
    });

    it('says nothing of it where AWS has answered, or instance metadata has not', async () => {
      for (const thrown of [
        new Error('User: x is not authorized to perform: sts:AssumeRole'),
        Object.assign(new Error('Unable to connect to instance metadata service'), {
          code: 'ECONNREFUSED',
        }),
      ]) {
        assert.equal((await failing(thrown, {asksAws: true})).fix, 'Log in.');
      }
    });

    it('says nothing of it where no proxy is named', async () => {
      environment.set({https_proxy: ''});
      const thrown = Object.assign(new Error('x'), {code: 'ECONNREFUSED'});
      assert.equal((await failing(thrown, {asksAws: true})).fix, 'Log in.');
    });
  });

  it('shows nothing of what the source says is secret', async () => {
    const hidden = {command: '/bin/keys --password "open sesame"', token: 'the-agents-token'};
    const thrown = new Error(`Command failed: ${hidden.command}\nand ${hidden.token}`, {
      cause: new Error(hidden.token),
    });
    assertHidden(printed(await failing(thrown, {secrets: Object.values(hidden)})), hidden);
  });

  it('shows no keys that the error quotes, in whatever place', async () => {
    const quoted = `${accessKeyId}:${secretAccessKey} ${sessionToken}`;
    for (const thrown of [
      new Error(quoted),
      new Error('x', {cause: new Error(quoted)}),
      Object.assign(new Error(`stdout ${quoted}`), {stdout: quoted, cmd: quoted}),
      quoted,
      {message: quoted},
      new AggregateError([new Error(quoted)], quoted),
    ]) {
      const error = await failing(thrown);
      assertHidden(printed(error), KEYS);
      assertHidden(printed(error.cause), KEYS);
    }
  });

  // Each of them took minutes, or made a pattern that is none, of which Node.js's error showed the words.
  for (const [title, words] of Object.entries({
    'a line of JSON': '{"level":"error"},'.repeat(60_000),
    'a line of quotes': 'a"'.repeat(500_000),
    'a line of dashes': '--'.repeat(500_000),
    'one long word': `${sessionToken}/`.repeat(4_000),
    'many keys': `${secretAccessKey} `.repeat(20_000),
  })) {
    it(`fails as always, and shows no key, where the source says a megabyte: ${title}`, async () => {
      const thrown = Object.assign(new Error(`${words} ${secretAccessKey}`), {stderr: words});
      const error = await failing(thrown);
      assertHidden(printed(error), {...KEYS, piece: sessionToken.slice(0, 32)});
      assert.match(error.message, /: \d+ characters, too many to show\. Log in\.$/);
    });
  }

  it('shows no key that stands in a longer word than its error shows', async () => {
    const word = `${sessionToken}/`.repeat(4_000);
    const error = await failing(Object.assign(new Error(word.slice(0, 300)), {stderr: word}));
    assertHidden(printed(error), KEYS);
  });

  it('shows no piece of a key that JSON.parse quotes, and shows a page’s beginning', async () => {
    const parseError = (text: string): unknown => {
      try {
        return JSON.parse(text);
      } catch (error) {
        return error;
      }
    };
    for (const text of [
      `{"SecretAccessKey": ${secretAccessKey}}`,
      secretAccessKey,
      `{"Token": "x", 'SecretAccessKey': '${secretAccessKey}'}`,
    ]) {
      const error = await failing(parseError(text));
      assertHidden(printed(error), {key: secretAccessKey.slice(0, 8)});
    }
    const page = await failing(parseError('<html><body>'));
    assert.match(page.message, /"<html><b/);
  });
});

describe('a container that hangs', () => {
  const environment = awsEnvironment();

  it('is given up in time, and no other source is asked', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({url}) => asked.push(url));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const url = `http://127.0.0.1:${address.port}`;
    environment.set({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/task`,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    });
    try {
      await assertRejected(
        readCredentials(await chooseCredentialSource(process.env), {timeoutMillis: 300}),
        {
          code: 'AWS_CREDENTIALS_UNAVAILABLE',
          says: ['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'did not answer within 300 ms'],
        },
      );
      assert.deepEqual(asked, ['/task']);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
