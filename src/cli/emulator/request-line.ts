import type {RequestRecord} from '../../emulator/index.js';

// Storage's client takes an emulator for one that asks nobody who they are.
const ANONYMOUS =
  'was a token sent? To STORAGE_EMULATOR_HOST @google-cloud/storage sends one with useAuthWithCustomEndpoint: true and universeDomain: "127.0.0.1" alone';

/** A request that the emulator served, in one line: what, with which outcome, by whom. */
export function describeRequest(record: RequestRecord): string {
  const {service, operation, method, path, status, millis, error} = record;
  const reason = record.reason ?? (service === 'storage' && status === 401 ? ANONYMOUS : undefined);
  const {assumedRole, arn, serviceAccount, principal} = record;
  const what = operation === 'unknown' || service === 'unknown' ? `${method} ${path}` : operation;
  const who = assumedRole ?? serviceAccount ?? arn ?? principal;
  return [
    record.from === 'google-sts' ? 'google-sts asks aws-sts' : service,
    what,
    status ?? 'no answer',
    `${Math.round(millis)}ms`,
    ...(error === undefined ? [] : [error]),
    ...(who === undefined ? [] : [who]),
    ...(reason === undefined ? [] : [`(${reason})`]),
  ]
    .join(' ')
    .replace(/\p{Cc}/gu, '?');
}
