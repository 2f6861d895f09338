import {Storage, type GetSignedUrlConfig} from '@google-cloud/storage';
import {JWT} from 'google-auth-library';
import assert from 'node:assert/strict';
import {generateKeyPairSync, sign, verify} from 'node:crypto';
import type {StorageServiceOptions} from '../../../src/emulator/storage/storage-service.js';
import {PROJECT, startStorage} from '../storage-fixture.js';
import {send, type Answer, type Message} from './http.js';

export const SIGNER = 'signer@emulated-project.iam.gserviceaccount.com';
/** Another account that exists. */
export const OTHER = 'other@emulated-project.iam.gserviceaccount.com';
export const BUCKET = 'signed-bucket';
export const HOUR = 3600 * 1000;

const KEYS = new Map(
  [SIGNER, OTHER].map(email => [email, generateKeyPairSync('rsa', {modulusLength: 2048})]),
);

export type Version = 'v2' | 'v4';

/**
 * A storage service that knows two accounts' keys, with a bucket, and Google's own signer, which signs
 * with the one's private key. Its clock is the signer's, until it is moved.
 */
export async function startSignedStorage(
  options: Pick<StorageServiceOptions, 'isAllowed' | 'maxBytes'> = {},
) {
  const storage = await startStorage({
    findSigner: async email => {
      const key = KEYS.get(email)?.publicKey;
      return (
        key && {email, isSignatureOf: (data, signature) => verify('sha256', data, key, signature)}
      );
    },
    ...options,
  });
  storage.time.now = Date.now();
  storage.time.tokensEnd = Infinity;
  await storage.createBucket(BUCKET);
  const file = (name: string, email = SIGNER) =>
    signingStorage(storage.origin, email).bucket(BUCKET).file(name);

  return {
    ...storage,
    file,
    /** A signed URL; without more, to read for an hour. */
    sign: async (
      name: string,
      version: Version,
      config: Partial<GetSignedUrlConfig> = {},
      email = SIGNER,
    ): Promise<string> => {
      const wish = {action: 'read', expires: storage.time.now + HOUR, version, ...config} as const;
      const [url] = await file(name, email).getSignedUrl(wish);
      return url;
    },
    /** A signature of the one account's key. */
    signatureOf: (data: string): Buffer => {
      const key = KEYS.get(SIGNER)?.privateKey;
      assert.ok(key);
      return sign('sha256', Buffer.from(data), key);
    },
    /** Asks for a URL with the host that it names, wherever it leads to. */
    ask: (url: string, message: Omit<Message, 'path'> = {}): Promise<Answer> => {
      const {host, pathname, search} = new URL(url);
      const headers = {host, ...message.headers};
      return send(storage.origin, {...message, path: pathname + search, headers});
    },
  };
}

export type SignedStorage = Awaited<ReturnType<typeof startSignedStorage>>;

/** One storage for the tests of a suite, handed to it before the first; none of them may make it fail inside. */
export function sharedSignedStorage(take: (storage: SignedStorage) => void): void {
  let storage: SignedStorage;
  before(async () => {
    storage = await startSignedStorage();
    take(storage);
  });
  after(() => storage.close());
  beforeEach(() => {
    storage.time.now = Date.now();
  });
  afterEach(() => assert.deepEqual(storage.failures, []));
}

function signingStorage(apiEndpoint: string, email: string): Storage {
  const key = KEYS.get(email)?.privateKey.export({type: 'pkcs8', format: 'pem'}).toString() ?? '';
  const storage = new Storage({
    authClient: new JWT({email, key}),
    projectId: PROJECT,
    apiEndpoint,
    universeDomain: 'localhost',
  });
  // It knows the account's name from a key file alone.
  Object.defineProperty(storage.authClient, 'getCredentials', {
    value: () => Promise.resolve({client_email: email}),
  });
  return storage;
}

/** Checks a refusal of the XML API: its status, code and words. It returns the whole text. */
export function assertXmlRefused(
  {status, headers, text}: {status: number; headers: Answer['headers'] | Headers; text: string},
  expected: number,
  code: string,
  details?: RegExp,
): string {
  assert.equal(status, expected, text);
  const type = headers instanceof Headers ? headers.get('content-type') : headers['content-type'];
  assert.equal(type, 'application/xml; charset=UTF-8');
  assert.match(text, /^<\?xml version='1\.0' encoding='UTF-8'\?><Error><Code>\w+<\/Code><Message>/);
  assert.equal(/<Code>(\w+)<\/Code>/.exec(text)?.[1], code, text);
  if (details !== undefined) assert.match(text, details);
  return text;
}
