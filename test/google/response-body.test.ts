import assert from 'node:assert/strict';
import {getEventListeners} from 'node:events';
import {Readable} from 'node:stream';
import {MAX_RESPONSE_BYTES, readCapped} from '../../src/google/response-body.js';
import {rejectionOf} from '../support/thrown.js';

const ENDPOINT = {step: 'impersonation', server: 'IAM Credentials', status: 200} as const;
const read = (data: unknown, signal = new AbortController().signal) =>
  readCapped(data, ENDPOINT, signal);

/** A body of so many bytes, in the forms in which it may come. */
const bodiesOf = (bytes: number): Record<string, unknown> => ({
  string: 'a'.repeat(bytes),
  Buffer: Buffer.alloc(bytes, 'a'),
  ArrayBuffer: new Uint8Array(bytes).fill(0x61).buffer,
  stream: Readable.from(partsOf(bytes)),
  'web stream': new Blob(partsOf(bytes)).stream(),
});

function partsOf(bytes: number): Buffer<ArrayBuffer>[] {
  const parts: Buffer<ArrayBuffer>[] = [];
  for (let left = bytes; left > 0; left -= 10_000)
    parts.push(Buffer.alloc(Math.min(left, 10_000), 'a'));
  return parts;
}

describe('readCapped', () => {
  for (const form of Object.keys(bodiesOf(0))) {
    it(`takes a ${form} of just the longest length`, async () => {
      const text = await read(bodiesOf(MAX_RESPONSE_BYTES)[form]);
      assert.equal(text, 'a'.repeat(MAX_RESPONSE_BYTES));
    });

    it(`refuses a ${form} that is one byte longer, and names who sent it`, async () => {
      const error = await rejectionOf(read(bodiesOf(MAX_RESPONSE_BYTES + 1)[form]));
      assert.equal(error.code, 'RESPONSE_TOO_LARGE');
      assert.equal(error.step, 'impersonation');
      assert.match(error.message, /^IAM Credentials answered with more than 1048576 bytes/);
    });
  }

  it('destroys a stream that is too long at once', async () => {
    let produced = 0;
    const stream = new Readable({
      read() {
        produced += 1;
        this.push(Buffer.alloc(64 * 1024));
      },
    });
    assert.equal((await rejectionOf(read(stream))).code, 'RESPONSE_TOO_LARGE');
    assert.ok(stream.destroyed);
    assert.ok(produced < 30, `${produced} parts were read`);
  });

  it('cancels a web stream that is too long', async () => {
    let cancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      pull: controller => controller.enqueue(new Uint8Array(64 * 1024)),
      cancel: () => void (cancelled = true),
    });
    assert.equal((await rejectionOf(read(stream))).code, 'RESPONSE_TOO_LARGE');
    assert.ok(cancelled);
  });

  it('stops reading once it is aborted', async () => {
    const controller = new AbortController();
    const stream = Readable.from(
      (function* endless() {
        for (;;) {
          controller.abort();
          yield 'a';
        }
      })(),
    );
    await read(stream, controller.signal);
    assert.ok(stream.destroyed);
  });

  it('destroys a stream in which nothing comes once it is aborted', async () => {
    const controller = new AbortController();
    const stream = new Readable({read: () => undefined});
    const reading = read(stream, controller.signal);
    controller.abort();
    assert.equal(stream.destroyed, false, 'not while the aborter still runs');
    await assert.rejects(reading, {code: 'ERR_STREAM_PREMATURE_CLOSE'});
    assert.ok(stream.destroyed);
  });

  it('stops reading a web stream once it is aborted', async () => {
    const controller = new AbortController();
    let pulls = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: async source => {
        pulls += 1;
        if (pulls === 2) controller.abort();
        await new Promise(setImmediate);
        source.enqueue(new Uint8Array(1));
      },
    });
    await assert.rejects(read(stream, controller.signal), {code: 'ERR_STREAM_PREMATURE_CLOSE'});
    assert.ok(pulls <= 4, `${pulls} parts were read`);
  });

  it('leaves nothing on the signal, whether the body is read or breaks', async () => {
    const {signal} = new AbortController();
    await read(Readable.from(['a']), signal);
    await rejectionOf(read(bodiesOf(MAX_RESPONSE_BYTES + 1)['stream'], signal));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('puts letters together that were cut between two parts', async () => {
    const bytes = Buffer.from('"Zürich 🚀"');
    const stream = Readable.from([...bytes].map(byte => Buffer.from([byte])));
    assert.equal(await read(stream), '"Zürich 🚀"');
  });

  it('passes on what breaks a stream', async () => {
    const stream = new Readable({
      read() {
        this.destroy(new Error('broken'));
      },
    });
    await assert.rejects(read(stream), /broken/);
  });
});
