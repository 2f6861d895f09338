import assert from 'node:assert/strict';
import aws4 from 'aws4';
import fc from 'fast-check';
import {AwsRequestSigner} from 'google-auth-library';
import sinon from 'sinon';
import {
  callerIdentityToken,
  REGIONAL_CALLER_IDENTITY_URL,
  type CallerIdentity,
} from '../../src/aws/caller-identity-token.js';
import {assertRejected} from '../support/refusal.js';
import {assertHidden, printed} from '../support/secrets.js';
import {textOf} from '../support/text-of.js';

interface SignedHeader {
  readonly key: string;
  readonly value: string;
}

interface DecodedToken {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly SignedHeader[];
}

const QUERY = '?Action=GetCallerIdentity&Version=2011-06-15';
const SESSION_TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLE+/SESSION/TOKEN+==';

const LONG_TERM = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

const IDENTITY: CallerIdentity = {
  credentials: {...LONG_TERM, sessionToken: SESSION_TOKEN},
  region: 'eu-west-1',
  endpoint: REGIONAL_CALLER_IDENTITY_URL,
  audience:
    '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/aws-pool/providers/aws-test-account',
  date: new Date('2026-11-23T22:00:00.789Z'),
};

function decode(value: string): DecodedToken {
  return JSON.parse(decodeURIComponent(value)) as DecodedToken;
}

function header(token: DecodedToken, name: string): string | undefined {
  return token.headers.find(({key}) => key === name)?.value;
}

async function decodedToken(change: Partial<CallerIdentity> = {}): Promise<DecodedToken> {
  return decode((await callerIdentityToken({...IDENTITY, ...change})).value);
}

function signedHeadersOf(token: DecodedToken): string[] {
  const authorization = header(token, 'authorization') ?? '';
  return (/SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '').split(';');
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789-';
const BASE64 = `${UPPER}${UPPER.toLowerCase()}+/`;

// Whatever AWS and Google could give.
const IDENTITIES: fc.Arbitrary<CallerIdentity> = fc.record({
  credentials: fc.record(
    {
      accessKeyId: textOf(UPPER, 16, 32),
      secretAccessKey: textOf(BASE64, 40, 40),
      sessionToken: textOf(`${BASE64}=`, 16, 1200),
    },
    {requiredKeys: ['accessKeyId', 'secretAccessKey']},
  ),
  region: fc.constantFrom('us-east-1', 'eu-central-2', 'ap-southeast-7', 'us-gov-west-1'),
  endpoint: fc.constantFrom(REGIONAL_CALLER_IDENTITY_URL, `https://sts.amazonaws.com${QUERY}`),
  audience: fc
    .tuple(textOf('0123456789', 6, 12), textOf(LOWER, 4, 32), textOf(LOWER, 4, 32))
    .map(
      ([project, pool, provider]) =>
        `//iam.googleapis.com/projects/${project}/locations/global/workloadIdentityPools/${pool}/providers/${provider}`,
    ),
  date: fc.date({
    min: new Date('2011-06-15T00:00:00Z'),
    max: new Date('2099-12-31T23:59:59Z'),
    noInvalidDate: true,
  }),
});

describe('the subject token', () => {
  it('has the signature that aws4 makes, whatever is signed', async () => {
    await fc.assert(
      fc.asyncProperty(IDENTITIES, async identity => {
        const ours = decode((await callerIdentityToken(identity)).value);
        const {host, search} = new URL(ours.url);
        const {sessionToken, ...keys} = identity.credentials;
        const theirs = aws4.sign(
          {
            host,
            path: `/${search}`,
            method: 'POST',
            service: 'sts',
            region: identity.region,
            headers: {
              'X-Amz-Date': identity.date.toISOString().replace(/[-:]|\.\d{3}/g, ''),
              'X-Goog-Cloud-Target-Resource': identity.audience,
            },
          },
          {...keys, ...(sessionToken === undefined ? {} : {sessionToken})},
        );
        assert.equal(header(ours, 'authorization'), theirs.headers?.['Authorization']);
        assert.equal(header(ours, 'host'), theirs.headers?.['Host']);
      }),
    );
  });

  it('has the headers that google-auth-library’s own signer makes, whatever is signed', async () => {
    await fc.assert(
      fc.asyncProperty(IDENTITIES, async identity => {
        const ours = decode((await callerIdentityToken(identity)).value);
        const {sessionToken, ...keys} = identity.credentials;
        const signer = new AwsRequestSigner(
          () => Promise.resolve({...keys, ...(sessionToken ? {token: sessionToken} : {})}),
          identity.region,
        );
        const time = sinon.useFakeTimers({now: identity.date, toFake: ['Date']});
        try {
          const theirs = await signer.getRequestOptions({
            url: ours.url,
            method: 'POST',
            headers: {'x-goog-cloud-target-resource': identity.audience},
          });
          assert.deepEqual(
            Object.fromEntries(ours.headers.map(({key, value}) => [key, value])),
            Object.fromEntries(new Headers(theirs.headers)),
          );
        } finally {
          time.restore();
        }
      }),
    );
  });

  it('is JSON, percent-encoded once, of the URL, the method and a list of headers', async () => {
    const {value} = await callerIdentityToken(IDENTITY);
    assert.match(value, /^[\w.~!*'()%-]+$/);
    assert.equal(encodeURIComponent(decodeURIComponent(value)), value);
    const token = decode(value);
    assert.deepEqual(Object.keys(token), ['url', 'method', 'headers']);
    assert.equal(token.url, `https://sts.eu-west-1.amazonaws.com${QUERY}`);
    assert.equal(token.method, 'POST');
    for (const entry of token.headers) assert.deepEqual(Object.keys(entry), ['key', 'value']);
    assert.equal(header(token, 'host'), 'sts.eu-west-1.amazonaws.com');
    assert.equal(header(token, 'x-amz-date'), '20261123T220000Z');
  });

  it('has the provider’s name inside the signature', async () => {
    const token = await decodedToken();
    assert.equal(header(token, 'x-goog-cloud-target-resource'), IDENTITY.audience);
    assert.ok(signedHeadersOf(token).includes('x-goog-cloud-target-resource'));
    const other = await decodedToken({audience: IDENTITY.audience.replace('aws-pool', 'pool-b')});
    assert.notEqual(header(other, 'authorization'), header(token, 'authorization'));
  });

  it('holds these headers and no other, such as a checksum, a content type or a user agent', async () => {
    const expected = ['host', 'x-amz-date', 'x-amz-security-token', 'x-goog-cloud-target-resource'];
    const token = await decodedToken();
    assert.deepEqual(token.headers.map(({key}) => key).sort(), ['authorization', ...expected]);
    assert.deepEqual(signedHeadersOf(token), expected);
  });

  it('holds the session token of temporary keys alone', async () => {
    assert.equal(header(await decodedToken(), 'x-amz-security-token'), SESSION_TOKEN);
    const longTerm = await decodedToken({credentials: LONG_TERM});
    assert.equal(header(longTerm, 'x-amz-security-token'), undefined);
    assert.ok(!signedHeadersOf(longTerm).includes('x-amz-security-token'));
  });

  it('is made for the global and for a fixed region’s endpoint as they stand', async () => {
    for (const host of ['sts.amazonaws.com', 'sts.us-east-2.amazonaws.com']) {
      const token = await decodedToken({endpoint: `https://${host}${QUERY}`, region: 'us-east-2'});
      assert.equal(token.url, `https://${host}${QUERY}`);
      assert.equal(header(token, 'host'), host);
      assert.match(
        header(token, 'authorization') ?? '',
        /\/20261123\/us-east-2\/sts\/aws4_request/,
      );
    }
  });

  it('names what of it must not be shown', async () => {
    const {value, secrets} = await callerIdentityToken(IDENTITY);
    const signature = /Signature=(\w+)/.exec(header(decode(value), 'authorization') ?? '')?.[1];
    assert.ok(signature);
    const {accessKeyId, secretAccessKey} = LONG_TERM;
    assert.deepEqual(
      [...secrets].sort(),
      [value, accessKeyId, secretAccessKey, SESSION_TOKEN, signature].sort(),
    );
  });

  it('fails with SIGNING_FAILED, the cause and no secret, where no signature can be made', async () => {
    const error = await assertRejected(
      callerIdentityToken({...IDENTITY, date: new Date(Number.NaN)}),
      {code: 'SIGNING_FAILED', says: ['GetCallerIdentity', 'eu-west-1']},
    );
    assert.equal(error.step, 'sign');
    assert.equal(error.transient, false);
    assert.ok(error.cause instanceof Error);
    assertHidden(printed(error), {...LONG_TERM, sessionToken: SESSION_TOKEN});
  });
});
