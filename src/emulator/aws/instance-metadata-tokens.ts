import {randomBytes} from 'node:crypto';

const MOST_SECONDS = 21_600;
const MOST_TOKENS = 1000;

/**
 * The session tokens of IMDSv2.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
export class InstanceMetadataTokens {
  readonly #clock: () => number;
  /** When each ends, in epoch ms; the oldest first. */
  readonly #ends = new Map<string, number>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Makes a token, or nothing where its lifetime is not 1 to 21600 seconds. */
  issue(lifetimeSeconds: string | undefined): string | undefined {
    if (!/^\d{1,5}$/.test(lifetimeSeconds ?? '')) return undefined;
    const seconds = Number(lifetimeSeconds);
    if (seconds < 1 || seconds > MOST_SECONDS) return undefined;
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size < MOST_TOKENS) break;
      this.#ends.delete(oldest);
    }
    // As long as real ones are, and as alike.
    const token = `AQAEA${randomBytes(38).toString('base64url')}==`;
    this.#ends.set(token, this.#clock() + seconds * 1000);
    return token;
  }

  /** Whether a token was issued and has not ended. */
  isValid(token: string): boolean {
    const end = this.#ends.get(token);
    return end !== undefined && this.#clock() < end;
  }
}
