import type {ClientName} from './clients.js';
import {startDriven} from './driven-process.js';

/** A client that is called when told so. */
export interface SingleCalls {
  /** Calls `getRequestHeaders()`, at a clock that is so far ahead, and gives up after `capMillis`. */
  call(details: {readonly capMillis: number; readonly aheadMillis?: number}): Promise<CallOutcome>;
  kill(): void;
}

export interface CallOutcome {
  readonly outcome: 'token' | 'error' | 'nothing';
  readonly millis: number;
}

export function startSingleCalls(
  client: ClientName,
  env: Readonly<Record<string, string>>,
  limitMillis: number,
): SingleCalls {
  const child = startDriven('single-calls', [client], env, limitMillis);
  return {
    call: async details => {
      const {outcome, millis} = await child.tell('call', details);
      if (typeof millis !== 'number' || !isOutcome(outcome)) {
        throw new Error(`${client} answered ${String(outcome)}`);
      }
      return {outcome, millis};
    },
    kill: () => child.kill(),
  };
}

function isOutcome(value: unknown): value is CallOutcome['outcome'] {
  return value === 'token' || value === 'error' || value === 'nothing';
}
