import type {ClientName} from './clients.js';
import {printedNumbers, type ColdRun} from './cold-process.js';
import type {Comparison} from './section.js';

type Samples = Partial<Record<ClientName, number[]>>;

/** What the cold processes of one setup took, seen from outside and from inside. */
export class ColdSamples {
  readonly #setup: string;
  readonly #outside: Samples = {};
  readonly #inside: Samples = {};

  constructor(setup: string) {
    this.#setup = setup;
  }

  add(client: ClientName, run: ColdRun): void {
    (this.#outside[client] ??= []).push(run.outsideMillis);
    (this.#inside[client] ??= []).push(...printedNumbers(run, 'insideMillis'));
  }

  /** From the start of the process to its end. */
  outside(): Comparison {
    return {label: this.#setup, unit: 'ms', samples: this.#outside, plotted: true};
  }

  /** From the start of the process until it has what it wants. */
  inside(what: string): Comparison {
    const label = `${what}: ${this.#setup}`;
    return {label, unit: 'ms', samples: this.#inside, plotted: false};
  }
}
