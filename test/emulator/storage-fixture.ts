import {Storage} from '@google-cloud/storage';
import {OAuth2Client} from 'google-auth-library';
import assert from 'node:assert/strict';
import type {IssuedToken} from '../../src/emulator/service.js';
import {
  createStorageService,
  type StorageServiceOptions,
} from '../../src/emulator/storage/storage-service.js';
import {serveService} from '../support/serve-service.js';

export const PROJECT = 'emulated-project';
export const NOW = Date.UTC(2025, 0, 2, 3, 4, 5);

const SCOPES = {
  platform: ['cloud-platform'],
  'platform-read-only': ['cloud-platform.read-only'],
  'full-control': ['devstorage.full_control'],
  'read-write': ['devstorage.read_write'],
  'read-only': ['devstorage.read_only'],
  unrelated: ['bigquery', 'userinfo.email'],
  scopeless: [],
  expired: ['cloud-platform'],
} as const satisfies Record<string, readonly string[]>;

export type TokenName = keyof typeof SCOPES;

export interface CallOptions {
  readonly method?: string;
  /** Whose token is sent; null for none. */
  readonly token?: TokenName | null;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
}

/** A storage service on its own port, raw calls to it, and the real client library at it. */
export async function startStorage(
  options: Partial<Omit<StorageServiceOptions, 'clock' | 'findToken' | 'projectId'>> = {},
) {
  const time = {now: NOW, tokensEnd: NOW + 30 * 24 * 3600 * 1000};
  const service = createStorageService({
    findToken: token => (time.now < time.tokensEnd ? issued(token) : undefined),
    clock: () => time.now,
    projectId: PROJECT,
    ...options,
  });
  const served = await serveService(service);

  async function call(path: string, init: CallOptions = {}): Promise<Answer> {
    const {body, headers, json, method = 'GET', token = 'platform'} = init;
    const response = await fetch(path.startsWith('http') ? path : served.origin + path, {
      method,
      headers: {
        ...(token !== null && {authorization: `Bearer token-${token}`}),
        ...(json !== undefined && {'content-type': 'application/json'}),
        ...headers,
      },
      ...(body !== undefined && {body}),
      ...(json !== undefined && {body: JSON.stringify(json)}),
      redirect: 'manual',
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const {headers: answered, status} = response;
    return {status, headers: answered, bytes, text: bytes.toString('utf8')};
  }

  return {
    ...served,
    time,
    service,
    call,
    client: (token: TokenName = 'platform') => clientAt(served.origin, token),
    createBucket: async (name: string) => {
      const path = `/storage/v1/b?project=${PROJECT}`;
      assert.equal((await call(path, {method: 'POST', json: {name}})).status, 200);
      return name;
    },
    upload: async (bucket: string, name: string, body: string | Uint8Array, type = 'text/plain') =>
      readJson(
        await call(
          `/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`,
          {method: 'POST', body, headers: {'content-type': type}},
        ),
      ),
  };
}

export type StorageFixture = Awaited<ReturnType<typeof startStorage>>;

function issued(secret: string): IssuedToken | undefined {
  const [name, scopes] = Object.entries(SCOPES).find(([it]) => secret === `token-${it}`) ?? [];
  if (scopes === undefined || name === 'expired') return undefined;
  return {
    principal: 'serviceAccount:demo@emulated-project.iam.gserviceaccount.com',
    scopes: scopes.map(scope => `https://www.googleapis.com/auth/${scope}`),
  };
}

function clientAt(origin: string, token: TokenName): Storage {
  const authClient = new OAuth2Client();
  authClient.setCredentials({access_token: `token-${token}`, expiry_date: 1e15});
  return new Storage({
    authClient,
    projectId: PROJECT,
    apiEndpoint: origin,
    universeDomain: 'localhost',
    useAuthWithCustomEndpoint: true,
    // A refusal must reach the test, not be tried again.
    retryOptions: {autoRetry: false},
  });
}

/** A body that must be a JSON object of a success. */
export function readJson(answer: Answer): Record<string, unknown> {
  assert.equal(answer.status, 200, answer.text);
  return asRecord(JSON.parse(answer.text));
}

export function asRecord(value: unknown): Record<string, unknown> {
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
  return {...value};
}

/** Checks a refusal: its status, the JSON envelope around it, its reason and its words. */
export function assertRefused(
  answer: Answer,
  status: number,
  reason: string,
  message: RegExp,
): Record<string, unknown> {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  const error = asRecord(asRecord(JSON.parse(answer.text))['error']);
  assert.equal(error['code'], status);
  assert.match(String(error['message']), message);
  const errors = error['errors'];
  assert.ok(Array.isArray(errors));
  const first = asRecord(errors[0]);
  assert.equal(first['reason'], reason);
  assert.equal(first['domain'], 'global');
  assert.equal(typeof first['message'], 'string');
  return error;
}

/** Bytes that look random and are the same in every run. */
export function sampleBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
