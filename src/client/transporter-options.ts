import {invalidOption, show} from '../config/option-checks.js';
import type {Transporter} from '../google/transport.js';

/** The options that say what carries the requests. */
export interface TransporterOptions {
  readonly transporter?: unknown;
  readonly transporterOptions?: unknown;
}

/**
 * Checks the options that say what carries the requests: the transporter where one is given.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function resolveTransporter({
  transporter,
  transporterOptions,
}: TransporterOptions): Transporter | undefined {
  if (transporter !== undefined && !isTransporter(transporter)) {
    throw invalidOption(
      'transporter',
      'has no request() function',
      'Give a Gaxios instance of google-auth-library (its export "gaxios"), or leave it out.',
    );
  }
  if (transporter !== undefined && transporterOptions !== undefined) {
    throw invalidOption(
      'transporterOptions',
      'is given beside "transporter", which it would not reach',
      'Give the options to the transporter itself.',
    );
  }
  if (
    transporterOptions !== undefined &&
    (typeof transporterOptions !== 'object' ||
      transporterOptions === null ||
      Array.isArray(transporterOptions))
  ) {
    throw invalidOption(
      'transporterOptions',
      `is ${show(transporterOptions)}, not an object`,
      'Give Gaxios options, such as {agent} or {proxy}.',
    );
  }
  return transporter;
}

function isTransporter(value: unknown): value is Transporter {
  return (
    typeof value === 'object' &&
    value !== null &&
    'request' in value &&
    typeof value.request === 'function'
  );
}
