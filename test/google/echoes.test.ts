import assert from 'node:assert/strict';
import type {AwsAuthErrorCode} from '../../src/errors.js';
import {
  generateAccessTokenRequest,
  readGenerateAccessToken,
} from '../../src/google/service-account.js';
import {readTokenExchange, tokenExchangeRequest} from '../../src/google/token-exchange.js';
import {send, type Transporter} from '../../src/google/transport.js';
import {httpResponse, rawServers, type RawRequest} from '../support/raw-server.js';
import {SAMPLE_SECRETS, SAMPLE_SUBJECT_TOKEN} from '../support/sample-secrets.js';
import {sampleExchange, sampleImpersonation} from '../support/sample-requests.js';
import {assertHidden, printed} from '../support/secrets.js';
import {rejectionOf} from '../support/thrown.js';
import {directGaxios} from '../support/token-request.js';

/** Where the server repeats what it was sent, and the error that its answer leads to. */
type Echo = readonly [AwsAuthErrorCode, string, (echo: string) => string];

const oauth =
  (status: number, error: string, words = '') =>
  (echo: string): string =>
    httpResponse(status, JSON.stringify({error, error_description: `${words}${echo}`}));

const envelope =
  (status: number, reason?: string) =>
  (echo: string): string => {
    const activationUrl = `https://console.cloud.google.com/apis?${echo.replace(/\s/g, '')}`;
    const metadata = {activationUrl, echo};
    const details = [{'@type': 'x.ErrorInfo', reason: reason ?? echo, metadata}];
    const error = {code: status, status: echo, message: echo, details};
    return httpResponse(status, JSON.stringify({error}));
  };

const text =
  (status: number, before = '') =>
  (echo: string): string =>
    httpResponse(status, `${before}${echo}`, {'content-type': 'text/plain'});

const BY_ANY: readonly Echo[] = [
  ['API_DISABLED', 'in its link', envelope(403, 'SERVICE_DISABLED')],
  ['RATE_LIMITED', 'in its words', text(429)],
  ['SERVER_ERROR', 'in its words', text(500)],
  ['SERVER_ERROR', 'in the title of a page', text(502, '<html><title>')],
  ['SERVER_ERROR', 'in an envelope', envelope(503)],
  ['INVALID_RESPONSE', 'in place of a token', text(200)],
  ['INVALID_RESPONSE', 'in place of an object', text(200, '{"access_token": ')],
  ['RESPONSE_TOO_LARGE', 'without end', echo => text(400)(echo.repeat(2 + 2 ** 20 / echo.length))],
  [
    'REDIRECT_REFUSED',
    'in a redirect',
    echo => httpResponse(302, echo, {location: `/login?from=${encodeURIComponent(echo)}`}),
  ],
  [
    'NETWORK_ERROR',
    'and breaks off',
    echo => `HTTP/1.1 200 OK\r\n/${echo.replace(/\s/g, '')}\r\n\r\n`,
  ],
];

const BY_STS: readonly Echo[] = [
  ...BY_ANY,
  [
    'AWS_IDENTITY_REJECTED',
    'from AWS',
    oauth(400, 'invalid_grant', 'Received invalid AWS response of type X with error message: '),
  ],
  ['SUBJECT_TOKEN_REJECTED', 'as invalid', oauth(400, 'x', 'AWS request has invalid format: ')],
  ['ATTRIBUTE_CONDITION_FAILED', 'as refused', oauth(400, 'x', 'rejected by attribute condition ')],
  ['PROVIDER_NOT_FOUND', 'as an audience', oauth(400, 'invalid_target')],
  ['SUBJECT_TOO_LONG', 'as an attribute', oauth(400, 'x', 'The size of mapped attribute ')],
  ['TOKEN_EXCHANGE_REFUSED', 'as an error', echo => oauth(400, echo)(echo)],
  ['TOKEN_EXCHANGE_REFUSED', 'in an envelope', envelope(400)],
];

const BY_IAM: readonly Echo[] = [
  ...BY_ANY,
  ['IMPERSONATION_DENIED', 'in an envelope', envelope(403)],
  ['IMPERSONATION_REFUSED', 'in its words', text(404)],
  ['IMPERSONATION_REFUSED', 'in an envelope', envelope(400)],
  ['IMPERSONATION_REFUSED', 'as an error', echo => oauth(401, echo)(echo)],
];

/** What a server may repeat of a request: as it came, decoded, cut, or a single thing from it. */
function repeated({head, body}: RawRequest, single: readonly string[]): string[] {
  const subjectToken = new URLSearchParams(body).get('subject_token') ?? body;
  const decoded = decodeURIComponent(subjectToken);
  return [
    `${head}\r\n\r\n${body}`,
    body,
    ...[500, 450, 400].map(length => subjectToken.slice(0, length)),
    decoded,
    ...[200, 400, 500].map(start => decoded.slice(start)),
    ...single,
    ...single.map(encodeURIComponent),
  ].filter(echo => echo !== '');
}

const {federatedToken, serviceAccountToken, ...ofAws} = SAMPLE_SECRETS;

const OPTIONS = {timeoutMillis: 10_000};

const exchange = async (url: string, transporter: Transporter = directGaxios()) => {
  const details = sampleExchange({tokenUrl: url});
  return readTokenExchange(
    await send(transporter, tokenExchangeRequest(details), OPTIONS),
    details,
  );
};

const impersonate = async (url: string, transporter: Transporter = directGaxios()) => {
  const details = sampleImpersonation({url});
  const request = generateAccessTokenRequest(details);
  return readGenerateAccessToken(await send(transporter, request, OPTIONS), details, [Date.now()]);
};

/** What is searched for: also a good part of a secret is too much. */
const SEARCHED = {
  ...SAMPLE_SECRETS,
  subjectToken: SAMPLE_SUBJECT_TOKEN,
  'half of the session token': SAMPLE_SECRETS.sessionToken.slice(0, 80),
  'half of the signature': SAMPLE_SECRETS.signature.slice(0, 32),
  'half of the federated token': SAMPLE_SECRETS.federatedToken.slice(0, 60),
};

for (const [name, run, echoes, single] of [
  ['Google STS', exchange, BY_STS, [SAMPLE_SUBJECT_TOKEN, federatedToken, ...Object.values(ofAws)]],
  // It is sent nothing of AWS.
  ['IAM Credentials', impersonate, BY_IAM, [federatedToken, serviceAccountToken]],
] as const) {
  describe(`no secret shows when ${name} repeats what it was sent`, () => {
    const start = rawServers();

    for (const [code, where, answer] of echoes) {
      it(`${where}: ${code}`, async () => {
        let turn = 0;
        let turns = 1;
        const server = await start((socket, request) => {
          const echo = repeated(request, single);
          turns = echo.length;
          socket.write(answer(echo[turn] ?? ''));
        });
        for (; turn < turns; turn += 1) {
          const error = await rejectionOf(run(server.url));
          assert.equal(error.code, code, error.message);
          assertHidden(printed(error), SEARCHED);
        }
        assert.ok(turn > 2 * single.length, 'everything was repeated');
      });
    }
  });

  it(`no secret shows when a transporter hangs the request to ${name} on its error`, async () => {
    const transporter: Transporter = {
      request: options => {
        const error = new Error(`${JSON.stringify(options)} failed`);
        error.cause = Object.assign(new Error(`the body was ${JSON.stringify(options?.data)}`), {
          config: options,
        });
        return Promise.reject(Object.assign(error, {config: options, request: {...options}}));
      },
    };
    const error = await rejectionOf(run('http://127.0.0.1:9/v1/token', transporter));
    assert.equal(error.code, 'NETWORK_ERROR');
    assertHidden(printed(error), SEARCHED);
  });
}

describe('every error of the token endpoints', () => {
  const ELSEWHERE: readonly AwsAuthErrorCode[] = ['TIMEOUT', 'ABORTED'];
  const CODES: readonly AwsAuthErrorCode[] = [
    ...ELSEWHERE,
    'NETWORK_ERROR',
    'REDIRECT_REFUSED',
    'RESPONSE_TOO_LARGE',
    'INVALID_RESPONSE',
    'SERVER_ERROR',
    'RATE_LIMITED',
    'AWS_IDENTITY_REJECTED',
    'SUBJECT_TOKEN_REJECTED',
    'ATTRIBUTE_CONDITION_FAILED',
    'PROVIDER_NOT_FOUND',
    'SUBJECT_TOO_LONG',
    'TOKEN_EXCHANGE_REFUSED',
    'IMPERSONATION_DENIED',
    'API_DISABLED',
    'IMPERSONATION_REFUSED',
  ];

  it('is provoked with an echo, but those two at which nothing was answered', () => {
    const provoked = [...BY_STS, ...BY_IAM].map(([code]) => code);
    assert.deepEqual(new Set([...ELSEWHERE, ...provoked]), new Set(CODES));
  });
});
