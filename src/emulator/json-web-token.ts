import {createSign, createVerify, type KeyObject} from 'node:crypto';

/** What the emulator reads of a token's claims. */
export interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud: readonly string[];
  /** Seconds since the epoch. */
  readonly exp?: number;
  /** Seconds since the epoch. */
  readonly iat?: number;
  readonly jti?: string;
  readonly scope?: string;
}

/** A token taken apart; its signature is not checked. */
export interface JsonWebToken {
  readonly keyId: string | undefined;
  readonly algorithm: string | undefined;
  readonly claims: Claims;
  /** What is signed: the first two parts. */
  readonly signed: string;
  readonly signature: string;
}

/**
 * Makes a token signed with RS256 (RFC 7519, RFC 7515).
 *
 * @param claims A text is the JSON itself, which is signed as it is.
 */
export function signToken(claims: object | string, keyId: string, key: KeyObject): string {
  const header = JSON.stringify({alg: 'RS256', kid: keyId, typ: 'JWT'});
  const payload = typeof claims === 'string' ? claims : JSON.stringify(claims);
  const signed = [header, payload].map(part => Buffer.from(part).toString('base64url')).join('.');
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** Takes a token apart; `undefined` for what is none. */
export function parseToken(text: string): JsonWebToken | undefined {
  const [head, body, signature, ...rest] = text.split('.');
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) {
    return undefined;
  }
  // Node's decoder would pass over a line feed at the end of a token file.
  if (!/^[\w-]*$/.test(signature)) return undefined;
  const header = decode(head);
  const claims = decode(body);
  if (header === undefined || claims === undefined) return undefined;
  const {iss, sub, aud, exp, iat, jti, scope} = claims;
  return {
    keyId: asText(header['kid']),
    algorithm: asText(header['alg']),
    claims: {
      ...(typeof iss === 'string' ? {iss} : {}),
      ...(typeof sub === 'string' ? {sub} : {}),
      ...(typeof exp === 'number' ? {exp} : {}),
      ...(typeof iat === 'number' ? {iat} : {}),
      ...(typeof jti === 'string' ? {jti} : {}),
      ...(typeof scope === 'string' ? {scope} : {}),
      // One audience may stand by itself (RFC 7519 section 4.1.3).
      aud: (Array.isArray(aud) ? aud : [aud]).filter(item => typeof item === 'string'),
    },
    signed: `${head}.${body}`,
    signature,
  };
}

/** Whether a token was signed with RS256 by the owner of a key. */
export function isSignedBy(token: JsonWebToken, key: KeyObject): boolean {
  return (
    token.algorithm === 'RS256' &&
    createVerify('RSA-SHA256').update(token.signed).verify(key, token.signature, 'base64url')
  );
}

function decode(part: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? {...value} : undefined;
  } catch {
    return undefined;
  }
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
