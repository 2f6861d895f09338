import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {runInNewContext} from 'node:vm';
import fc from 'fast-check';
import sinon from 'sinon';
import {errorCode, MASK, maskSecrets, withoutSecrets} from '../src/masking.js';
import {SAMPLE_SECRETS, SAMPLE_SUBJECT_TOKEN} from './support/sample-secrets.js';
import {assertHidden, printed} from './support/secrets.js';

const once = encodeURIComponent;
const lowerCased = (text: string) => text.replace(/%[\dA-F]{2}/g, code => code.toLowerCase());
const inForm = (text: string) => new URLSearchParams({t: text}).toString().slice(2);
const inHtml = (text: string) => text.replace(/[^\w ]/g, c => `&#${c.charCodeAt(0)};`);
const inHtmlHex = (text: string) =>
  text.replace(/[^\w ]/g, c => `&#x${c.charCodeAt(0).toString(16)};`);
const inEscapedJson = (text: string) =>
  text.replace(/[^\w ]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The ways in which servers write what they were sent. */
const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': text => text,
  'URL-encoded': once,
  'URL-encoded twice': text => once(once(text)),
  'URL-encoded three times': text => once(once(once(text))),
  'URL-encoded in lower case': text => lowerCased(once(text)),
  'form-encoded': inForm,
  'form-encoded twice': text => inForm(inForm(text)),
  'inside JSON': text => JSON.stringify(text).slice(1, -1),
  'inside JSON whose slashes are escaped': text => text.replaceAll('/', '\\/'),
  'inside JSON of ASCII letters alone': inEscapedJson,
  'inside HTML': inHtml,
  'inside HTML, in hexadecimal': inHtmlHex,
};

describe('maskSecrets', () => {
  // Without the shapes that are masked anyway: each is known by its value alone.
  const known = ['a-b/c+d=e.f~g', '"quoted"{json}\\', "it's(a)*star*!", '%2Fencoded%3D'];

  for (const [title, spell] of Object.entries(SPELLINGS)) {
    it(`knows a secret ${title}`, () => {
      for (const secret of [...known, ...Object.values(SAMPLE_SECRETS), SAMPLE_SUBJECT_TOKEN]) {
        assert.equal(maskSecrets(`<${spell(secret)}>`, [secret]), `<${MASK}>`, spell(secret));
      }
    });
  }

  it('masks any secret in any spelling, and leaves the words around it', () => {
    // What a header may hold.
    const character = fc.integer({min: 0x21, max: 0x7e}).map(code => String.fromCharCode(code));
    const secret = fc.string({minLength: 8, maxLength: 60, unit: character});
    fc.assert(
      fc.property(secret, fc.constantFrom(...Object.values(SPELLINGS)), (value, spell) => {
        const masked = maskSecrets(`before\n${spell(value)}\nafter`, [value]);
        assert.ok(!masked.includes(spell(value)) || MASK.includes(spell(value)), masked);
        assert.match(masked, /^before\n[^]*\nafter$/);
      }),
    );
  });

  it('masks a secret that holds another one, whichever is named first', () => {
    const inner = 'abcdefgh';
    const outer = 'abcdefgh-and-the-rest';
    for (const secrets of [
      [inner, outer],
      [outer, inner],
    ]) {
      assert.equal(maskSecrets(outer, secrets), MASK);
    }
    assert.equal(
      maskSecrets(SAMPLE_SUBJECT_TOKEN, [SAMPLE_SECRETS.sessionToken]).includes('ASIA'),
      false,
    );
  });

  it('masks every occurrence, and a secret beside a secret', () => {
    assert.equal(
      maskSecrets('k3y-value k3y-valuek3y-value', ['k3y-value']),
      `${MASK} ${MASK}${MASK}`,
    );
  });

  it('leaves short strings alone: they would mask ordinary words', () => {
    assert.equal(
      maskSecrets('the error is in the role', ['error', 'role', '']),
      'the error is in the role',
    );
  });

  it('makes no pattern of a secret that the text cannot hold: that of a whole request takes a second', () => {
    const made = sinon.spy(globalThis, 'RegExp');
    try {
      const body = new URLSearchParams({subject_token: SAMPLE_SUBJECT_TOKEN}).toString();
      const {message} = withoutSecrets(new Error('socket hang up'), [SAMPLE_SUBJECT_TOKEN, body]);
      assert.equal(message, 'socket hang up');
      assert.equal(made.callCount, 0);
      assert.equal(maskSecrets(`of ${body.toUpperCase()}`, [body]), `of ${MASK}`);
      assert.equal(maskSecrets('of ////////', ['////////']), `of ${MASK}`);
      // The Kelvin sign, whose small letter is a k.
      assert.equal(maskSecrets('of abc&#x212a;defg', ['abc\u212adefg']), `of ${MASK}`);
    } finally {
      made.restore();
    }
  });

  it('does not read a secret as a pattern', () => {
    assert.equal(maskSecrets('abcdefghij', ['.........']), 'abcdefghij');
    assert.equal(maskSecrets('$&$1 (((((((( ', ['((((((((']), `$&$1 ${MASK} `);
  });

  describe('knows the shape of', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
    const {accessKeyId, federatedToken, serviceAccountToken, sessionToken, signature} =
      SAMPLE_SECRETS;
    for (const [title, text, secret] of [
      ['a Google token', `token ${federatedToken}`, federatedToken],
      ['a Google token in an encoded text', `token%3D${serviceAccountToken}`, serviceAccountToken],
      ['a JWT', `"${jwt}"`, jwt],
      ['a JWT in an encoded text', `%22${jwt}%22`, jwt],
      ['a bearer header', 'authorization: Bearer abc.def-123/456_789+0==', 'abc.def-123'],
      ['a proxy’s password', 'Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNz'],
      ['the same in JSON', '{"authorization": "Basic dXNlcjpwYXNzd29yZA=="}', 'dXNlcjpwYXNz'],
      ['a bearer header in an encoded text', 'Bearer%20abc.def-123.456_789.012', 'abc.def-123'],
      ['a signature', `Signature=${signature}`, signature],
      ['a signature in an encoded text', `Signature%3D${signature}`, signature],
      ['a signature encoded twice', `Signature%253D${signature}`, signature],
      ['an access key id', `Credential=${accessKeyId}/2027`, accessKeyId],
      ['an access key id in an encoded text', `Credential%3D${accessKeyId}%2F2027`, accessKeyId],
      ['an AWS session token', `value ${sessionToken}`, sessionToken],
    ] as const) {
      it(`${title}, though nobody named it`, () => {
        const masked = maskSecrets(text);
        assert.ok(masked.includes(MASK), masked);
        assertHidden(masked, {secret});
      });
    }

    it('each of them, also where the text ends in the middle of it', () => {
      // A server that shortens what it quotes: no secret is there as a whole.
      for (let length = 1; length <= SAMPLE_SUBJECT_TOKEN.length; length += 1) {
        for (const text of [
          SAMPLE_SUBJECT_TOKEN.slice(0, length),
          once(SAMPLE_SUBJECT_TOKEN).slice(0, length),
          decodeURIComponent(SAMPLE_SUBJECT_TOKEN).slice(0, length),
        ]) {
          assertHidden(maskSecrets(text), {
            'part of the session token': sessionToken.slice(0, 24),
            'part of the signature': signature.slice(0, 16),
            'access key id': accessKeyId,
          });
        }
      }
    });
  });

  it('leaves the words that help', () => {
    const words =
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist). The pool //iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool, InvalidClientTokenId, arn:aws:sts::111122223333:assumed-role/demo-role/session, Signature mismatch, a bearer token";
    assert.equal(maskSecrets(words), words);
  });

  it('ends soon on a megabyte that is made to be searched for ever', () => {
    for (const text of [
      'eyJ-',
      'eyJ',
      '%22eyJ',
      '.',
      'Bearer ',
      'Bearer\t',
      'Authorization: ',
      'Authorization: Basic ',
      'Signature%25',
      'ya29',
      '%25',
      '&#0',
      'IQoJ',
      '\\u00',
    ]) {
      const body = text.repeat((1024 * 1024) / text.length);
      maskSecrets(body, [SAMPLE_SUBJECT_TOKEN, ...Object.values(SAMPLE_SECRETS)]);
    }
  });
});

describe('withoutSecrets', () => {
  const {secretAccessKey, federatedToken} = SAMPLE_SECRETS;
  const secrets = Object.values(SAMPLE_SECRETS);

  it('keeps what tells about a failure: name, message, code, stack and causes', () => {
    const inner = Object.assign(new TypeError('no route'), {code: 'EHOSTUNREACH'});
    const copy = withoutSecrets(new Error('it failed', {cause: inner}));
    assert.equal(copy.name, 'Error');
    assert.equal(copy.message, 'it failed');
    assert.ok('code' in copy && copy.code === 'EHOSTUNREACH');
    assert.match(copy.stack ?? '', /masking\.test\.ts/);
    assert.ok(copy.cause instanceof Error);
    assert.equal(`${copy.cause.name}: ${copy.cause.message}`, 'TypeError: no route');
    assert.deepEqual(Object.keys(copy), ['code'], 'nothing else of it is shown');
  });

  it('drops every other property: HTTP libraries hang requests on their errors', () => {
    const error = Object.assign(new Error('failed'), {
      config: {headers: {authorization: federatedToken}},
      [Symbol('request')]: {body: secretAccessKey},
      errors: [secretAccessKey],
    });
    Object.defineProperty(error, 'hidden', {value: secretAccessKey, enumerable: false});
    assertHidden(printed(withoutSecrets(error)), SAMPLE_SECRETS);
  });

  it('masks whatever is kept, in every cause', () => {
    let error: Error | undefined;
    for (const secret of secrets) {
      error = Object.assign(new Error(`it failed with ${secret}`, {cause: error}), {code: secret});
      error.name = `Name${secret}`;
    }
    assertHidden(printed(withoutSecrets(error, secrets)), SAMPLE_SECRETS);
  });

  it('masks what was thrown in place of an error, though it is long or strange', () => {
    const long = 'x'.repeat(12_288);
    for (const thrown of [
      secretAccessKey,
      {token: federatedToken},
      {token: long},
      [long],
      Object.assign(Object.create(null), {token: secretAccessKey}),
      undefined,
      null,
      Symbol(secretAccessKey),
    ] as unknown[]) {
      const copy = withoutSecrets(thrown, [...secrets, long]);
      assert.match(copy.message, /^A value that is not an Error was thrown: /);
      assertHidden(printed(copy), {...SAMPLE_SECRETS, long: long.slice(0, 100)});
    }
  });

  it('does not call a getter of what was thrown', () => {
    const thrown = {
      get token(): string {
        throw new Error('called');
      },
    };
    assert.match(withoutSecrets(thrown).message, /\[Getter\]/);
  });

  it('ends where causes lead in a circle', () => {
    const error = new Error('round');
    error.cause = new Error('and round', {cause: error});
    assert.match(inspect(withoutSecrets(error), {depth: null}), /and round/);
  });
});

describe('errorCode', () => {
  it('is that of the error or of the first cause that has one', () => {
    const inner = Object.assign(new Error('b'), {code: 'ECONNREFUSED'});
    assert.equal(errorCode(inner), 'ECONNREFUSED');
    assert.equal(errorCode(new Error('a', {cause: inner})), 'ECONNREFUSED');
    assert.equal(
      errorCode(Object.assign(new Error('a', {cause: inner}), {code: 400})),
      'ECONNREFUSED',
    );
  });

  it('is nothing where there is none, or none that is a word', () => {
    for (const value of [undefined, null, 'text', new Error('a'), {code: 'two words'}, {code: 5}]) {
      assert.equal(errorCode(value), undefined);
    }
    const circle = new Error('round');
    circle.cause = circle;
    assert.equal(errorCode(circle), undefined);
  });
});

describe('withoutSecrets(), for an error that is odd', () => {
  it('of another realm, as Node.js’s are in Jest: knows it for an error', () => {
    const foreign: unknown = runInNewContext(
      `Object.assign(new Error('connect a-secret-word', {cause: new TypeError('inner')}), {code: 'ECONNREFUSED'})`,
    );
    assert.ok(!(foreign instanceof Error));
    const copy = withoutSecrets(foreign, ['a-secret-word']);
    assert.equal(copy.message, 'connect [masked]');
    assert.equal(errorCode(copy), 'ECONNREFUSED');
    assert.ok(copy.cause instanceof Error);
    assert.equal(copy.cause.name, 'TypeError');
  });

  it('with a message, a name or a stack that is no text: tells what it can', () => {
    for (const odd of [undefined, null, 7, ['a-secret-word'], {said: 'a-secret-word'}]) {
      for (const name of ['message', 'stack', 'name']) {
        const error = Object.defineProperty(new Error('as it was'), name, {value: odd});
        const copy = withoutSecrets(error, ['a-secret-word']);
        for (const field of [copy.message, copy.name, copy.stack])
          assert.equal(typeof field, 'string');
        assertHidden(printed(copy), {word: 'a-secret-word'});
      }
    }
  });
});
