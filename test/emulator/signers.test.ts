import assert from 'node:assert/strict';
import {createHash, createHmac, type BinaryLike} from 'node:crypto';
import {SignatureV4} from '@smithy/signature-v4';
import {AwsClient} from 'google-auth-library';
import fc from 'fast-check';
import type {Emulator} from '../../src/emulator/index.js';
import {send} from './support/http.js';
import {emulators} from './support/running.js';
import {sign, type Keys} from './support/signing.js';

class Sha256 {
  readonly #key: BinaryLike | undefined;
  readonly #chunks: Uint8Array[] = [];

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key === undefined || typeof key === 'string' ? key : bytes(key);
  }

  update(chunk: string | ArrayBuffer | ArrayBufferView): void {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : bytes(chunk));
  }

  async digest(): Promise<Uint8Array> {
    const hash = this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key);
    for (const chunk of this.#chunks) hash.update(chunk);
    return hash.digest();
  }

  reset(): void {
    this.#chunks.length = 0;
  }
}

function bytes(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

async function signWithSmithy(
  keys: Keys,
  query: Record<string, string | string[]>,
  options: {
    readonly region?: string;
    readonly applyChecksum?: boolean;
    readonly body?: string;
  } = {},
) {
  const {region = 'us-east-1', applyChecksum = false, body} = options;
  const signer = new SignatureV4({
    credentials: keys,
    region,
    service: 'sts',
    sha256: Sha256,
    applyChecksum,
  });
  const hostname = `sts.${region}.amazonaws.com`;
  const signed = await signer.sign({
    method: 'POST',
    protocol: 'https:',
    hostname,
    path: '/',
    query,
    headers: {
      host: hostname,
      'x-goog-cloud-target-resource': '//iam.googleapis.com/x',
      ...(body === undefined ? {} : {'content-type': 'application/x-www-form-urlencoded'}),
    },
    ...(body === undefined ? {} : {body}),
  });
  const escape = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16)}`);
  const search = Object.entries(query)
    .flatMap(([name, values]) => [values].flat().map(value => [name, value] as const))
    .map(([name, value]) => `${escape(name)}=${escape(value)}`)
    .join('&');
  return {method: 'POST', path: search === '' ? '/' : `/?${search}`, headers: signed.headers, body};
}

const CALL = {Action: 'GetCallerIdentity', Version: '2011-06-15'};

async function assertLetIn(emulator: Emulator, request: Parameters<typeof send>[1]) {
  const answer = await send(emulator.url, request);
  assert.equal(answer.status, 200, answer.text);
}

describe('the emulated AWS STS lets in, with code of its own, what is signed by', () => {
  const start = emulators();

  it('@smithy/signature-v4', async () => {
    const emulator = await start();
    const keys = emulator.issueAwsCredentials();
    await assertLetIn(emulator, await signWithSmithy(keys, CALL));
    await assertLetIn(emulator, await signWithSmithy(keys, CALL, {applyChecksum: true}));
    await assertLetIn(emulator, await signWithSmithy(keys, CALL, {region: 'ap-northeast-3'}));
    const body = new URLSearchParams(CALL).toString();
    await assertLetIn(emulator, await signWithSmithy(keys, {}, {body, applyChecksum: true}));
  });

  it("google-auth-library's signer", async () => {
    const emulator = await start();
    const {accessKeyId, secretAccessKey, sessionToken: token} = emulator.issueAwsCredentials();
    const client = new AwsClient({
      type: 'external_account',
      audience: emulator.audience,
      subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request',
      aws_security_credentials_supplier: {
        getAwsRegion: async () => 'us-east-2',
        getAwsSecurityCredentials: async () => ({accessKeyId, secretAccessKey, token}),
      },
    });
    const request: unknown = JSON.parse(decodeURIComponent(await client.retrieveSubjectToken()));
    assert.ok(typeof request === 'object' && request !== null);
    assert.ok('url' in request && 'headers' in request && Array.isArray(request.headers));
    const headers = request.headers.map(({key, value}: {key: string; value: string}) => [
      key,
      value,
    ]);
    await assertLetIn(emulator, {
      method: 'POST',
      path: `/${new URL(String(request.url)).search}`,
      headers: Object.fromEntries(headers) as Record<string, string>,
    });
  });

  it('@smithy/signature-v4 and aws4, for any parameters, headers and secrets', async () => {
    const secretAccessKey = fc.sample(fc.string({minLength: 1, unit: 'grapheme'}), 1)[0] ?? 'x';
    const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
    const emulator = await start({
      policy: {
        aws: {
          accounts: [
            {
              accountId: '111122223333',
              users: [{name: 'alice', accessKeys: [{accessKeyId, secretAccessKey}]}],
            },
          ],
        },
      },
    });
    const keys = {accessKeyId, secretAccessKey};
    const name = fc
      .string({minLength: 1})
      .filter(text => !/^(Action|Version|__proto__)$/.test(text));
    const printable = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, fc.string({unit: 'grapheme'}), {noNullPrototype: true}),
        printable,
        async (parameters, header) => {
          await assertLetIn(emulator, await signWithSmithy(keys, {...parameters, ...CALL}));
          const search = new URLSearchParams({...CALL, ...parameters}).toString();
          const path = `/?${search.replaceAll('+', '%20')}`;
          await assertLetIn(emulator, sign(keys, {path, headers: {'x-note': header}}));
        },
      ),
      {numRuns: 60},
    );
  });
});
