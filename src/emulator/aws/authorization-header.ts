import {createHash} from 'node:crypto';
import {AwsRefusal, incompleteSignature} from './aws-refusal.js';

/** The parts of a SigV4 `Authorization` header. */
export interface Authorization {
  readonly algorithm: string;
  readonly credential: string;
  /** As they were listed. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/**
 * Takes a SigV4 `Authorization` header apart. Every error is worded as AWS words it; like AWS, it
 * never repeats the header but its hash.
 *
 * @param values - every `Authorization` header of the request
 * @param hasDate - whether the request has a date
 * @throws AwsRefusal `MissingAuthenticationToken` or `IncompleteSignature`.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function parseAuthorization(values: readonly string[], hasDate: boolean): Authorization {
  const [header] = values;
  if (header?.startsWith('AWS4-') !== true) {
    throw new AwsRefusal(
      'MissingAuthenticationToken',
      403,
      'Request is missing Authentication Token',
    );
  }
  const hash = createHash('sha256').update(header, 'latin1').digest('base64');
  const proof = `(Hashed with SHA-256 and encoded with Base64) Authorization=${hash}`;
  if (values.length > 1) {
    throw incompleteSignature(`Request has more than one Authorization header. ${proof}`);
  }
  const space = header.indexOf(' ');
  const algorithm = space < 0 ? header : header.slice(0, space);
  const parameters = new Map<string, string>();
  for (const part of (space < 0 ? '' : header.slice(space)).split(',').map(text => text.trim())) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, equals);
    if (equals < 0 || parameters.has(name)) {
      const what = equals < 0 ? 'a valid key=value pair (missing equal-sign)' : 'the only one';
      throw incompleteSignature(`A parameter is not ${what} in Authorization header: ${proof}`);
    }
    parameters.set(name, part.slice(equals + 1));
  }
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter(name => (parameters.get(name) ?? '') === '')
    .map(name => `Authorization header requires '${name}' parameter.`);
  if (!hasDate) {
    missing.push(
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  }
  if (missing.length > 0) throw incompleteSignature(`${missing.join(' ')} ${proof}`);
  return {
    algorithm,
    credential: parameters.get('Credential') ?? '',
    signedHeaders: (parameters.get('SignedHeaders') ?? '').split(';'),
    signature: parameters.get('Signature') ?? '',
  };
}
