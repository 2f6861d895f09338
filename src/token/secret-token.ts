import {inspect} from 'node:util';

/**
 * A Google token and the time in which it may be used. The value shows in no log: not through `String()`,
 * `JSON.stringify()`, `console.log()` nor `util.inspect()`.
 */
export abstract class SecretToken {
  readonly #value: string;
  /** When it was asked for, in epoch ms of the local clock. */
  readonly issuedAt: number;
  /** When it ends, in epoch ms of the local clock. */
  readonly expiresAt: number;

  constructor(value: string, issuedAt: number, expiresAt: number) {
    this.#value = value;
    this.issuedAt = issuedAt;
    this.expiresAt = expiresAt;
  }

  /** The secret itself, for an `Authorization` header and nothing else. */
  get value(): string {
    return this.#value;
  }

  abstract toString(): string;

  toJSON(): {expiresAt: string} {
    return {expiresAt: formatTime(this.expiresAt)};
  }

  [inspect.custom](): string {
    return `${this.constructor.name} { expiresAt: ${formatTime(this.expiresAt)} }`;
  }
}

function formatTime(epochMillis: number): string {
  const date = new Date(epochMillis);
  return Number.isNaN(date.getTime()) ? String(epochMillis) : date.toISOString();
}
