import type {ExpiringToken} from '../../src/token/token-cache.js';

export interface NumberedToken extends ExpiringToken {
  /** 1 for the first. */
  readonly number: number;
}

interface Call {
  readonly resolve: (token: NumberedToken) => void;
  readonly reject: (error: unknown) => void;
}

/** A token source whose calls stay open until a test ends them, one by one, in any order. */
export class ScriptedSource {
  readonly #clock: () => number;
  readonly #calls: Call[] = [];

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  readonly get = (): Promise<NumberedToken> =>
    new Promise((resolve, reject) => {
      this.#calls.push({resolve, reject});
    });

  /** How often it was called. */
  get calls(): number {
    return this.#calls.length;
  }

  /** Ends a call with a token that lives from now on. */
  grant(number: number, lifeMillis: number): NumberedToken {
    const token = this.token(number, lifeMillis);
    this.#call(number).resolve(token);
    return token;
  }

  refuse(number: number, ...thrown: [unknown?]): void {
    this.#call(number).reject(thrown.length === 0 ? new Error(`call ${number} failed`) : thrown[0]);
  }

  token(number: number, lifeMillis: number): NumberedToken {
    const now = this.#clock();
    return {number, issuedAt: now, expiresAt: now + lifeMillis};
  }

  #call(number: number): Call {
    const call = this.#calls[number - 1];
    if (call === undefined) throw new Error(`there was no call ${number}`);
    return call;
  }
}
