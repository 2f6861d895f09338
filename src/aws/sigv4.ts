import {createHash, createHmac} from 'node:crypto';
import type {AwsCredentials} from './credentials.js';

/** A request to be signed with AWS Signature Version 4. */
export interface SignableRequest {
  readonly method: string;
  readonly url: URL;
  /** Every one of them is signed, and so is `host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly body?: string;
}

export interface SigningScope {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  readonly date: Date;
}

/**
 * Signs a request and gives all the headers to send with it: `host`, `x-amz-date`, `authorization`,
 * `x-amz-security-token` for temporary credentials, and the request's own. The signer is loaded at the
 * first call.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signRequest(
  request: SignableRequest,
  {credentials, region, service, date}: SigningScope,
): Promise<Record<string, string>> {
  const {SignatureV4} = await import('@smithy/signature-v4');
  const signer = new SignatureV4({
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : {sessionToken: credentials.sessionToken}),
    },
    region,
    service,
    sha256: NodeSha256,
    // Otherwise it adds x-amz-content-sha256, with which Google refuses the request.
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: request.url.protocol,
      hostname: request.url.hostname,
      path: request.url.pathname,
      query: queryOf(request.url),
      headers: {...request.headers, host: request.url.host},
      ...(request.body === undefined ? {} : {body: request.body}),
    },
    {signingDate: date},
  );
  return signed.headers;
}

function queryOf(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return query;
}

type Digest = ReturnType<typeof createHash | typeof createHmac>;
type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 and its HMAC in the form in which the signer takes them. */
class NodeSha256 {
  readonly #key: string | Uint8Array | undefined;
  #hash: Digest;

  constructor(key?: Bytes) {
    this.#key = key === undefined ? undefined : asBytes(key);
    this.#hash = this.#create();
  }

  update(data: Bytes): void {
    this.#hash.update(asBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#create();
  }

  #create(): Digest {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', this.#key);
  }
}

function asBytes(data: Bytes): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
