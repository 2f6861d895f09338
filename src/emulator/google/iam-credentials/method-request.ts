import {invalidArgument} from '../google-error.js';
import {isTextArray, parseObject} from '../json-object.js';

/** The body of a call, taken apart. */
export interface MethodRequest {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The e-mails or unique ids of the service accounts between the caller and the target. */
  readonly delegates: readonly string[];
}

/**
 * Reads the body of a call.
 *
 * @param known The names of the method's fields, `delegates` apart.
 * @throws Refused 400 `INVALID_ARGUMENT`
 */
export function parseMethodRequest(body: string, known: readonly string[]): MethodRequest {
  const given = parseObject(body);
  if (given === undefined) {
    throw invalidArgument('Invalid JSON payload received. Expected a JSON object.');
  }
  const unknown = Object.keys(given).find(name => name !== 'delegates' && !known.includes(name));
  if (unknown !== undefined) {
    throw invalidArgument(
      `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`,
    );
  }
  // In protobuf's JSON form, null is as good as absent: Google's Python library sends it.
  const {delegates = [], ...fields} = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null),
  );
  if (!isTextArray(delegates)) throw invalidArgument();
  return {fields, delegates: delegates.map(readDelegate)};
}

// The hyphen stands for the project and may not be replaced by its id.
function readDelegate(name: string): string {
  const account = /^projects\/-\/serviceAccounts\/([^/]+)$/.exec(name)?.[1];
  if (account === undefined) throw invalidArgument();
  return account;
}
