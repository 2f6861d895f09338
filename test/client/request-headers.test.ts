import assert from 'node:assert/strict';
import {inspect} from 'node:util';
import {gaxios} from 'google-auth-library';
import {PreparedHeaders} from '../../src/client/request-headers.js';
import {AccessToken} from '../../src/token/access-token.js';

const AUTHORIZATION = 'Bearer a-token';
const EXPECTED = {authorization: AUTHORIZATION, 'x-goog-user-project': 'who-pays'};
const token = (value = 'a-token') => new AccessToken(value, 0, 3_600_000);

/** Each way in which a client of Google's takes headers from an auth client. */
const READERS: Record<string, (headers: Headers) => object> = {
  'storage 8, bigquery 8 and 9 (Gaxios.mergeHeaders)': headers =>
    Object.fromEntries(gaxios.Gaxios.mergeHeaders(new Headers(), headers)),
  'gax 5 and 6 (headers.forEach)': headers => {
    const metadata = new Map<string, string>();
    headers.forEach((value, name) => metadata.set(name, value));
    return Object.fromEntries(metadata);
  },
  'genai 2 and 3 (for…of)': headers => {
    const sent = new Headers();
    for (const [name, value] of headers) sent.append(name, value);
    return Object.fromEntries(sent);
  },
  'fetch (new Request)': headers =>
    Object.fromEntries(new Request('http://localhost', {headers}).headers),
  'a copy (new Headers)': headers => Object.fromEntries(new Headers(headers)),
  'entries(), keys() and values()': headers => {
    assert.deepEqual([...headers.keys()], Object.keys(EXPECTED));
    assert.deepEqual([...headers.values()], Object.values(EXPECTED));
    return Object.fromEntries(headers.entries());
  },
  'storage 7, bigquery 7 (Object.assign)': headers => Object.assign({}, headers),
  'gax 4 over REST (spread)': headers => Object.fromEntries(Object.entries(headers)),
  'gax 4 over gRPC (Object.keys in grpc-js, of strings or arrays of them)': headers => {
    const metadata: Record<string, unknown> = {};
    for (const name of Object.keys(headers)) {
      const value: unknown = Reflect.get(headers, name);
      for (const each of Array.isArray(value) ? value : [value]) metadata[name] = each;
    }
    return metadata;
  },
  'genai 1 (for…in, and append to a Headers)': headers => {
    const sent = new Headers();
    for (const name in headers) sent.append(name, String(Reflect.get(headers, name)));
    return Object.fromEntries(sent);
  },
};

describe('the headers of a request', () => {
  for (const [consumer, read] of Object.entries(READERS)) {
    it(`are read by ${consumer}`, () => {
      const headers = new PreparedHeaders().copy(token(), 'who-pays');
      assert.ok(headers instanceof Headers);
      assert.deepEqual(read(headers), EXPECTED);
    });
  }

  it('are another object for each caller, whichever way one of them changes', () => {
    const prepared = new PreparedHeaders();
    const kept = token();
    const mine = prepared.copy(kept, undefined);
    mine.set('authorization', 'changed');
    mine.set('x-mine', '1');
    Object.assign(mine, {authorization: 'changed', other: '1'});
    const next = prepared.copy(kept, undefined);
    assert.deepEqual({...Object.fromEntries(next)}, {authorization: AUTHORIZATION});
    assert.deepEqual(Object.fromEntries(Object.entries(next)), {authorization: AUTHORIZATION});
  });

  it('follow the token and the project that pays', () => {
    const prepared = new PreparedHeaders();
    prepared.copy(token(), 'who-pays');
    const read = READERS['storage 7, bigquery 7 (Object.assign)'];
    assert.deepEqual(read?.(prepared.copy(token('another'), undefined)), {
      authorization: 'Bearer another',
    });
  });

  it('are checked once for a token and a project, whoever asks, and anew for others', () => {
    let readings = 0;
    class CountedToken extends AccessToken {
      override get value(): string {
        readings += 1;
        return super.value;
      }
    }
    const one = new CountedToken('a-token', 0, 3_600_000);
    // Of the same value: what counts is that it is another token.
    const other = new CountedToken('a-token', 0, 3_600_000);
    const prepared = new PreparedHeaders();
    const read = (of: AccessToken, project?: string) => {
      const headers = prepared.copy(of, project);
      assert.equal(headers.get('authorization'), AUTHORIZATION);
      assert.equal(headers.get('x-goog-user-project'), project ?? null);
      assert.equal(Reflect.get(headers, 'x-goog-user-project'), project);
      return readings;
    };
    const counts = [
      ...[read(one), read(one), read(one)],
      ...[read(one, 'who-pays'), read(one, 'who-pays'), read(one, 'another'), read(one)],
      ...[read(other), read(other)],
    ];
    assert.deepEqual(counts, [1, 1, 1, 2, 2, 3, 4, 5, 5]);
  });

  it('may be given methods of a caller’s own, as any Headers may', () => {
    const headers = new PreparedHeaders().copy(token(), undefined);
    Object.assign(headers, {get: () => 'mine'});
    assert.equal(headers.get('authorization'), 'mine');
    assert.equal(
      new PreparedHeaders().copy(token(), undefined).get('authorization'),
      AUTHORIZATION,
    );
  });

  it('stay the same in both views through set, append and delete', () => {
    const headers = new PreparedHeaders().copy(token(), 'who-pays');
    headers.set('Authorization', 'Bearer mine');
    headers.append('X-Tag', 'a');
    headers.append('x-tag', 'b');
    headers.delete('X-Goog-User-Project');
    const expected = {authorization: 'Bearer mine', 'x-tag': 'a, b'};
    assert.deepEqual(Object.fromEntries(headers), expected);
    assert.deepEqual(Object.fromEntries(Object.entries(headers)), expected);
    assert.throws(() => headers.set('x-bad', 'a\nb'), TypeError);
    assert.equal('x-bad' in headers, false);
  });

  it('keep their methods, whatever a header is called', () => {
    const headers = new PreparedHeaders().copy(token(), undefined);
    for (const name of ['get', 'keys', 'constructor', '__proto__']) headers.set(name, 'x');
    assert.equal(headers.get('get'), 'x');
    assert.deepEqual(Object.keys(headers), ['authorization']);
    assert.equal(Object.getPrototypeOf(Object.getPrototypeOf(headers)), Headers.prototype);
  });

  it('are printed as any Headers are, and are empty in JSON like them', () => {
    const headers = new PreparedHeaders().copy(token(), 'who-pays');
    assert.equal(inspect(headers), inspect(new Headers(EXPECTED)));
    assert.equal(JSON.stringify({headers}), JSON.stringify({headers: new Headers(EXPECTED)}));
  });

  it('load no fetch implementation before they are needed', () => {
    // Each PreparedHeaders is made with its client: none may touch the global Headers for that.
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'Headers');
    assert.ok(descriptor);
    Object.defineProperty(globalThis, 'Headers', {
      configurable: true,
      get: () => assert.fail('touched'),
    });
    try {
      assert.ok(new PreparedHeaders());
    } finally {
      Object.defineProperty(globalThis, 'Headers', descriptor);
    }
  });
});
