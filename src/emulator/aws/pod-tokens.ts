import type {JsonWebToken} from '../json-web-token.js';
import {parseToken} from '../json-web-token.js';
import type {WebIdentityTokens} from './web-identity-tokens.js';

const AUDIENCE = 'pods.eks.amazonaws.com';

/**
 * The service account token that Kubernetes puts into a pod for EKS Pod Identity. Kubernetes replaces
 * it now and then; here the former token ends at once, so that a client that keeps it is found out.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 */
export class PodTokens {
  readonly #tokens: WebIdentityTokens;
  readonly #replaced = new Set<string>();
  #current: string | undefined;

  constructor(tokens: WebIdentityTokens) {
    this.#tokens = tokens;
  }

  /** The content of the token file. */
  get current(): string {
    this.#current ??= this.#tokens.issue({audience: AUDIENCE});
    return this.#current;
  }

  /** Makes another token, and refuses the one before from now on. */
  rotate(): string {
    const id = parseToken(this.current)?.claims.jti;
    if (id !== undefined) this.#replaced.add(id);
    this.#current = undefined;
    return this.current;
  }

  /** Whether a token is past its end. */
  isExpired(token: JsonWebToken): boolean {
    return this.#tokens.isExpired(token);
  }

  /** Whether a token is genuine, meant for Pod Identity, and not replaced. */
  isValid(token: JsonWebToken): boolean {
    const {aud, jti} = token.claims;
    return (
      this.#tokens.isGenuine(token) &&
      aud.includes(AUDIENCE) &&
      jti !== undefined &&
      !this.#replaced.has(jti)
    );
  }
}
