import {googleError, invalidArgument} from './google-error.js';
import {isTextArray, parseObject} from './json-object.js';

/** A generateAccessToken request whose fields are in order. */
export interface AccessTokenRequest {
  readonly scope: readonly string[];
  readonly lifetimeSeconds: number;
  /** The e-mails or unique ids of the service accounts between the caller and the target. */
  readonly delegates: readonly string[];
}

const FIELDS = ['scope', 'lifetime', 'delegates'];
const DEFAULT_LIFETIME_SECONDS = 3600;
const MIN_LIFETIME_SECONDS = 600;
const MAX_LIFETIME_SECONDS = 43_200;

/**
 * Reads the body of a generateAccessToken call.
 *
 * @throws Refused 400 `INVALID_ARGUMENT`
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function parseAccessTokenRequest(body: string): AccessTokenRequest {
  const given = parseObject(body);
  if (given === undefined) {
    throw invalidArgument('Invalid JSON payload received. Expected a JSON object.');
  }
  // In protobuf's JSON form, null is as good as absent: Google's Python library sends it.
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const unknown = Object.keys(given).find(name => !FIELDS.includes(name));
  if (unknown !== undefined) {
    throw invalidArgument(
      `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`,
    );
  }
  const {scope, lifetime, delegates = []} = fields;
  if (!isTextArray(scope) || scope.length === 0 || !isTextArray(delegates)) throw invalidArgument();
  return {
    scope,
    lifetimeSeconds: lifetime === undefined ? DEFAULT_LIFETIME_SECONDS : readLifetime(lifetime),
    delegates: delegates.map(readDelegate),
  };
}

/** 400: a lifetime that only the organisation policy's accounts may ask for. */
export function lifetimeTooLong(): Error {
  return googleError({
    code: 400,
    status: 'INVALID_ARGUMENT',
    message: `The access token lifetime cannot exceed ${DEFAULT_LIFETIME_SECONDS} seconds.`,
  });
}

/** The longest lifetime that every account may ask for, in seconds. */
export const USUAL_MAX_LIFETIME_SECONDS = DEFAULT_LIFETIME_SECONDS;

// protobuf's JSON form of a Duration: seconds with up to nine decimals, and an "s".
function readLifetime(lifetime: unknown): number {
  if (typeof lifetime !== 'string' || !/^-?\d+(?:\.\d{1,9})?s$/.test(lifetime)) {
    throw invalidArgument(
      "Invalid value at 'lifetime' (type.googleapis.com/google.protobuf.Duration), Field 'lifetime', Illegal duration format; duration must end with 's'",
    );
  }
  const seconds = Number(lifetime.slice(0, -1));
  if (seconds < MIN_LIFETIME_SECONDS || seconds > MAX_LIFETIME_SECONDS) throw invalidArgument();
  return seconds;
}

// The hyphen stands for the project and may not be replaced by its id.
function readDelegate(name: string): string {
  const account = /^projects\/-\/serviceAccounts\/([^/]+)$/.exec(name)?.[1];
  if (account === undefined) throw invalidArgument();
  return account;
}
