import type {ServiceCall} from '../service.js';
import type {RequestFacts} from './request-record.js';

/** What services noted of the calls they answered. */
export class RequestNotes {
  readonly #facts = new WeakMap<ServiceCall, RequestFacts>();

  /** Adds facts to a call's. */
  readonly note = (call: ServiceCall, facts: RequestFacts): void => {
    this.#facts.set(call, {...this.#facts.get(call), ...facts});
  };

  /** The facts of a call. */
  of(call: ServiceCall): RequestFacts {
    return this.#facts.get(call) ?? {};
  }
}
