import assert from 'node:assert/strict';
import {createHash, createHmac} from 'node:crypto';
import fc from 'fast-check';
import {SignatureV4} from '@smithy/signature-v4';
import {signRequest} from '../../src/aws/sigv4.js';
import {SIGV4_VECTORS, SUITE, type SigV4Vector} from '../vectors/sigv4.js';

function sign(vector: SigV4Vector): Record<string, string> {
  const {method, url, headers = {}, body, sessionToken, service, date} = vector;
  return signRequest(
    {method, url: new URL(url), headers, ...(body === undefined ? {} : {body})},
    {
      credentials: {
        accessKeyId: SUITE.accessKeyId,
        secretAccessKey: SUITE.secretAccessKey,
        sessionToken,
      },
      region: SUITE.region,
      service: service ?? SUITE.service,
      date: new Date(date ?? SUITE.date),
    },
  );
}

describe('the SigV4 signer and the published vectors', () => {
  for (const vector of SIGV4_VECTORS) {
    it(`signs ${vector.name} as published`, () => {
      const {service = SUITE.service, date = SUITE.date} = vector;
      const time = date.replace(/[-:]/g, '');
      const scope = `${time.slice(0, 8)}/${SUITE.region}/${service}/aws4_request`;
      const headers = sign(vector);
      assert.equal(
        headers['authorization'],
        `AWS4-HMAC-SHA256 Credential=${SUITE.accessKeyId}/${scope}, SignedHeaders=${vector.signedHeaders}, Signature=${vector.signature}`,
        vector.source,
      );
      assert.equal(headers['x-amz-date'], time);
      assert.equal(headers['host'], new URL(vector.url).host);
      assert.equal(headers['x-amz-security-token'], vector.sessionToken);
    });
  }

  it('has a vector for every name once', () => {
    const names = SIGV4_VECTORS.map(({name}) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.length >= 30);
  });
});

describe('the SigV4 signer', () => {
  const [vanilla] = SIGV4_VECTORS;
  assert.ok(vanilla);

  it('signs a parameter that comes twice with both its values, sorted', () => {
    const authorization = (query: string) =>
      sign({...vanilla, url: `https://example.amazonaws.com/?${query}`})['authorization'];
    const both = authorization('a=2&a=1');
    assert.equal(both, authorization('a=1&a=2'));
    assert.notEqual(both, authorization('a=1'));
    assert.notEqual(both, authorization('a=2'));
  });

  it('signs the host with its port', () => {
    const headers = sign({...vanilla, url: 'https://example.amazonaws.com:8443/'});
    assert.equal(headers['host'], 'example.amazonaws.com:8443');
    assert.notEqual(headers['authorization'], sign(vanilla)['authorization']);
  });

  it('adds no header for the payload’s checksum, with which Google refuses the request', () => {
    const headers = sign({...vanilla, body: 'x'});
    assert.deepEqual(Object.keys(headers).sort(), ['authorization', 'host', 'x-amz-date']);
  });

  it('leaves the caller’s headers as they are', () => {
    const headers = Object.freeze({'My-Header1': 'value1'});
    sign({...vanilla, headers});
    assert.deepEqual(headers, {'My-Header1': 'value1'});
  });
});

// The AWS SDK's own signer, as a judge: whatever it signs, ours signs alike.
describe("the SigV4 signer and the AWS SDK's", () => {
  const text = fc.string({unit: 'grapheme-ascii', minLength: 1, maxLength: 20});
  const name = fc.stringMatching(/^x-[a-z][a-z0-9-]{0,12}[a-z0-9]$/);
  const value = fc.stringMatching(/^[!-~]{1,12}(?: {1,3}[!-~]{1,8}){0,2}$/);

  it('agree on any parameters, headers, keys and dates', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          method: fc.constantFrom('GET', 'POST', 'PUT'),
          // The SDK's signer loses a parameter of this name; ours does not, but there is no judge.
          query: fc.dictionary(
            text.filter(key => key !== '__proto__'),
            text,
            {maxKeys: 4},
          ),
          headers: fc.dictionary(name, value, {maxKeys: 4}),
          body: fc.string(),
          accessKeyId: fc.stringMatching(/^A[KS]IA[A-Z2-7]{16}$/),
          secretAccessKey: fc.stringMatching(/^[A-Za-z0-9+/]{40}$/),
          sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,60}$/), {nil: undefined}),
          date: fc.date({
            min: new Date('2000-01-01'),
            max: new Date('2100-01-01'),
            noInvalidDate: true,
          }),
        }),
        async ({method, query, headers, body, date, sessionToken, ...keys}) => {
          const url = new URL('https://sts.eu-west-1.amazonaws.com/');
          for (const [key, text] of Object.entries(query)) url.searchParams.set(key, text);
          const credentials = {...keys, ...(sessionToken === undefined ? {} : {sessionToken})};
          const region = 'eu-west-1';
          const ours = signRequest(
            {method, url, headers, body},
            {credentials, region, service: 'sts', date},
          );
          const signer = new SignatureV4({
            credentials,
            region,
            service: 'sts',
            sha256: NodeSha256,
            applyChecksum: false,
          });
          const theirs = await signer.sign(
            {
              method,
              protocol: url.protocol,
              hostname: url.hostname,
              path: url.pathname,
              query: Object.fromEntries(url.searchParams),
              headers: {...headers, host: url.host},
              body,
            },
            {signingDate: date},
          );
          assert.deepEqual(ours, theirs.headers);
        },
      ),
      {numRuns: 300},
    );
  });
});

/** SHA-256 and its HMAC in the form in which the SDK's signer takes them. */
class NodeSha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytes(key));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('the signer does not use a hash again');
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
