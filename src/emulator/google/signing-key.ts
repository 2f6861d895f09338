import {
  createHash,
  generateKeyPair,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import {promisify} from 'node:util';

/** An RSA key of 2048 bits that signs with SHA-256 and PKCS #1 v1.5, as Google's do. */
export class SigningKey {
  /** 40 hexadecimal digits. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;

  private constructor(publicKey: KeyObject, privateKey: KeyObject) {
    this.publicKey = publicKey;
    this.privateKey = privateKey;
    this.keyId = createHash('sha1')
      .update(publicKey.export({type: 'spki', format: 'der'}))
      .digest('hex');
  }

  /** Finds a new key, in another thread: that takes a while. */
  static async generate(): Promise<SigningKey> {
    const pair = await promisify(generateKeyPair)('rsa', {modulusLength: 2048});
    return new SigningKey(pair.publicKey, pair.privateKey);
  }

  sign(data: Uint8Array): Buffer {
    return sign('sha256', data, this.privateKey);
  }

  /** Whether a signature of the data was made with this key. */
  isSignatureOf(data: Uint8Array, signature: Uint8Array): boolean {
    return verify('sha256', data, this.publicKey, signature);
  }

  /** The public half as RFC 7517 has it, for a JWKS. */
  toPublicJwk(): JsonWebKey {
    return {...this.publicKey.export({format: 'jwk'}), kid: this.keyId, alg: 'RS256', use: 'sig'};
  }

  /** The public half: `-----BEGIN PUBLIC KEY-----`. */
  toPublicPem(): string {
    return this.publicKey.export({type: 'spki', format: 'pem'}).toString();
  }
}
