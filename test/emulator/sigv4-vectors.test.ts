import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import {verifySignature} from '../../src/emulator/aws/verify-signature.js';
import {SIGV4_VECTORS, SUITE, type SigV4Vector} from '../vectors/sigv4.js';

// Of what a server is sent: STS has no other path, and no header has more than one line (RFC 9112 section 5.2).
const SENT = SIGV4_VECTORS.filter(
  ({url, headers = {}}) =>
    new URL(url).pathname === '/' && !Object.values(headers).some(value => value.includes('\n')),
);

const IDENTITY = {account: '111122223333', arn: 'arn:aws:iam::111122223333:user/a', userId: 'A'};

/** The region of the signer, or what it is refused with. */
function verify(vector: SigV4Vector, headers: readonly (readonly [string, string])[]): string {
  const {method, url, body = '', sessionToken, service = SUITE.service} = vector;
  const {signedHeaders, signature, date = SUITE.date} = vector;
  const {accessKeyId, secretAccessKey, region} = SUITE;
  const time = date.replace(/[-:]/g, '');
  const scope = `${accessKeyId}/${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  const address = new URL(url);
  const raw = [
    ['Host', address.host],
    ['X-Amz-Date', time],
    ...(sessionToken === undefined ? [] : [['X-Amz-Security-Token', sessionToken]]),
    ...headers,
    ['Authorization', authorization],
  ].flat();
  return verifySignature(
    {
      method,
      url: address,
      target: `${address.pathname}${address.search}`,
      headers: {},
      rawHeaders: raw,
      body: Readable.from([]),
    },
    Buffer.from(body),
    {
      findKey: () => ({
        accessKeyId,
        secretAccessKey,
        sessionToken,
        expiresAt: undefined,
        identity: IDENTITY,
      }),
      now: Date.parse(date),
      maxClockSkewSeconds: 300,
      service,
      region,
    },
  ).region;
}

describe('the emulated AWS STS and the published vectors', () => {
  assert.ok(SENT.length >= 20);

  for (const vector of SENT) {
    const headers = Object.entries(vector.headers ?? {});

    it(`takes ${vector.name} as published`, () => {
      assert.equal(verify(vector, headers), SUITE.region);
    });

    it(`takes no ${vector.name} of another method`, () => {
      const method = vector.method === 'GET' ? 'POST' : 'GET';
      assert.throws(() => verify({...vector, method}, headers), {code: 'SignatureDoesNotMatch'});
    });
  }

  it('takes a header that is sent several times for one with its values in that order', () => {
    const vector = SENT.find(({name}) => name === 'get-header-value-order');
    assert.ok(vector);
    const sent = ['value4', 'value1', 'value3', 'value2'].map(
      value => ['My-Header1', value] as const,
    );
    assert.equal(verify(vector, sent), SUITE.region);
    assert.throws(() => verify(vector, sent.toReversed()), {code: 'SignatureDoesNotMatch'});
  });
});
