import {invalidOption, show} from './option-checks.js';

/**
 * Refuses options of other names: a `serviceAccount` that is silently dropped would make the reader act
 * as somebody else.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function checkKnownNames(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(
      'options',
      `is ${show(options)}, not an object`,
      'Give at least {audience}.',
    );
  }
  const unknown = Object.entries(options).filter(
    ([name, value]) => !known.includes(name) && value !== undefined,
  );
  // What tells most of what was meant need not come first.
  const [name] =
    unknown.find(([key]) => SUPPLIER_KEYS.includes(key)) ??
    unknown.find(([key]) => FILE_KEYS.includes(key)) ??
    unknown[0] ??
    [];
  if (name !== undefined) throw invalidOption(name, 'is not known', hint(name, known));
}

// https://cloud.google.com/nodejs/docs/reference/google-auth-library/latest/google-auth-library/awsclientoptions
const SUPPLIER_KEYS = ['awsSecurityCredentialsSupplier', 'aws_security_credentials_supplier'];

// A credential file's own marks.
const FILE_KEYS = ['type', 'credential_source'];

function hint(name: string, known: readonly string[]): string {
  if (SUPPLIER_KEYS.includes(name)) {
    return 'That is of google-auth-library’s AwsClient: write new AwsAuthClient({audience, serviceAccountEmail}), which finds the AWS credentials as the AWS SDK does. "awsCredentials" takes keys or a provider of your own.';
  }
  if (FILE_KEYS.includes(name)) {
    return 'That is a credential file’s content: give it to AwsAuthClient.fromJSON().';
  }
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const near =
    known.find(other => other.toLowerCase() === camel.toLowerCase()) ??
    known.find(other => distance(other.toLowerCase(), camel.toLowerCase()) <= 2) ??
    (camel === '' ? undefined : known.find(other => startsWith(other, camel)));
  return near === undefined ? `The options are ${known.join(', ')}.` : `Did you mean "${near}"?`;
}

function startsWith(name: string, start: string): boolean {
  return name.toLowerCase().startsWith(start.toLowerCase());
}

/** Levenshtein's: how many letters to add, drop or change. */
function distance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
