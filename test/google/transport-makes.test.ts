import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import {AuthClient, gaxios} from 'google-auth-library';
import sinon from 'sinon';
import {AwsAuthError} from '../../src/errors.js';
import {send, type Transporter} from '../../src/google/transport.js';
import {answering, rawServers} from '../support/raw-server.js';
import {assertHidden, printed} from '../support/secrets.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios, SENT_SECRETS, tokenRequest} from '../support/token-request.js';

const OPTIONS = {timeoutMillis: 15_000};
const REQUEST = tokenRequest('https://sts.googleapis.com/v1/token');
const BODY = '{"access_token":"a-token-of-some-kind"}';

/** A transporter that knows nothing of Gaxios but the name of its method. */
function ofAnotherMake(request: (options: gaxios.GaxiosOptions) => unknown): Transporter {
  return {
    request: async <T>(options: gaxios.GaxiosOptions = {}) =>
      (await request(options)) as gaxios.GaxiosResponse<T>,
  };
}

const answeringWith = (response: unknown) => ofAnotherMake(() => response);

describe('send, through a transporter of another make', () => {
  for (const [title, data] of [
    ['the parsed body', JSON.parse(BODY) as unknown],
    ['a string', BODY],
    ['a Buffer', Buffer.from(BODY)],
    ['a Uint8Array', new TextEncoder().encode(BODY)],
    ['an ArrayBuffer', new TextEncoder().encode(BODY).buffer],
    [
      'a stream of bytes',
      Readable.from([Buffer.from(BODY.slice(0, 9)), Buffer.from(BODY.slice(9))]),
    ],
    ['a stream of text', Readable.from([BODY.slice(0, 9), BODY.slice(9)])],
    ['a web stream', new Blob([BODY]).stream()],
  ] as const) {
    it(`takes ${title}`, async () => {
      const response = await send(
        answeringWith({status: 200, headers: {}, data}),
        REQUEST,
        OPTIONS,
      );
      assert.equal(response.text, BODY);
      assert.equal(response.status, 200);
    });
  }

  it('sends no authorization of the defaults, though headers are a plain object, as in gaxios 6', async () => {
    let sent: unknown;
    const older = ofAnotherMake(async ({adapter, ...options}) => {
      const headers = {Authorization: 'Bearer x', accept: 'application/json'};
      const config = {...options, headers} as unknown as gaxios.GaxiosOptionsPrepared;
      return adapter?.(config, () => {
        sent = structuredClone(headers);
        return Promise.resolve({status: 200, headers: {}, data: BODY} as never);
      });
    });
    assert.equal((await send(older, REQUEST, OPTIONS)).text, BODY);
    assert.deepEqual(sent, {accept: 'application/json'});
  });

  /** A body in which nothing comes, of either kind, and whether it has been closed. */
  const silentBodies = {
    'a stream': () => {
      const data = new Readable({read: () => undefined});
      return {data, closed: new Promise<void>(resolve => data.once('close', resolve))};
    },
    'a web stream': () => {
      let close: () => void;
      const closed = new Promise<void>(resolve => (close = resolve));
      return {data: new ReadableStream({cancel: () => close()}), closed};
    },
  };

  for (const [title, silentBody] of Object.entries(silentBodies)) {
    it(`closes ${title} in which nothing comes, though it does not know the signal`, async () => {
      const {data, closed} = silentBody();
      const answer = answeringWith({status: 200, headers: {}, data});
      const error = await rejectionOf(send(answer, REQUEST, {timeoutMillis: 20}));
      await closed;
      assert.equal(error.code, 'TIMEOUT');
    });

    it(`closes ${title} in which nothing comes, with which it answers when the time is over`, async () => {
      const {data, closed} = silentBody();
      const controller = new AbortController();
      let answer: (response: unknown) => void = () => undefined;
      const late = ofAnotherMake(() => new Promise(resolve => (answer = resolve)));
      const sending = send(late, REQUEST, {...OPTIONS, signal: controller.signal});
      controller.abort();
      assert.equal((await rejectionOf(sending)).code, 'ABORTED');
      answer({status: 200, headers: {}, data});
      await closed;
    });
  }

  it('takes the answer of an error that it throws for what is not 2xx', async () => {
    const refused = {status: 403, headers: {}, data: {error: 'invalid_grant'}};
    const throwing = ofAnotherMake(() => {
      throw Object.assign(new Error('status code 403'), {response: refused});
    });
    const response = await send(throwing, REQUEST, OPTIONS);
    assert.equal(response.status, 403);
    assert.equal(response.text, JSON.stringify(refused.data));
  });

  it('takes JSON that is no object, and leaves it to its reader', async () => {
    for (const data of [5, true, false, [], 0]) {
      const response = await send(answeringWith({status: 200, data}), REQUEST, OPTIONS);
      assert.equal(response.text, JSON.stringify(data));
    }
  });

  it('takes no body, and what cannot be one, for an empty one', async () => {
    const circle: {self?: unknown} = {};
    circle.self = circle;
    for (const data of [undefined, null, '', circle, () => BODY, Symbol('x'), 5n]) {
      const response = await send(answeringWith({status: 200, data}), REQUEST, OPTIONS);
      assert.equal(response.text, '');
    }
  });

  it('reads headers of any kind, in any case', async () => {
    const date = 'Fri, 15 Jan 2027 08:00:00 GMT';
    for (const headers of [
      new Headers({date, 'retry-after': '5'}),
      new Map(Object.entries({date, 'retry-after': '5'})),
      {Date: date, 'Retry-After': '5'},
      {get: 'a header of that name', date, 'retry-after': '5'},
    ]) {
      const response = await send(
        answeringWith({status: 429, headers, data: ''}),
        REQUEST,
        OPTIONS,
      );
      assert.equal(response.retryAfter, '5');
      assert.equal(response.serverTime, Date.UTC(2027, 0, 15, 8));
    }
    for (const headers of [undefined, null, 'date', {date: ['a', 'b'], 'retry-after': 5}]) {
      const response = await send(
        answeringWith({status: 429, headers, data: ''}),
        REQUEST,
        OPTIONS,
      );
      assert.equal(response.retryAfter, undefined);
      assert.equal(response.serverTime, undefined);
    }
  });

  it('refuses an answer without a status', async () => {
    for (const response of [undefined, null, 'ok', {}, {data: BODY}, {status: '200', data: BODY}]) {
      const error = await rejectionOf(send(answeringWith(response), REQUEST, OPTIONS));
      assert.deepEqual([error.code, error.step], ['INVALID_RESPONSE', 'token-exchange']);
      assert.match(error.message, /transporter .* Google STS without a numeric status/);
    }
  });

  it('takes every 3xx for a redirect, and no other status', async () => {
    for (const [status, isRedirect] of [
      [299, false],
      [300, true],
      [304, true],
      [399, true],
      [400, false],
    ] as const) {
      const sending = send(answeringWith({status, headers: {}, data: BODY}), REQUEST, OPTIONS);
      if (isRedirect) assert.equal((await rejectionOf(sending)).code, 'REDIRECT_REFUSED');
      else assert.equal((await sending).status, status);
    }
  });

  it('refuses a redirect and a body that is too long, as from any other', async () => {
    const moved = {status: 302, headers: {location: 'https://evil.example/?x'}, data: ''};
    const redirected = await rejectionOf(send(answeringWith(moved), REQUEST, OPTIONS));
    assert.equal(redirected.code, 'REDIRECT_REFUSED');
    assert.match(redirected.message, /to evil\.example;/);
    const long = ' '.repeat(1024 * 1024 + 1);
    for (const data of [long, Buffer.from(long), {long}, Readable.from([long])]) {
      const error = await rejectionOf(send(answeringWith({status: 200, data}), REQUEST, OPTIONS));
      assert.equal(error.code, 'RESPONSE_TOO_LARGE');
    }
  });

  it('does not wait for one that knows no signal, and sends nothing once it is aborted', async () => {
    const asked: unknown[] = [];
    const deaf = ofAnotherMake(options => {
      asked.push(options.url);
      return new Promise(() => undefined);
    });
    const timedOut = await rejectionOf(send(deaf, REQUEST, {timeoutMillis: 20}));
    assert.equal(timedOut.code, 'TIMEOUT');
    const controller = new AbortController();
    const waiting = send(deaf, REQUEST, {...OPTIONS, signal: controller.signal});
    controller.abort(new Error('a reason of the caller'));
    assert.equal((await rejectionOf(waiting)).code, 'ABORTED');
    assert.equal(asked.length, 2);
    const signal = AbortSignal.abort();
    assert.equal((await rejectionOf(send(deaf, REQUEST, {...OPTIONS, signal}))).code, 'ABORTED');
    assert.equal(asked.length, 2, 'it was not asked again');
  });

  it('tells the time that the attempt had, and not what was left at its end', async () => {
    let left = 5;
    const options = {
      get timeoutMillis() {
        return left;
      },
    };
    const sending = send(
      ofAnotherMake(() => new Promise(() => undefined)),
      REQUEST,
      options,
    );
    left = 1;
    assert.match((await rejectionOf(sending)).message, /within 5 ms/);
  });

  it('leaves no timer behind', async () => {
    const clock = sinon.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
    try {
      await send(answeringWith({status: 200, data: BODY}), REQUEST, OPTIONS);
      await rejectionOf(send(answeringWith({}), REQUEST, OPTIONS));
      await rejectionOf(
        send(answeringWith({}), REQUEST, {...OPTIONS, signal: AbortSignal.abort()}),
      );
      assert.equal(clock.countTimers(), 0);
    } finally {
      clock.restore();
    }
  });

  describe('that rejects', () => {
    const failing = (error: unknown) =>
      rejectionOf(
        send(
          ofAnotherMake(() => {
            throw error;
          }),
          REQUEST,
          OPTIONS,
        ),
      );

    it('says which name did not resolve', async () => {
      for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
        const inner = Object.assign(new Error(`getaddrinfo ${code}`), {code});
        const error = await failing(new Error('request failed', {cause: inner}));
        assert.equal(error.code, 'NETWORK_ERROR');
        assert.equal(error.transient, true);
        assert.match(error.message, new RegExp(`reached: ${code}\\.`));
        assert.match(error.message, /The name sts\.googleapis\.com did not resolve/);
      }
    });

    const wrapped = (code: string, message: string) =>
      failing(new Error('request failed', {cause: Object.assign(new Error(message), {code})}));

    it('says which name did not resolve, where that is a proxy’s', async () => {
      for (const code of ['ENOTFOUND', 'EAI_AGAIN']) {
        const error = await wrapped(code, `getaddrinfo ${code} proxy.example.com`);
        assert.match(
          error.what,
          new RegExp(`\\(sts\\.googleapis\\.com\\) .*: ${code} at proxy\\.ex`),
        );
        assert.match(
          error.fix,
          /^The name proxy\.example\.com did not resolve.* check HTTPS_PROXY/,
        );
        assert.doesNotMatch(error.fix, /googleapis/);
        const own = await wrapped(code, `getaddrinfo ${code} sts.googleapis.com`);
        assert.match(own.what, new RegExp(`: ${code}\\.$`));
        assert.match(own.fix, /^The name sts\.googleapis\.com did not resolve: check DNS/);
      }
    });

    it('says which address did not answer, which may be a proxy’s', async () => {
      for (const [code, address] of [
        ['ECONNREFUSED', '127.0.0.1:3128'],
        ['ETIMEDOUT', '192.0.2.1:443'],
        ['EHOSTUNREACH', '2001:db8::1:443'],
      ] as const) {
        const error = await wrapped(code, `connect ${code} ${address}`);
        assert.ok(error.what.endsWith(`could not be reached: ${code} at ${address}.`), error.what);
        assert.equal(error.transient, true);
      }
    });

    it('says once that the address of a proxy is no URL, and does not show it', async () => {
      const address = 'user:password@proxy';
      const invalid = Object.assign(new TypeError('Invalid URL'), {
        code: 'ERR_INVALID_URL',
        input: address,
      });
      const error = await failing(invalid);
      assert.match(
        error.fix,
        /^The address of a proxy is no URL: HTTPS_PROXY.* takes http:\/\/HOST:PORT/,
      );
      assert.equal(error.transient, false);
      assertHidden(printed(error), {address});
    });

    it("says what a proxy's address without its http:// leads to", async () => {
      for (const address of ['127.0.0.1:80', '::1:80']) {
        const error = await wrapped('ECONNREFUSED', `connect ECONNREFUSED ${address}`);
        assert.match(error.fix, /a proxy leads that has no http:\/\/ in front: HTTPS_PROXY/);
      }
    });

    it('names the flag without which Node.js’s permission model refuses the network', async () => {
      const code = 'ERR_ACCESS_DENIED';
      const denied = new Error(`getaddrinfo ${code} sts.googleapis.com`);
      const error = await failing(Object.assign(denied, {code}));
      assert.deepEqual([error.code, error.transient], ['NETWORK_ERROR', false]);
      assert.equal(error.fix, 'Node.js was started with --permission: add --allow-net.');
    });

    it('says what to do about a handshake that failed, for every way in which one does', async () => {
      const openssl = (reason: string) =>
        `write EPROTO 800C62:error:0A00:SSL routines::${reason}:x.c:1:`;
      for (const [code, advice, words = code] of [
        ['CERT_HAS_EXPIRED', /not valid now: check the clock/],
        ['CERT_NOT_YET_VALID', /not valid now: check the clock/],
        ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /NODE_EXTRA_CA_CERTS/],
        ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS/],
        ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
        ['ERR_TLS_CERT_ALTNAME_INVALID', /the certificate of another name: correct the URL/],
        ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /client's certificate: give an agent/],
        ['EPROTO', /client's certificate: give an agent/, openssl('alert certificate required')],
        ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS: correct the URL/],
        ['EPROTO', /does not speak TLS: correct the URL/, openssl('wrong version number')],
        ['ERR_SSL_PACKET_LENGTH_TOO_LONG', /does not speak TLS: correct the URL/],
        ['EPROTO', /The TLS handshake failed: look for a proxy/],
        ['EPROTO', /an old version of TLS/, openssl('tlsv1 alert protocol version')],
      ] as const) {
        const error = await failing(Object.assign(new Error(words), {code}));
        assert.deepEqual([error.code, error.transient], ['NETWORK_ERROR', false], code);
        assert.match(error.message, new RegExp(`reached: ${code}\\. `));
        assert.match(error.message, advice, words);
      }
    });

    it('says what is known where there is no code', async () => {
      const error = await failing(new Error('the tunnel collapsed'));
      assert.match(error.message, /could not be reached: the tunnel collapsed\./);
      assert.equal(error.step, 'token-exchange');
      assert.ok(error.cause instanceof Error);
      for (const each of [error, await failing(Object.assign(new Error(), {code: 'ECONNRESET'}))]) {
        assert.match(each.message, /Check that this host reaches the internet/);
        assert.doesNotMatch(each.message, /did not resolve|NODE_EXTRA_CA_CERTS/);
      }
      assert.match((await failing(new TypeError(''))).message, /could not be reached: TypeError\./);
      assert.match((await failing('a string')).message, /not an Error was thrown: a string/);
      assert.match((await failing(undefined)).message, /undefined/);
    });

    it('takes no answer from what is no error, or holds none', async () => {
      for (const response of [undefined, null, 'text', {}]) {
        const error = await failing(Object.assign(new Error('it broke'), {response}));
        assert.equal(error.code, 'NETWORK_ERROR');
        assert.match(error.message, /it broke/);
      }
      const response = {status: 200, headers: {}, data: BODY};
      for (const thrown of [null, 7, {response}]) {
        assert.equal((await failing(thrown)).code, 'NETWORK_ERROR');
      }
      const answering = ofAnotherMake(() => {
        throw Object.assign(new Error('not 2xx'), {response});
      });
      assert.equal((await send(answering, REQUEST, OPTIONS)).text, BODY);
    });

    it('passes on an error of ours, also from inside of another', async () => {
      const own = new AwsAuthError({code: 'ABORTED', step: 'sign', what: 'a', fix: 'b'});
      assert.equal(await failing(own), own);
      assert.equal(await failing(new Error('outer', {cause: new Error('x', {cause: own})})), own);
    });

    it('hides what it hangs on its errors', async () => {
      const {body, header} = SENT_SECRETS;
      const error = Object.assign(new Error(`POST with ${REQUEST.body} failed`), {
        name: header,
        code: body,
        config: {data: REQUEST.body, headers: REQUEST.headers},
        request: {body},
        response: {data: body},
        cause: Object.assign(new Error(encodeURIComponent(header)), {code: header}),
      });
      assertHidden(printed(await failing(error)), SENT_SECRETS);
    });
  });
});

describe('send, through a Gaxios that its user has prepared', () => {
  const start = rawServers();

  it('does not let it repeat a request: the signature in it ages', async () => {
    const server = await start(answering(503, '{}'));
    const transporter = directGaxios({
      retry: true,
      retryConfig: {
        retry: 5,
        retryDelay: 1,
        noResponseRetries: 5,
        httpMethodsToRetry: ['POST'],
        statusCodesToRetry: [[200, 599]],
        shouldRetry: () => true,
      },
    });
    assert.equal((await send(transporter, tokenRequest(server.url), OPTIONS)).status, 503);
    assert.equal(server.requests.length, 1);
    const breaking = await start(socket => socket.resetAndDestroy());
    await rejectionOf(send(transporter, tokenRequest(breaking.url), OPTIONS));
    assert.equal(breaking.requests.length, 1);
  });

  it('keeps its default authorization to itself: Google STS takes none', async () => {
    const server = await start(answering(200, '{}'));
    const transporter = directGaxios({headers: new Headers({authorization: 'Bearer of-the-user'})});
    await send(transporter, tokenRequest(server.url), OPTIONS);
    assert.doesNotMatch(server.requests[0]?.head ?? 'authorization', /authorization/i);
    const request = tokenRequest(server.url);
    const headers = {...request.headers, authorization: 'Bearer of-the-exchange'};
    await send(transporter, {...request, headers}, OPTIONS);
    assert.match(server.requests[1]?.head ?? '', /^authorization: Bearer of-the-exchange\r?$/im);
  });

  it('uses its adapter', async () => {
    const asked: unknown[] = [];
    const adapter = async <T>(
      config: gaxios.GaxiosOptionsPrepared,
    ): Promise<gaxios.GaxiosResponse<T>> => {
      asked.push(config.url.href, config.body, config.redirect);
      return Object.assign(new Response(BODY), {config, data: JSON.parse(BODY) as T});
    };
    const transporter = new gaxios.Gaxios({adapter});
    const {text} = await send(transporter, REQUEST, OPTIONS);
    assert.equal(text, BODY);
    assert.deepEqual(asked, [REQUEST.url, REQUEST.body, 'manual']);
  });

  it('reads every status, whatever it takes for an error', async () => {
    const server = await start(answering(403, '{"error":"x"}'));
    const transporter = directGaxios({validateStatus: () => false, responseType: 'json'});
    const {status, text} = await send(transporter, tokenRequest(server.url), OPTIONS);
    assert.deepEqual({status, text}, {status: 403, text: '{"error":"x"}'});
  });

  it("shows no body to its interceptors, such as google-auth-library's own, which log it", async () => {
    const server = await start(answering(200, BODY));
    const seen: unknown[] = [];
    const transporter = directGaxios();
    transporter.interceptors.request.add(AuthClient.DEFAULT_REQUEST_INTERCEPTOR);
    transporter.interceptors.response.add(AuthClient.DEFAULT_RESPONSE_INTERCEPTOR);
    transporter.interceptors.response.add({
      resolved: response => {
        seen.push(response.data);
        return Promise.resolve(response);
      },
    });
    const {text} = await send(transporter, tokenRequest(server.url), OPTIONS);
    assert.equal(text, BODY);
    assert.deepEqual(seen, ['[read and masked]']);
  });

  it('fails with the error of an interceptor that does not take the answer, whatever hangs on it', async () => {
    const server = await start(answering(200, BODY));
    const transporter = directGaxios();
    transporter.interceptors.response.add({
      resolved: response => {
        throw Object.assign(new Error('the company forbids it'), {response});
      },
    });
    const error = await rejectionOf(send(transporter, tokenRequest(server.url), OPTIONS));
    assert.equal(error.code, 'NETWORK_ERROR');
    assert.match(error.message, /the company forbids it/);
  });

  it('leaves it as it was', async () => {
    const server = await start(answering(200, BODY));
    const transporter = directGaxios();
    const before = {...transporter.defaults};
    await send(transporter, tokenRequest(server.url), OPTIONS);
    assert.deepEqual(transporter.defaults, before);
    assert.equal(transporter.interceptors.request.size, 0);
    assert.equal(transporter.interceptors.response.size, 0);
  });
});
