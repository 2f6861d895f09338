import {randomBytes} from 'node:crypto';
import {checkKeys} from '../known-keys.js';
import {timestamp} from './timestamp.js';

const EIGHT_HOURS = 28_800;
const NINETY_DAYS = 7_776_000;

/** What {@link SsoSessions.issue} makes. */
export interface IssueSsoTokenOptions {
  /** How long the access token lives. Default 28800. 0 or less makes an expired one. */
  readonly lifetimeSeconds?: number;
}

/** A token of IAM Identity Center, as `aws sso login` writes it into its cache. */
export interface SsoToken {
  readonly startUrl: string;
  readonly region: string;
  readonly accessToken: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** ISO 8601. */
  readonly registrationExpiresAt: string;
  readonly refreshToken: string;
}

/** What the sessions need to know. */
export interface SsoSessionsOptions {
  readonly clock: () => number;
  readonly startUrl: string;
  readonly region: string;
}

/** Who is logged in to the emulated IAM Identity Center. */
export class SsoSessions {
  readonly #options: SsoSessionsOptions;
  /** When each access token ends, in epoch ms. */
  readonly #accessTokens = new Map<string, number>();
  /** The client that each refresh token belongs to. */
  readonly #refreshTokens = new Map<string, string>();
  readonly #clientSecrets = new Map<string, string>();

  constructor(options: SsoSessionsOptions) {
    this.#options = options;
  }

  /** Logs somebody in. */
  issue(options: IssueSsoTokenOptions = {}): SsoToken {
    checkKeys<IssueSsoTokenOptions>(options, {lifetimeSeconds: true}, 'issueSsoToken()');
    const {lifetimeSeconds = EIGHT_HOURS} = options;
    const {clock, startUrl, region} = this.#options;
    const clientId = randomBytes(16).toString('base64url');
    const clientSecret = `eyJraWQi${randomBytes(96).toString('base64url')}`;
    this.#clientSecrets.set(clientId, clientSecret);
    return {
      startUrl,
      region,
      accessToken: this.#newAccessToken(lifetimeSeconds),
      expiresAt: timestamp(clock() + lifetimeSeconds * 1000),
      clientId,
      clientSecret,
      registrationExpiresAt: timestamp(clock() + NINETY_DAYS * 1000),
      refreshToken: this.#newRefreshToken(clientId),
    };
  }

  /** Whether an access token was issued and has not ended. */
  isValid(accessToken: string): boolean {
    const end = this.#accessTokens.get(accessToken);
    return end !== undefined && this.#options.clock() < end;
  }

  /** Whether a client has this secret. */
  isClient(clientId: string, clientSecret: string): boolean {
    return this.#clientSecrets.get(clientId) === clientSecret;
  }

  /** Takes a refresh token, and gives new tokens, or nothing where it is not the client's. */
  refresh(clientId: string, refreshToken: string) {
    if (this.#refreshTokens.get(refreshToken) !== clientId) return undefined;
    this.#refreshTokens.delete(refreshToken);
    return {
      accessToken: this.#newAccessToken(EIGHT_HOURS),
      refreshToken: this.#newRefreshToken(clientId),
      expiresIn: EIGHT_HOURS,
    };
  }

  /** Logs everybody out. */
  revokeAll(): void {
    this.#accessTokens.clear();
    this.#refreshTokens.clear();
  }

  #newAccessToken(lifetimeSeconds: number): string {
    const token = `aoaAAAAAG${randomBytes(150).toString('base64url')}`;
    this.#accessTokens.set(token, this.#options.clock() + lifetimeSeconds * 1000);
    return token;
  }

  #newRefreshToken(clientId: string): string {
    const token = `aorAAAAAG${randomBytes(150).toString('base64url')}`;
    this.#refreshTokens.set(token, clientId);
    return token;
  }
}
