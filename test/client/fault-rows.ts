import type {Emulator, Fault} from '../../src/emulator/index.js';
import type {AwsAuthClient, AwsAuthErrorCode, CredentialFileOverrides} from '../../src/index.js';
import {emulatedClient, federatedClient} from './emulated-client.js';

type Body = Readonly<Record<string, unknown>>;

/** A token endpoint, and the client whose tokens are its own. */
export interface Endpoint {
  readonly service: 'google-sts' | 'iam-credentials';
  readonly step: 'token-exchange' | 'impersonation';
  readonly client: (emulator: Emulator, overrides?: CredentialFileOverrides) => AwsAuthClient;
  /** What it answers where all is well. */
  readonly answer: (change?: Body) => Body;
  /** The changes that make a token's life have ended, and never end. */
  readonly past: Body;
  readonly year9999: Body;
}

export const ENDPOINTS: readonly Endpoint[] = [
  {
    service: 'google-sts',
    step: 'token-exchange',
    client: federatedClient,
    answer: change => ({
      access_token: 'a-token-by-hand',
      token_type: 'Bearer',
      expires_in: 3600,
      ...change,
    }),
    past: {expires_in: -60},
    year9999: {expires_in: 250_000_000_000},
  },
  {
    service: 'iam-credentials',
    step: 'impersonation',
    client: emulatedClient,
    answer: change => ({
      accessToken: 'a-token-by-hand',
      expireTime: new Date(Date.now() + 3_600_000).toISOString(),
      ...change,
    }),
    past: {expireTime: '2020-01-01T00:00:00Z'},
    year9999: {expireTime: '9999-12-31T23:59:59Z'},
  },
];

/** What goes wrong in one exchange, and what comes of it. */
export interface FaultRow {
  readonly title: string;
  readonly fault: (endpoint: Endpoint) => Fault;
  /** How the client names it, or `undefined` where a later attempt gets a token. */
  readonly code?: AwsAuthErrorCode;
  readonly isTransient?: boolean;
  /** The requests to the endpoint: the last attempt that is made is the last that fails, or the one after. */
  readonly requests: number;
  /** Whether nothing comes, so that the time of an attempt should be short. */
  readonly isSlow?: boolean;
  /** Whether the server asks for a pause of an hour or more. */
  readonly isLongPause?: boolean;
}

const ok = (title: string, requests: number, fault: FaultRow['fault']): FaultRow => ({
  title,
  fault,
  requests,
});

const invalid = (title: string, body: (endpoint: Endpoint) => string | Body): FaultRow => ({
  title: `200 with ${title}`,
  fault: endpoint => ({service: endpoint.service, status: 200, body: body(endpoint)}),
  code: 'INVALID_RESPONSE',
  isTransient: false,
  requests: 1,
});

const limited = (title: string, retryAfter: string): FaultRow => ({
  title: `429 with Retry-After: ${title}`,
  fault: ({service}) => ({service, status: 429, headers: {'retry-after': retryAfter}}),
  code: 'RATE_LIMITED',
  isTransient: true,
  requests: 1,
  isLongPause: true,
});

/** All four attempts of an exchange. */
const EVERY = {isTransient: true, requests: 4} as const;

export const FAULT_ROWS: readonly FaultRow[] = [
  ok('503 once', 2, ({service}) => ({service, status: 503})),
  ok('503 thrice', 4, ({service}) => ({service, status: 503, times: 3})),
  {
    title: '503 every time',
    fault: ({service}) => ({service, status: 503, times: 4}),
    code: 'SERVER_ERROR',
    ...EVERY,
  },
  ok('408', 2, ({service}) => ({service, status: 408})),
  ...(['1', 'Fri, 15 Jan 2021 08:00:00 GMT', 'soon', '-1', '1e3'] as const).map(value =>
    ok(`429 with Retry-After: ${value}`, 2, ({service}) => ({
      service,
      status: 429,
      headers: {'retry-after': value},
    })),
  ),
  limited('3600', '3600'),
  limited('a day far away', 'Thu, 01 Jan 2099 00:00:00 GMT'),
  ok('a connection that breaks before the headers', 2, ({service}) => ({service, reset: 'before'})),
  ok('a connection that breaks within the headers', 2, ({service}) => ({
    service,
    reset: 'status-line',
  })),
  ok('a connection that breaks after the headers', 2, ({service}) => ({service, reset: 'headers'})),
  ok('a connection that breaks in the body', 2, ({service}) => ({service, reset: 'body'})),
  {
    title: 'a connection that breaks every time',
    fault: ({service}) => ({service, reset: 'before', times: 4}),
    code: 'NETWORK_ERROR',
    ...EVERY,
  },
  {
    ...ok('half a body, and then nothing', 2, ({service, answer}) => ({
      service,
      status: 200,
      headers: {'content-length': '5000'},
      body: answer(),
    })),
    isSlow: true,
  },
  {
    ...ok('a byte a second', 2, ({service}) => ({service, dripMillisPerByte: 1000})),
    isSlow: true,
  },
  {...ok('no answer', 2, ({service}) => ({service, hang: true})), isSlow: true},
  {
    title: 'no answer, every time',
    fault: ({service}) => ({service, hang: true, times: 4}),
    code: 'TIMEOUT',
    isSlow: true,
    ...EVERY,
  },
  invalid('{}', () => ({})),
  invalid('nothing', () => ''),
  invalid('null', () => 'null'),
  invalid('half of its JSON', ({answer}) => JSON.stringify(answer()).slice(0, 30)),
  invalid('a page of a captive portal', () => '<html><title>Wi-Fi</title></html>'),
  invalid('an expiry that has passed', ({answer, past}) => answer(past)),
];
