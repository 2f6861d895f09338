import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import type {gaxios} from 'google-auth-library';
import {isOneTimeBody, refusalIn} from '../../src/client/reauthentication.js';

/** An answer as a transporter gives it, which may be of any make. */
const given = (value: unknown) => value as gaxios.GaxiosResponse;
const answer = (status: unknown, data?: unknown) => given({status, data});
async function failing(thrown: unknown): Promise<never> {
  await Promise.resolve();
  throw thrown;
}

describe('an API that refuses a token', () => {
  for (const [title, give] of [
    ['by its answer', (status: unknown) => Promise.resolve(answer(status))],
    [
      'by an error',
      (status: unknown) => failing(Object.assign(new Error('x'), {response: answer(status)})),
    ],
  ] as const) {
    it(`says so with a 401, and with a 403 where that counts: ${title}`, async () => {
      for (const [status, on403, isRefused] of [
        [401, false, true],
        [401, true, true],
        [403, true, true],
        [403, false, false],
        [200, true, false],
        [400, true, false],
        [404, true, false],
        [500, true, false],
        ['401', true, false],
        [undefined, true, false],
      ] as const) {
        const refusal = await refusalIn(give(status), {on403});
        assert.equal(refusal !== undefined, isRefused, `${String(status)}, ${String(on403)}`);
      }
    });
  }

  it('is not what fails otherwise, whatever is thrown', async () => {
    const thrown = [
      new Error('no connection'),
      Object.assign(new Error('x'), {status: 401}),
      ...[undefined, null, 'text', 401, {response: undefined}, {response: null}, {response: 401}],
    ];
    for (const each of thrown) {
      assert.equal(await refusalIn(failing(each), {on403: true}), undefined);
    }
    for (const each of [undefined, null, 'text', {}]) {
      assert.equal(await refusalIn(Promise.resolve(given(each)), {on403: true}), undefined);
    }
  });

  const discarded = async (data: unknown) => {
    const refusal = await refusalIn(Promise.resolve(answer(401, data)), {on403: false});
    assert.ok(refusal);
    refusal.discard();
  };

  it('has its answer’s connection freed, whichever kind of stream that is', async () => {
    const stream = new Readable({read: () => undefined});
    await discarded(stream);
    assert.ok(stream.destroyed);
    let isCancelled = false;
    await discarded(new ReadableStream({cancel: () => void (isCancelled = true)}));
    assert.ok(isCancelled);
  });

  it('may have answered what needs no freeing, or what somebody reads already', async () => {
    for (const data of [undefined, null, 'text', {error: 'x'}, Buffer.from('x')]) {
      await discarded(data);
    }
    const refusal = await refusalIn(Promise.resolve(given({status: 401})), {on403: false});
    refusal?.discard();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    const read = new ReadableStream();
    read.getReader();
    await discarded(read);
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, []);
  });
});

describe('the body of a request', () => {
  const url = 'https://storage.googleapis.com/';
  const part = (content: Readable | string) => ({headers: new Headers(), content});
  async function* generator() {
    await Promise.resolve();
    yield 'x';
  }
  const once: [string, gaxios.GaxiosOptions][] = [
    ['a stream', {url, data: Readable.from(['x'])}],
    ['a stream of an older make', {url, data: {pipe: () => undefined}}],
    ['a web stream', {url, body: new Blob(['x']).stream()}],
    ['a web stream of an older make', {url, data: {getReader: () => undefined}}],
    ['a generator', {url, data: generator()}],
    ['a stream as one of its parts', {url, multipart: [part('x'), part(Readable.from(['x']))]}],
  ];
  for (const [title, options] of once) {
    it(`can be sent but once: ${title}`, () => assert.ok(isOneTimeBody(options)));
  }

  const again: [string, gaxios.GaxiosOptions][] = [
    ['none', {url}],
    ['null', {url, data: null}],
    ['a text', {url, data: 'pipe'}],
    ['an object', {url, data: {name: 'b-1234'}}],
    ['bytes', {url, body: new Uint8Array(3)}],
    ['a Blob', {url, body: new Blob(['x'])}],
    ['a form', {url, body: new URLSearchParams('a=1')}],
    ['parts of text', {url, multipart: [part('x'), part('y')]}],
    ['no parts', {url, multipart: []}],
  ];
  for (const [title, options] of again) {
    it(`can be sent again: ${title}`, () => assert.ok(!isOneTimeBody(options)));
  }
});
