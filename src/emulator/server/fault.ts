import {validateHeaderName, validateHeaderValue} from 'node:http';
import {checkKeys, type KeysOf} from '../known-keys.js';
import {SERVICE_NAMES} from './service-names.js';
import type {ServiceName} from '../service.js';

interface FaultBase {
  /** The service whose next requests it hits; also those that the emulated Google STS sends to AWS. */
  readonly service: ServiceName;
  /** How many requests. Default 1. */
  readonly times?: number;
  /** How long to wait before anything else happens, in ms of real time. Default 0. */
  readonly delayMillis?: number;
}

/** Answers this, without asking the service. */
export interface AnswerFault extends FaultBase {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. Default empty. */
  readonly body?: string | Uint8Array | Readonly<Record<string, unknown>>;
  /** How long each byte of the body takes, in ms. Default 0. */
  readonly dripMillisPerByte?: number;
  readonly redirectTo?: undefined;
  readonly reset?: undefined;
  readonly hang?: undefined;
}

/** Redirects, without asking the service. */
export interface RedirectFault extends FaultBase {
  readonly redirectTo: string;
  /** Default 302. */
  readonly status?: 301 | 302 | 303 | 307 | 308;
  readonly headers?: undefined;
  readonly body?: undefined;
  readonly dripMillisPerByte?: undefined;
  readonly reset?: undefined;
  readonly hang?: undefined;
}

/** How far an answer gets before its connection breaks. */
export type BreakPoint = 'status-line' | 'headers' | 'body';

/** Breaks the connection. */
export interface ResetFault extends FaultBase {
  /**
   * `before`: the service never sees the request. `status-line`, `headers`, `body`: it does its work, and
   * the connection breaks after its answer's status line, after the headers, or in the middle of the body.
   */
  readonly reset: 'before' | BreakPoint;
  readonly status?: undefined;
  readonly headers?: undefined;
  readonly body?: undefined;
  readonly dripMillisPerByte?: undefined;
  readonly redirectTo?: undefined;
  readonly hang?: undefined;
}

/** Takes the request and never answers. */
export interface HangFault extends FaultBase {
  readonly hang: true;
  readonly status?: undefined;
  readonly headers?: undefined;
  readonly body?: undefined;
  readonly dripMillisPerByte?: undefined;
  readonly redirectTo?: undefined;
  readonly reset?: undefined;
}

/** Lets the service answer, late or slowly. */
export interface SlowFault extends FaultBase {
  readonly dripMillisPerByte?: number;
  readonly status?: undefined;
  readonly headers?: undefined;
  readonly body?: undefined;
  readonly redirectTo?: undefined;
  readonly reset?: undefined;
  readonly hang?: undefined;
}

/** Something that goes wrong on purpose. */
export type Fault = AnswerFault | RedirectFault | ResetFault | HangFault | SlowFault;

/** The faults that wait for their requests, first in, first out for each service. */
export class FaultQueue {
  readonly #waiting = new Map<ServiceName, {fault: Fault; left: number}[]>();

  /** @throws TypeError for a fault that makes no sense. */
  add(fault: Fault): void {
    checkFault(fault);
    const queue = this.#waiting.get(fault.service) ?? [];
    queue.push({fault, left: fault.times ?? 1});
    this.#waiting.set(fault.service, queue);
  }

  /** The fault for a service's next request. */
  take(service: ServiceName): Fault | undefined {
    const queue = this.#waiting.get(service);
    const first = queue?.[0];
    if (queue === undefined || first === undefined) return undefined;
    first.left -= 1;
    if (first.left === 0) queue.shift();
    return first.fault;
  }
}

const RESETS: readonly ResetFault['reset'][] = ['before', 'status-line', 'headers', 'body'];

// As it may come from JavaScript, where the types forbid nothing.
type Loose = Partial<Record<keyof AnswerFault, unknown>>;

const KEYS: KeysOf<AnswerFault> = {
  service: true,
  times: true,
  delayMillis: true,
  status: true,
  headers: true,
  body: true,
  dripMillisPerByte: true,
  redirectTo: true,
  reset: true,
  hang: true,
};

function checkFault(fault: Loose): void {
  checkKeys(fault, KEYS, 'failNext()');
  const {service, times = 1, delayMillis = 0, dripMillisPerByte = 0, status, headers, body} = fault;
  if (typeof service !== 'string' || !SERVICE_NAMES.includes(service)) {
    throw new TypeError(`fault.service must be one of ${SERVICE_NAMES.join(', ')}.`);
  }
  if (!isNumber(times, 1, Infinity) || !Number.isInteger(times)) {
    throw new TypeError('fault.times must be a whole number of 1 or more.');
  }
  if (!isNumber(delayMillis, 0, MAX_MILLIS) || !isNumber(dripMillisPerByte, 0, MAX_MILLIS)) {
    throw new TypeError(
      'fault.delayMillis and fault.dripMillisPerByte must be milliseconds, 0 or more.',
    );
  }
  if (status !== undefined && !(isNumber(status, 200, 599) && Number.isInteger(status))) {
    throw new TypeError('fault.status must be an HTTP status from 200 to 599.');
  }
  const {redirectTo, reset, hang} = fault;
  if (reset !== undefined && !RESETS.some(known => known === reset)) {
    throw new TypeError(`fault.reset must be one of ${RESETS.join(', ')}.`);
  }
  if (redirectTo !== undefined && (typeof redirectTo !== 'string' || redirectTo === '')) {
    throw new TypeError('fault.redirectTo must be a URL.');
  }
  // What cannot be sent would break the connection, as if that were the fault.
  if (redirectTo !== undefined) checkHeaders({location: redirectTo});
  if (headers !== undefined) checkHeaders(headers);
  if (typeof body === 'object' && !(body instanceof Uint8Array)) JSON.stringify(body);
  if (hang !== undefined && hang !== true) {
    throw new TypeError('fault.hang must be true, or left out.');
  }
  const breaks = [redirectTo, reset, hang].filter(value => value !== undefined).length;
  if (breaks > 1 || (breaks === 1 && redirectTo === undefined && status !== undefined)) {
    throw new TypeError('A fault is one of: status, redirectTo, reset, hang, or a delay alone.');
  }
  if (status === undefined && (body !== undefined || headers !== undefined)) {
    throw new TypeError('fault.status is missing: body and headers belong to an answer.');
  }
  if (breaks === 0 && status === undefined && delayMillis + dripMillisPerByte === 0) {
    throw new TypeError(
      'The fault does nothing: give it a status, redirectTo, reset, hang or a delay.',
    );
  }
}

function checkHeaders(headers: unknown): void {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError('fault.headers must be an object of names and values.');
  }
  for (const [name, value] of Object.entries<unknown>({...headers})) {
    validateHeaderName(name);
    // In JavaScript, a number does as well.
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw new TypeError(`fault.headers must have a text for ${JSON.stringify(name)}.`);
    }
    validateHeaderValue(name, String(value));
  }
}

// What a timer can wait.
const MAX_MILLIS = 2 ** 31 - 1;

function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}
