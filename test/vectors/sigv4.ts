/** One published signature. */
export interface SigV4Vector {
  readonly name: string;
  /** Where it is published. */
  readonly source: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly sessionToken?: string;
  /** Default {@link SUITE}'s. */
  readonly service?: string;
  /** Default {@link SUITE}'s. */
  readonly date?: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

/** The keys and the scope of every vector. */
export const SUITE = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
  service: 'service',
  date: '2015-08-30T12:36:00Z',
} as const;

// AWS's own suite, as its C library keeps it.
const suite = (name: string) => ({
  name,
  source: `https://github.com/awslabs/aws-c-auth/tree/495329c2433034bd8fd53fc6ba9e0202d3fac876/tests/aws-signing-test-suite/v4/${name}`,
});

// Its older edition, as the signer's authors keep it: without x-amz-content-sha256.
const olderSuite = (name: string) => ({
  name,
  source:
    'https://github.com/smithy-lang/smithy-typescript/blob/6815d3e96f3abc32e238bf6d806523aab81c6a8e/packages/signature-v4/src/suite.fixture.ts',
});

const HOST = 'https://example.amazonaws.com';
const UNRESERVED = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BARE = {signedHeaders: 'host;x-amz-date'};
const VANILLA = {
  ...BARE,
  method: 'GET',
  url: `${HOST}/`,
  signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
} as const;
const POST_VANILLA = {
  ...BARE,
  method: 'POST',
  url: `${HOST}/`,
  signature: '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
} as const;
const MY_HEADER = {url: `${HOST}/`, signedHeaders: 'host;my-header1;x-amz-date'};

// Left out, because a URL cannot say them:
// - get-utf8, get-space-*: a path that is not percent-encoded yet.
// - get-relative-unnormalized, get-relative-relative-unnormalized, get-slash-dot-slash-unnormalized,
//   get-slash-pointless-dot-unnormalized: a path with dot segments.
// And because STS does not do them:
// - get-slash-unnormalized, get-slashes-unnormalized: S3 alone signs paths as they are.
// - the newer post-x-www-form-urlencoded*: they sign x-amz-content-sha256, with which Google refuses.
export const SIGV4_VECTORS: readonly SigV4Vector[] = [
  {...suite('get-vanilla'), ...VANILLA},
  {...suite('get-vanilla-query'), ...VANILLA},
  {...suite('get-relative-normalized'), ...VANILLA, url: `${HOST}/example/..`},
  {
    ...suite('get-relative-relative-normalized'),
    ...VANILLA,
    url: `${HOST}/example1/example2/../..`,
  },
  {...suite('get-slash-dot-slash-normalized'), ...VANILLA, url: `${HOST}/./`},
  {...suite('get-slash-normalized'), ...VANILLA, url: `${HOST}//`},
  {
    ...suite('get-slash-pointless-dot-normalized'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/./example`,
    signature: 'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
  },
  {
    ...suite('get-slashes-normalized'),
    ...BARE,
    method: 'GET',
    url: `${HOST}//example//`,
    signature: '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
  },
  {
    ...suite('get-unreserved'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/${UNRESERVED}`,
    signature: '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
  },
  {
    // The name is sent three times; a list of values is the same header (RFC 9110 section 5.3).
    ...suite('get-header-key-duplicate'),
    ...MY_HEADER,
    method: 'GET',
    headers: {'My-Header1': 'value2,value2,value1'},
    signature: 'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
  },
  {
    ...suite('get-header-value-order'),
    ...MY_HEADER,
    method: 'GET',
    headers: {'My-Header1': 'value4,value1,value3,value2'},
    signature: '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
  },
  {
    ...suite('get-header-value-multiline'),
    ...MY_HEADER,
    method: 'GET',
    headers: {'My-Header1': 'value1\n  value2\n     value3'},
    signature: 'cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd',
  },
  {
    ...suite('get-header-value-trim'),
    method: 'GET',
    url: `${HOST}/`,
    headers: {'My-Header1': ' value1', 'My-Header2': ' "a   b   c"'},
    signedHeaders: 'host;my-header1;my-header2;x-amz-date',
    signature: 'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
  },
  {
    ...suite('get-vanilla-empty-query-key'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/?Param1=value1`,
    signature: 'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  },
  {
    ...suite('get-vanilla-query-order-encoded'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1`,
    signature: '371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac',
  },
  {
    ...suite('get-vanilla-query-order-key-case'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/?Param2=value2&Param1=value1`,
    signature: 'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  },
  {
    ...suite('get-vanilla-query-unreserved'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/?${UNRESERVED}=${UNRESERVED}`,
    signature: '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  },
  {
    ...suite('get-vanilla-utf8-query'),
    ...BARE,
    method: 'GET',
    url: `${HOST}/?ሴ=bar`,
    signature: '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
  },
  {
    ...suite('get-vanilla-with-session-token'),
    method: 'GET',
    url: `${HOST}/`,
    sessionToken: '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267',
    signedHeaders: 'host;x-amz-date;x-amz-security-token',
    signature: '07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
  },
  {...suite('post-vanilla'), ...POST_VANILLA},
  {...suite('post-header-key-case'), ...POST_VANILLA},
  // The session token is added after the signature: the signer sees keys without one.
  {...suite('post-sts-header-after'), ...POST_VANILLA},
  {
    ...suite('post-sts-header-before'),
    method: 'POST',
    url: `${HOST}/`,
    sessionToken:
      'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==',
    signedHeaders: 'host;x-amz-date;x-amz-security-token',
    signature: '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
  },
  {
    ...suite('post-header-key-sort'),
    ...MY_HEADER,
    method: 'POST',
    headers: {'My-Header1': 'value1'},
    signature: 'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
  },
  {
    ...suite('post-header-value-case'),
    ...MY_HEADER,
    method: 'POST',
    headers: {'My-Header1': 'VALUE1'},
    signature: 'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  },
  {
    ...suite('post-vanilla-query'),
    ...BARE,
    method: 'POST',
    url: `${HOST}/?Param1=value1`,
    signature: '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  },
  {
    ...suite('post-vanilla-empty-query-value'),
    ...BARE,
    method: 'POST',
    url: `${HOST}/?Param1=value1`,
    signature: '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  },
  {
    ...olderSuite('post-vanilla-query-nonunreserved'),
    ...BARE,
    method: 'POST',
    url: `${HOST}/?%40%23%24%25%5E=&%2B=%2F%2C%3F%3E%3C%60%22%3B%3A%5C%7C%5D%5B%7B%7D`,
    signature: '66c82657c86e26fb25238d0e69f011edc4c6df5ae71119d7cb98ed9b87393c1e',
  },
  {
    ...olderSuite('post-vanilla-query-space'),
    ...BARE,
    method: 'POST',
    url: `${HOST}/?p=`,
    signature: 'e71688addb58a26418614085fb730ba3faa623b461c17f48f2fbdb9361b94a9b',
  },
  {
    ...olderSuite('post-x-www-form-urlencoded'),
    method: 'POST',
    url: `${HOST}/`,
    headers: {'Content-Type': 'application/x-www-form-urlencoded'},
    body: 'Param1=value1',
    signedHeaders: 'content-type;host;x-amz-date',
    signature: 'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  },
  {
    ...olderSuite('post-x-www-form-urlencoded-parameters'),
    method: 'POST',
    url: `${HOST}/`,
    headers: {'Content-Type': 'application/x-www-form-urlencoded; charset=utf8'},
    body: 'Param1=value1',
    signedHeaders: 'content-type;host;x-amz-date',
    signature: '1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe',
  },
  {
    // The nearest that AWS's documentation has to GetCallerIdentity: action and version in the query.
    name: 'ListUsers in the query',
    source: 'https://docs.aws.amazon.com/general/latest/gr/sigv4-add-signature-to-request.html',
    service: 'iam',
    method: 'GET',
    url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
    headers: {'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8'},
    signedHeaders: 'content-type;host;x-amz-date',
    signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  },
  {
    name: 'ListUsers in the body',
    source: 'https://docs.aws.amazon.com/general/latest/gr/sigv4-signed-request-examples.html',
    service: 'iam',
    date: '2011-09-09T23:36:00Z',
    method: 'POST',
    url: 'https://iam.amazonaws.com/',
    headers: {'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8'},
    body: 'Action=ListUsers&Version=2010-05-08',
    signedHeaders: 'content-type;host;x-amz-date',
    signature: 'ced6826de92d2bdeed8f846f0bf508e8559e98e4b0199114b84c54174deb456c',
  },
];
