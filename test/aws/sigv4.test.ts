import assert from 'node:assert/strict';
import {signRequest} from '../../src/aws/sigv4.js';
import {SIGV4_VECTORS, SUITE, type SigV4Vector} from '../vectors/sigv4.js';

function sign(vector: SigV4Vector): Promise<Record<string, string>> {
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
    it(`signs ${vector.name} as published`, async () => {
      const {service = SUITE.service, date = SUITE.date} = vector;
      const time = date.replace(/[-:]/g, '');
      const scope = `${time.slice(0, 8)}/${SUITE.region}/${service}/aws4_request`;
      const headers = await sign(vector);
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

  it('signs a parameter that comes twice with both its values, sorted', async () => {
    const authorization = async (query: string) =>
      (await sign({...vanilla, url: `https://example.amazonaws.com/?${query}`}))['authorization'];
    const both = await authorization('a=2&a=1');
    assert.equal(both, await authorization('a=1&a=2'));
    assert.notEqual(both, await authorization('a=1'));
    assert.notEqual(both, await authorization('a=2'));
  });

  it('signs the host with its port', async () => {
    const headers = await sign({...vanilla, url: 'https://example.amazonaws.com:8443/'});
    assert.equal(headers['host'], 'example.amazonaws.com:8443');
    assert.notEqual(headers['authorization'], (await sign(vanilla))['authorization']);
  });

  it('adds no header for the payload’s checksum, with which Google refuses the request', async () => {
    const headers = await sign({...vanilla, body: 'x'});
    assert.deepEqual(Object.keys(headers).sort(), ['authorization', 'host', 'x-amz-date']);
  });

  it('leaves the caller’s headers as they are', async () => {
    const headers = Object.freeze({'My-Header1': 'value1'});
    await sign({...vanilla, headers});
    assert.deepEqual(headers, {'My-Header1': 'value1'});
  });
});
