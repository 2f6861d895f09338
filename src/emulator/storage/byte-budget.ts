import {tooLarge, type StorageApiError} from './api-error.js';

/** Some bytes' share of the budget. */
export interface Holding {
  /** Takes so many bytes more; false where there is no room, and nothing is taken. */
  grow(bytes: number): boolean;
  /** Gives back all but so many bytes. */
  shrinkTo(bytes: number): void;
  /** Gives everything back. To do so twice does no harm. */
  release(): void;
}

/** How many bytes the service keeps in memory at most, uploads under way included. */
export class ByteBudget {
  readonly #maxBytes: number;
  #used = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  hold(): Holding {
    let held = 0;
    const shrinkTo = (bytes: number) => {
      this.#used -= Math.max(held - bytes, 0);
      held = Math.min(held, bytes);
    };
    return {
      grow: bytes => {
        if (this.#used + bytes > this.#maxBytes) return false;
        this.#used += bytes;
        held += bytes;
        return true;
      },
      shrinkTo,
      release: () => shrinkTo(0),
    };
  }

  /** The refusal for whoever found no room. */
  exceeded(): StorageApiError {
    return tooLarge(
      `The Cloud Storage emulator keeps at most ${this.#maxBytes} bytes in memory and ${this.#used} are in use. Delete objects, or upload smaller ones.`,
    );
  }
}
