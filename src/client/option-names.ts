import {invalidOption, show} from '../config/option-checks.js';
import type {AwsAuthClientOptions} from './options.js';

// A record and not an array: the compiler then sees that none is missing.
const NAMES: Readonly<Record<keyof AwsAuthClientOptions, true>> = {
  audience: true,
  serviceAccountEmail: true,
  delegates: true,
  tokenLifetimeSeconds: true,
  scopes: true,
  projectId: true,
  quotaProjectId: true,
  universeDomain: true,
  awsCredentials: true,
  awsRegion: true,
  tokenUrl: true,
  serviceAccountImpersonationUrl: true,
  transporter: true,
  transporterOptions: true,
  eagerRefreshThresholdMillis: true,
  forceRefreshOnFailure: true,
  clock: true,
};

/**
 * Refuses options of other names: a `serviceAccount` that is silently dropped would make the client act
 * as somebody else.
 *
 * @throws AwsAuthError `INVALID_OPTION`.
 */
export function checkOptionNames(options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(
      'options',
      `is ${show(options)}, not an object`,
      'Give at least {audience}.',
    );
  }
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(NAMES, name) || value === undefined) continue;
    throw invalidOption(name, 'is not known', hint(name));
  }
}

function hint(name: string): string {
  if (name === 'type' || name === 'credential_source') {
    return 'That is a credential file’s content: give it to AwsAuthClient.fromJSON().';
  }
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const known = Object.keys(NAMES);
  const near =
    known.find(other => other.toLowerCase() === camel.toLowerCase()) ??
    known.find(other => distance(other.toLowerCase(), camel.toLowerCase()) <= 2) ??
    known.find(other => other.toLowerCase().startsWith(camel.toLowerCase())) ??
    (camel === 'scope' ? 'scopes' : undefined);
  return near === undefined ? `The options are ${known.join(', ')}.` : `Did you mean "${near}"?`;
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
