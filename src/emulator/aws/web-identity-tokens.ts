import {generateKeyPairSync, randomUUID, type KeyObject} from 'node:crypto';
import {checkKeys, type KeysOf} from '../known-keys.js';
import {isSignedBy, signToken, type JsonWebToken} from '../json-web-token.js';

/** The issuer where none is given, spelled as EKS spells a cluster's. */
export const DEFAULT_ISSUER =
  'https://oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

/** The audience that AWS STS is known by. */
export const STS_AUDIENCE = 'sts.amazonaws.com';

/** What {@link WebIdentityTokens.issue} makes. */
export interface IssueWebIdentityTokenOptions {
  /** `sub`. Default `system:serviceaccount:default:demo`: a Kubernetes service account. */
  readonly subject?: string;
  /** `aud`. Default `sts.amazonaws.com`; EKS Pod Identity wants `pods.eks.amazonaws.com`. */
  readonly audience?: string;
  /** Default 86400, as EKS has it. 0 or less makes an expired one. */
  readonly lifetimeSeconds?: number;
  /** `iss`. Default the issuer of an AWS account that names no OpenID Connect providers. */
  readonly issuer?: string;
}

const OPTIONS: KeysOf<IssueWebIdentityTokenOptions> = {
  subject: true,
  audience: true,
  lifetimeSeconds: true,
  issuer: true,
};

// An RSA key takes a while to find, and most emulators need none. Those of one process share it; the
// key id, which is signed too, tells their tokens apart.
let sharedKeys: {readonly publicKey: KeyObject; readonly privateKey: KeyObject} | undefined;

/**
 * The issuer of web identity tokens: JSON Web Tokens signed with RS256, as Kubernetes signs those of
 * its service accounts.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
 */
export class WebIdentityTokens {
  readonly #clock: () => number;
  readonly #keyId = randomUUID();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Makes a token. */
  issue(options: IssueWebIdentityTokenOptions = {}): string {
    checkKeys(options, OPTIONS, 'issueWebIdentityToken()');
    const {
      subject = 'system:serviceaccount:default:demo',
      audience = STS_AUDIENCE,
      lifetimeSeconds = 86_400,
      issuer = DEFAULT_ISSUER,
    } = options;
    sharedKeys ??= generateKeyPairSync('rsa', {modulusLength: 2048});
    const now = Math.floor(this.#clock() / 1000);
    const issuedAt = Math.min(now, now + lifetimeSeconds);
    const claims = {
      iss: issuer,
      sub: subject,
      aud: [audience],
      iat: issuedAt,
      nbf: issuedAt,
      exp: now + lifetimeSeconds,
      jti: randomUUID(),
    };
    return signToken(claims, this.#keyId, sharedKeys.privateKey);
  }

  /** Whether a token names the key of this issuer. */
  knowsKeyOf(token: JsonWebToken): boolean {
    return token.keyId === this.#keyId;
  }

  /** Whether a token is of this issuer, whether or not it has expired. */
  isGenuine(token: JsonWebToken): boolean {
    return (
      this.knowsKeyOf(token) && sharedKeys !== undefined && isSignedBy(token, sharedKeys.publicKey)
    );
  }

  /** Whether a token has expired. One that says nothing of it counts as expired. */
  isExpired({claims}: JsonWebToken): boolean {
    return claims.exp === undefined || this.#clock() >= claims.exp * 1000;
  }
}
