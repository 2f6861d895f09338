import {invalidArgument} from '../google-error.js';
import {isTextArray, parseObject} from '../json-object.js';
import {readProtoMessage} from '../proto-message.js';

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
  const message = readProtoMessage(given, ['delegates', ...known]);
  if (message.unknownName !== undefined) {
    throw invalidArgument(
      `Invalid JSON payload received. Unknown name "${message.unknownName}": Cannot find field.`,
    );
  }
  // Which words Google has for it is a guess.
  if (message.repeatedName !== undefined) throw invalidArgument();
  const {delegates = [], ...fields} = message.fields;
  if (!isTextArray(delegates)) throw invalidArgument();
  return {fields, delegates: delegates.map(readDelegate)};
}

// The hyphen stands for the project and may not be replaced by its id.
function readDelegate(name: string): string {
  const account = /^projects\/-\/serviceAccounts\/([^/]+)$/.exec(name)?.[1];
  if (account === undefined) throw invalidArgument();
  return account;
}
