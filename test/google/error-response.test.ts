import assert from 'node:assert/strict';
import {
  parse,
  quoteRefusal,
  readRefusal,
  record,
  text,
  type Refusal,
} from '../../src/google/error-response.js';
import {tokenEndpointAnswer} from '../support/token-endpoint-answer.js';

const read = (status: number, body: unknown, secrets: string[] = []): Refusal =>
  readRefusal(tokenEndpointAnswer(status, body), secrets);

const NOTHING = {
  error: undefined,
  description: '',
  reason: undefined,
  activationUrl: undefined,
  service: undefined,
  project: undefined,
  isForeign: false,
};

describe('readRefusal', () => {
  it("reads OAuth's form", () => {
    const body = {error: 'invalid_grant', error_description: 'Bad.', error_uri: 'https://x'};
    assert.deepEqual(read(400, body), {
      ...NOTHING,
      status: 400,
      error: 'invalid_grant',
      description: 'Bad.',
    });
  });

  it("reads Google's envelope", () => {
    const body = {
      error: {
        code: 403,
        message: 'The API is off.',
        status: 'PERMISSION_DENIED',
        details: [
          {'@type': 'type.googleapis.com/google.rpc.Help', links: []},
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'SERVICE_DISABLED',
            metadata: {
              activationUrl: 'https://console.developers.google.com/apis/x?project=1',
              service: 'x.googleapis.com',
              consumer: 'projects/1',
            },
          },
        ],
      },
    };
    assert.deepEqual(read(403, body), {
      status: 403,
      error: 'PERMISSION_DENIED',
      description: 'The API is off.',
      reason: 'SERVICE_DISABLED',
      activationUrl: 'https://console.developers.google.com/apis/x?project=1',
      service: 'x.googleapis.com',
      project: '1',
      isForeign: false,
    });
  });

  it('takes what is left of a form of which something is missing or of another type', () => {
    for (const body of [
      {},
      {error: {}},
      {error: []},
      {error: null},
      {error: 5, error_description: {}},
      {error: {message: 5, status: [], details: 'none'}},
      {error: {details: [null, 5, 'x', {}, {'@type': 5}]}},
      {error: {details: [{'@type': 'x.ErrorInfo', metadata: 'none'}]}},
      {error: {details: [{'@type': 'x.ErrorInfo', reason: 5, metadata: {activationUrl: 5}}]}},
      {error: '', error_description: ''},
      '',
      ' \n',
    ]) {
      const {isForeign} = read(502, body);
      assert.deepEqual(read(502, body), {...NOTHING, status: 502, isForeign}, JSON.stringify(body));
    }
  });

  it('knows what is in no format of Google’s', () => {
    for (const body of [
      'Forbidden',
      '<html></html>',
      '[]',
      {},
      {message: 'Forbidden'},
      {error: 5},
    ]) {
      assert.ok(read(403, body).isForeign, JSON.stringify(body));
    }
    for (const body of ['', ' \n', {error: 'x'}, {error_description: 'x'}, {error: {}}]) {
      assert.ok(!read(403, body).isForeign, JSON.stringify(body));
    }
  });

  it('quotes the title of an HTML page, and else says that it is one', () => {
    for (const [page, description] of [
      ['<!DOCTYPE html><html><head><TITLE lang="en">502\n Bad  Gateway</TITLE>', '502 Bad Gateway'],
      ['  <html><body>Sign in to the Wi-Fi</body></html>', 'an HTML page'],
      ['<?xml version="1.0"?><Error/>', 'an HTML page'],
    ] as const) {
      assert.equal(read(502, page).description, description);
    }
  });

  it('quotes a short text as it is, on one line, and a long one in part', () => {
    assert.equal(
      read(503, 'upstream connect error\r\n\treset').description,
      'upstream connect error reset',
    );
    assert.equal(read(503, 'no route to <host>').description, 'no route to <host>');
    assert.equal(read(503, '"a JSON string"').description, '"a JSON string"');
    assert.equal(read(503, 'null').description, 'null');
    const {description} = read(503, {error: 'x', error_description: 'y'.repeat(1000)});
    assert.equal(description, `${'y'.repeat(500)}…`);
  });

  it('lets nothing through that drives a terminal', () => {
    const wild = '\u001b[31mred\u0007\u009b2J\u0000\u007f';
    const refusals = [
      read(400, {error: wild, error_description: wild}),
      read(400, {error: {status: wild, message: wild}}),
      read(400, wild),
    ];
    for (const {error, description} of refusals) {
      // eslint-disable-next-line no-control-regex -- that is what must not be there
      assert.doesNotMatch(`${error ?? ''}${description}`, /[\u0000-\u001f\u007f-\u009f]/);
      assert.match(description, /red/);
    }
  });

  it('shows a link to no place but Google Cloud’s console', () => {
    const linked = (activationUrl: unknown) =>
      read(403, {
        error: {details: [{'@type': 'x.ErrorInfo', metadata: {activationUrl}}]},
      }).activationUrl;
    const good = 'https://console.cloud.google.com/apis/library/sts.googleapis.com?project=1';
    assert.equal(linked(good), good);
    for (const bad of [
      'http://console.cloud.google.com/',
      'https://console.cloud.google.com.evil.example/',
      'https://console.cloud.google.com@evil.example/',
      'https://console-cloud.google.com/',
      'https://evil.example/?https://console.cloud.google.com/',
      'javascript:alert(1)//https://console.cloud.google.com/',
      `${good}\nrun this: rm -rf`,
      {},
      null,
    ]) {
      assert.equal(linked(bad), undefined, JSON.stringify(bad));
    }
  });

  it('masks what it was sent wherever the server repeats it', () => {
    const secret = 's3cret/of+the=client';
    const echo = `you sent ${secret} or ${encodeURIComponent(secret)}`;
    const url = `https://console.cloud.google.com/?token=${encodeURIComponent(secret)}`;
    for (const body of [
      {error: echo, error_description: echo},
      {
        error: {
          status: echo,
          message: echo,
          details: [{'@type': 'x.ErrorInfo', reason: echo, metadata: {activationUrl: url}}],
        },
      },
      `<title>${echo}</title>`,
      echo,
    ]) {
      const refusal = JSON.stringify(read(400, body, [secret]));
      assert.doesNotMatch(refusal, /s3cret/);
      assert.match(refusal, /you sent \[masked\] or \[masked\]/);
    }
  });

  it('masks before it shortens, so that no half of a secret is left at the cut', () => {
    const secret = 'a-secret-that-stands-at-the-end-of-what-is-quoted';
    for (let before = 440; before <= 510; before += 1) {
      const {description} = read(400, `${'y'.repeat(before)} ${secret}`, [secret]);
      assert.doesNotMatch(description, /secret/);
    }
  });

  it('ends soon on a page of a megabyte that is made to be searched for ever', () => {
    for (const part of ['<title', '<title>', '<', '< ', 'eyJ-', '\u0000']) {
      read(502, part.repeat((1024 * 1024) / part.length));
    }
  });
});

describe('quoteRefusal', () => {
  it('says the status, the error and the words, as far as there are any', () => {
    const refusal = {...NOTHING, status: 400};
    assert.equal(quoteRefusal(refusal), 'HTTP 400, with no explanation');
    assert.equal(quoteRefusal({...refusal, error: 'x'}), 'HTTP 400, x, with no explanation');
    assert.equal(quoteRefusal({...refusal, description: 'y z'}), 'HTTP 400, "y z"');
    assert.equal(quoteRefusal({...refusal, error: 'x', description: 'y'}), 'HTTP 400, x, "y"');
  });
});

describe('what a JSON text holds', () => {
  it('is parsed, or is nothing', () => {
    assert.deepEqual(parse('{"a":1}'), {a: 1});
    for (const json of ['', '{', 'undefined', '<html>']) assert.equal(parse(json), undefined);
  });

  it('is an object, or is none', () => {
    assert.deepEqual(record({a: 1}), {a: 1});
    for (const value of [null, undefined, [], 'x', 5, true]) assert.equal(record(value), undefined);
  });

  it('is a text with something in it, or is none', () => {
    assert.equal(text('x'), 'x');
    for (const value of ['', null, undefined, 5, {}, []]) assert.equal(text(value), undefined);
  });
});
